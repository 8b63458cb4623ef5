/* format — a message as the body that a receiver understands, within the limits that it documents
 * (contract of each: the vendors' pages named in format_*.c). Pure.
 *
 * Detail gives way before a limit is passed: first texts get shorter, then problems are left out, with a word
 * that says so. */
#ifndef NOTIFY_FORMAT_H
#define NOTIFY_FORMAT_H

#include "base/arena.h"
#include "base/json.h"

/* How much of a message a body may hold. */
struct detail {
    size_t problems;      /* how many */
    size_t problem_units; /* of each */
    size_t value_units;   /* of a fact's value */
    bool tasks;           /* the list of tasks, where a format has one */
};

struct format {
    const char *name;
    size_t max_bytes; /* of the body */
    json_t *(*body)(const json_t *message, const struct detail *detail,
                    struct arena *arena); /* a new value */
};

/* NULL when there is none; "auto" is none. */
const struct format *format_find(const char *name);
/* The format of the service that an address belongs to; "generic" for all others. */
const char *format_of_url(const char *url);
/* The body as JSON text in the arena: as much detail as fits. */
char *format_body(const struct format *format, const json_t *message, struct arena *arena);
/* An address of Microsoft's retired Office connectors, which take no Adaptive Card? */
bool format_is_retired_connector(const char *url);

/* For the formats: the problems that detail allows, cut; with a last line when some are left out. In the
 * arena; NULL ends. */
const char **format_problems(const json_t *message, const struct detail *detail, struct arena *arena);

json_t *format_generic(const json_t *message, const struct detail *detail, struct arena *arena);
json_t *format_teams(const json_t *message, const struct detail *detail, struct arena *arena);
json_t *format_slack(const json_t *message, const struct detail *detail, struct arena *arena);
json_t *format_discord(const json_t *message, const struct detail *detail, struct arena *arena);
json_t *format_cipp(const json_t *message, const struct detail *detail, struct arena *arena);

#endif
