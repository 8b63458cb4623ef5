/* scanner — keeps the permission index of every tenant, in the background.
 *
 * A pass asks each mailbox of a tenant once (look.h); it begins once in a refresh period, and again at once
 * for whoever waits for the first one. The threads take the tenants in turn, ten mailboxes at a time,
 * whatever their size; of one tenant never more than one call is under way, and everybody else's calls go
 * first. What Exchange asks for by Retry-After is obeyed. No lock and no transaction is held while Exchange
 * is asked. Nodes share the work through the store. Thread-safe. */
#ifndef ACCESS_SCANNER_H
#define ACCESS_SCANNER_H

#include "base/clock.h"
#include "connector/m365.h"
#include "store/store.h"

struct scanner;

struct scanner_settings {
    int tenants_at_once;    /* threads */
    int64_t refresh_ms;     /* from the beginning of one pass to that of the next */
    int mailboxes_a_minute; /* of one tenant, at most; nobody who waits is kept waiting by it */
    const char *node_name;  /* borrowed for the scanner's life */
};

/* All borrowed; they must outlive the scanner. */
struct scanner_parts {
    struct store *store;
    struct m365 *m365;
    const struct clock *clock;
};

/* Starts the threads; what this node held when it stopped last goes on where it was. */
MUST_USE struct scanner *scanner_start(const struct scanner_settings *settings,
                                       const struct scanner_parts *parts, struct err *err);
/* Breaks off the calls under way and stops the threads. NULL is fine. */
void scanner_stop(struct scanner *scanner);

/* What this process has done since its start; no tenant shows in it. NULL counts nothing. */
struct scanner_counts {
    int64_t steps;     /* under way just now */
    int64_t mailboxes; /* looked at */
    int64_t passes;    /* completed */
    int64_t throttled; /* steps broken off because Exchange asked to wait */
    int64_t failures;  /* steps broken off for another reason */
};
struct scanner_counts scanner_counts(const struct scanner *scanner);

#endif
