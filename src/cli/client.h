/* client — the REST API as the command line uses it: one call at a time, and event streams.
 *
 * The address and the token come from LASTDAY_URL and LASTDAY_TOKEN, else from client.conf. One thread. */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include "base/arena.h"
#include "base/json.h"

struct client;

/* NULL with ERR_INPUT naming what is missing. */
MUST_USE struct client *client_open(struct err *err);
/* For a server that this process knows by itself; token may be NULL. Never NULL. */
struct client *client_new(const char *url, const char *token);
void client_close(struct client *client);
void client_auto_close(struct client **client);
#define AUTO_CLIENT AUTO(client_auto_close)

/* Zero-initialise; answer_done frees. */
struct answer {
    int status; /* 0: there was no answer */
    char *text; /* exactly what the server sent */
    size_t length;
    json_t *json;  /* NULL when it is not JSON */
    char etag[64]; /* the version of what was read, "" when the server names none */
};
#define AUTO_ANSWER AUTO(answer_done)
void answer_done(struct answer *answer);

/* path begins with "/api/v1/…". body may be NULL. True for a 2xx; else err holds the server's sentence with
 * the fields it names, and the answer, if there was one, is filled all the same. */
bool client_call(struct client *client, const char *method, const char *path, const json_t *body,
                 struct answer *ret, struct err *err);

/* Puts the object in the place of the one that is at path now. */
bool client_replace(struct client *client, const char *path, const json_t *body, struct answer *ret,
                    struct err *err);

/* As client_call with GET, for an answer of any kind: ret->text holds ret->length bytes. */
bool client_fetch(struct client *client, const char *path, struct answer *ret, struct err *err);

#define CLIENT_PATIENCE_MS 30000 /* how long a follower waits for a server that is away */

/* Called for each event; data is borrowed. False ends the stream. */
typedef bool client_event(void *context, const char *event, const json_t *data);

/* Follows server-sent events until on_event returns false (then true). A broken connection is taken up again
 * where it broke off, for at most CLIENT_PATIENCE_MS without success; then false with err set. */
bool client_follow(struct client *client, const char *path, client_event *on_event, void *context,
                   struct err *err);

/* "/api/v1/tenants/%s/users": each %s is percent-encoded. */
char *client_path(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
