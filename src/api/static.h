/* static — serves the embedded web client: immutable assets, and index.html for every page of it. */
#ifndef API_STATIC_H
#define API_STATIC_H

#include "api/embedded.h"
#include "api/http.h"
#include "base/rng.h"

struct static_site {
    const struct embedded_file *files;
    size_t count; /* 0: the client was not built in */
};

/* Fills the reply for a GET of a path outside the API: 200, 304 or, for a file that does not exist, 404 (then
 * status is 404 and there is no body). */
void static_serve(const struct static_site *site, const struct http_request *request, struct arena *arena,
                  const struct rng *rng, struct reply *reply);

/* The form to send for an Accept-Encoding header (NULL: none given), among those that the file has. */
int static_choose(const struct embedded_file *file, const char *accept_encoding);

#endif
