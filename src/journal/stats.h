/* stats — the figures of the dashboard, each from one statement that an index serves alone. */
#ifndef JOURNAL_STATS_H
#define JOURNAL_STATS_H

#include "store/store.h"

struct stats_scope {
    const char *tenant_id;      /* NULL: any */
    const json_t *only_tenants; /* array of tenant ids the asker may see; NULL: all */
};

/* Offboardings that began within one quarter of an hour: fine enough for the days of every time zone. */
#define STATS_SLOT_MS (15 * 60 * 1000)
struct stats_slot {
    int64_t at; /* its begin */
    int64_t leavers, failed;
};
/* Those that began in [from, to), oldest first, empty ones left out. *ret lives in the arena. The count, -1
 * with err set. */
ptrdiff_t stats_slots(struct tx *tx, struct arena *arena, const struct stats_scope *scope, int64_t from,
                      int64_t to, struct stats_slot **ret, struct err *err);

/* From the begin of the run until the account was locked out, of runs that began in [from, to). */
struct stats_lockout {
    int64_t count;
    int64_t median_ms, p95_ms; /* 0 when count is 0 */
};
MUST_USE bool stats_lockout(struct tx *tx, const struct stats_scope *scope, int64_t from, int64_t to,
                            struct stats_lockout *ret, struct err *err);

struct stats_open {
    int64_t queued, running, waiting, needs_attention, awaiting_approval;
    int64_t planned;        /* in all */
    int64_t planned_before; /* of these, before the moment asked for */
    int64_t next_at;        /* the first of them; 0: none */
};
MUST_USE bool stats_open(struct tx *tx, const struct stats_scope *scope, int64_t planned_before,
                         struct stats_open *ret, struct err *err);

/* [{sku_id, name, freed}] of licenses freed in [from, to), most first; a new array, NULL with err set. */
MUST_USE json_t *stats_licenses(struct tx *tx, const struct stats_scope *scope, int64_t from, int64_t to,
                                struct err *err);

#endif
