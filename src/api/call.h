/* call — one request on its way through its handler: what came in, who asks, and the answer being made. */
#ifndef API_CALL_H
#define API_CALL_H

#include "api/api.h"
#include "api/http.h"
#include "api/input.h"
#include "api/route.h"
#include "store/idempotency.h"

struct call {
    struct api *api;
    struct arena *arena; /* dies after the answer was sent */
    const struct http_request *request;
    const struct route *route;
    const char *params[ROUTE_PARAMS_MAX]; /* of the path, decoded */
    struct principal who;                 /* zeroed when nobody signed in */
    const char *session_token;            /* NULL unless who signed in with a cookie */
    const char *csrf_token;               /* likewise */
    json_t *body;                         /* NULL unless the route takes one */
    struct input input;                   /* mistakes found so far */
    struct reply reply;
    json_t *kept;                  /* values that live as long as the call */
    struct idempotency_claim once; /* once.h; key NULL without an Idempotency-Key */
    bool once_finished;
};

/* The value lives as long as the call; returns it. NULL stays NULL. */
json_t *call_keep(struct call *call, json_t *value);

/* Answers with that JSON, which is borrowed; returns true, so that a handler ends in one line. */
bool call_json(struct call *call, int status, const json_t *value);
/* As call_json, with an ETag of that version. */
bool call_json_versioned(struct call *call, int status, const json_t *value, int64_t version);
bool call_empty(struct call *call, int status);
/* Noted in call->input: what a lower layer said about one value. Returns false; err is as of input_verdict.
 */
bool call_bad(struct call *call, const char *pointer, struct err *err);

/* Who asks, for the logbook. */
struct logbook_by call_by(const struct call *call);
/* Notes in the transaction what this call did. */
MUST_USE bool call_note(const struct call *call, struct tx *tx, const struct logbook_entry *entry,
                        struct err *err);

/* If-Match against the version: 428 when the header is missing, 412 when it names another. */
MUST_USE bool call_if_match(struct call *call, int64_t version, struct err *err);
/* The same, and 412 says who changed it, and when. by NULL: nobody has since it was made. */
MUST_USE bool call_if_match_changed(struct call *call, int64_t version, const char *by, int64_t at,
                                    struct err *err);

/* limit and cursor of a list; cursor NULL on the first page. Mistakes are noted in call->input. */
struct page {
    size_t limit;
    const char *cursor;
};
struct page call_page(struct call *call);
/* The same for a list with other limits. */
struct page call_page_of(struct call *call, size_t limit, size_t limit_max);
/* What a cursor stands for, such as "1700000000000:17"; NULL, noted, for what is none of ours. NULL gives
 * NULL. */
const char *call_cursor(struct call *call, const char *cursor);
const char *call_cursor_make(struct call *call, const char *plain);
/* A query parameter of at most max bytes; NULL when missing or empty. Mistakes are noted. */
const char *call_query(struct call *call, const char *name, size_t max);
/* A moment, in Unix ms; 0 when missing. Mistakes are noted. */
int64_t call_query_time(struct call *call, const char *name);
/* A Link header to the same address with that cursor (RFC 8288); NULL: none. */
void call_link_next(struct call *call, const char *cursor);
/* {"items": items, "next_cursor": …} and a Link header to the next page. Takes items over. */
bool call_list(struct call *call, json_t *items, const char *next_cursor);

#endif
