/* fields — a settings object as a table: one table checks what was sent, keeps secrets that were not sent
 * anew, and masks them for showing. Pure.
 *
 * A secret is write-only: shown as FIELDS_MASK, kept when that text or nothing comes back, removed by null.
 */
#ifndef NOTIFY_FIELDS_H
#define NOTIFY_FIELDS_H

#include "base/arena.h"
#include "base/json.h"
#include "connector/outside.h"

#define FIELDS_MASK "********"

enum field_type {
    FIELD_TEXT,       /* min..max bytes, no control characters */
    FIELD_SECRET,     /* likewise, masked */
    FIELD_URL,        /* an address outside (connector/outside.h) */
    FIELD_URL_SECRET, /* likewise; path and query are the secret: shown as scheme and host */
    FIELD_FLAG,
    FIELD_NUMBER,    /* min..max */
    FIELD_CHOICE,    /* choices: "one|another" */
    FIELD_EVENTS,    /* event names */
    FIELD_ADDRESSES, /* e-mail addresses, at most max */
    FIELD_IDS,       /* UUIDs, at most max; null means all */
    FIELD_OTHER,     /* checked by its owner; taken as it is */
    FIELD_SHOWN,     /* the server's own: what is sent is not looked at, what is stored stays */
};

struct field {
    const char *name;
    enum field_type type;
    bool required; /* must be there and not null */
    int64_t min, max;
    const char *choices;
    const char *fallback; /* JSON for what is missing; NULL: null */
};

/* The object with every field of the table, secrets merged from stored (NULL: none); a new value. Each
 * mistake is added to problems as {pointer, code, message}. */
json_t *fields_read(const struct field *fields, size_t count, const json_t *body, const json_t *stored,
                    const char *pointer, const struct outside_policy *policy, json_t *problems);
/* A copy without secrets. */
json_t *fields_masked(const struct field *fields, size_t count, const json_t *value);

/* Adds one problem; returns false. */
bool fields_problem(json_t *problems, const char *pointer, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* local@domain in plain ASCII, safe in a mail header. */
bool fields_is_address(const char *text);
/* What is said of one in a list that is none: a format for the text, "" when it is no text. */
#define FIELDS_NO_ADDRESS "\"%.100s\" is not a mail address, such as it@contoso.com."
/* Scheme and host, and the mask for the rest. */
char *fields_masked_url(struct arena *arena, const char *url);

#endif
