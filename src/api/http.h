/* http — one request and one answer, free of any HTTP library, so that routing and handlers are tested
 * without sockets.
 *
 * Texts of a request are borrowed from its arena; names of headers and query parameters keep their case. */
#ifndef API_HTTP_H
#define API_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct http_pair {
    const char *name;
    const char *value; /* never NULL */
};

struct http_request {
    const char *id;     /* ours; in the log, in X-Request-Id and in every problem */
    const char *method; /* "GET"; HEAD comes in as GET */
    const char *path;   /* as sent, still percent-encoded, without the query */
    const struct http_pair *query;
    size_t query_count;
    const struct http_pair *headers;
    size_t header_count;
    const char *body; /* NUL-terminated */
    size_t body_length;
    const char *client; /* the address of the client, behind trusted proxies the one they name */
    bool loopback;      /* the connection itself comes from this machine and through no proxy */
    bool secure;        /* people reach us by https */
};

/* The first header of that name, ASCII case-insensitive; NULL when there is none. */
const char *http_header(const struct http_request *request, const char *name);
/* The query parameter; NULL when there is none. */
const char *http_query(const struct http_request *request, const char *name);
/* The value of a cookie, copied into the arena; NULL when there is none, or more than one of that name. */
const char *http_cookie(const struct http_request *request, struct arena *arena, const char *name);

struct stream; /* live.h */

#define REPLY_MAX_HEADERS 16
struct reply {
    int status;
    const char *content_type; /* NULL: no body */
    const char *body;         /* lives as long as the request's arena, or for ever */
    size_t length;
    struct http_pair headers[REPLY_MAX_HEADERS];
    size_t header_count;
    struct stream *stream; /* server-sent events instead of a body; the server takes it over */
};

/* Both texts must live as long as the arena. A header too many aborts: the table above is the limit. */
void reply_header(struct reply *reply, const char *name, const char *value);
const char *reply_header_get(const struct reply *reply, const char *name); /* NULL when not set */

#endif
