/* waiting — what a server answers before it can serve: that it lives, and what it waits for. Thread-safe. */
#ifndef API_WAITING_H
#define API_WAITING_H

#include "api/http.h"

struct waiting;
struct waiting *waiting_new(void);
void waiting_free(struct waiting *waiting); /* NULL is fine */

/* One check of /readyz and why it fails. */
void waiting_for(struct waiting *waiting, const char *what, const struct err *why);
void waiting_answer(struct waiting *waiting, const struct http_request *request, struct arena *arena,
                    struct reply *reply);

#endif
