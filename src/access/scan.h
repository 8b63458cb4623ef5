/* scan — the rows of a tenant's scan: who holds it, where its pass is, what it found (private to access/).
 *
 * The table is the queue: a node claims the tenant whose turn it is, for one step, and gives it back with the
 * moment of the next. A pass lists the mailboxes and the names of people, then looks at one mailbox after the
 * other; what has been looked at is marked in the mailbox' row, so that a pass goes on where it was, whoever
 * goes on with it. Every write carries the epoch of the claim: when another node has taken over, or the
 * tenant is gone, it changes nothing and fails with ERR_STALE. Leases go by the clocks of the nodes: where
 * two disagree, ten mailboxes are asked about twice, and nothing else. All in the caller's transaction. */
#ifndef ACCESS_SCAN_H
#define ACCESS_SCAN_H

#include "access/look.h"
#include "store/store.h"

enum scan_phase { SCAN_LIST, SCAN_LOOK };

/* A claimed scan. Texts live in the arena of the claim. */
struct scan {
    const char *tenant_id;
    enum scan_phase phase;
    int64_t epoch;
    int64_t claimed_at;
    int64_t pass_started_at;
    int64_t failures; /* steps in a row that failed */
    bool wanted;      /* somebody waits for a whole pass */
};

/* The most urgent tenant that is due: one that somebody waits for, then the one whose step is due longest.
 * *ret_found false: none is. Tenants that are new get their row. */
MUST_USE bool scan_claim(struct tx *tx, struct arena *arena, const char *node, int64_t now, int64_t lease_ms,
                         struct scan *ret, bool *ret_found, struct err *err);
/* When the next step falls due; INT64_MAX when there is none. */
MUST_USE bool scan_next_due(struct tx *tx, int64_t *ret_at, struct err *err);
/* What this node held when it died need not wait for its lease. */
MUST_USE bool scan_recover(struct tx *tx, const char *node, struct err *err);
/* The claim lasts until then; ERR_STALE when it is lost. */
MUST_USE bool scan_hold(struct tx *tx, const struct scan *scan, int64_t lease_until, struct err *err);

/* A new pass begins with listing; rows of Get-Mailbox, users of Graph. */
MUST_USE bool scan_begin(struct tx *tx, struct scan *scan, int64_t now, struct err *err);
MUST_USE bool scan_put_mailboxes(struct tx *tx, const struct scan *scan, const json_t *rows, int64_t now,
                                 struct err *err);
MUST_USE bool scan_put_names(struct tx *tx, const struct scan *scan, const json_t *users, int64_t now,
                             struct err *err);
/* Everything is listed: what was not is dropped, and looking begins. */
MUST_USE bool scan_listed(struct tx *tx, struct scan *scan, struct err *err);

/* The next mailboxes to look at: new ones, changed ones, then those looked at longest ago; texts live in the
 * arena. *ret_count 0: the pass is whole. */
MUST_USE bool scan_next(struct tx *tx, struct arena *arena, const struct scan *scan, size_t most,
                        struct look *ret_looks, size_t *ret_count, struct err *err);
/* What a look has found replaces what was known before the claim; one that failed comes again later in the
 * pass, three times at most. */
MUST_USE bool scan_put_look(struct tx *tx, const struct scan *scan, const struct look *look, int64_t now,
                            struct err *err);

/* Gives the claim back; the next step is due at next_at. problem: why the step failed, NULL when it did not.
 */
MUST_USE bool scan_rest(struct tx *tx, const struct scan *scan, int64_t now, int64_t next_at,
                        const struct err *problem, struct err *err);
/* The pass is whole: the next one begins refresh_ms after this one did, but not before now. */
MUST_USE bool scan_complete(struct tx *tx, const struct scan *scan, int64_t now, int64_t refresh_ms,
                            struct err *err);

#endif
