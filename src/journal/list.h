/* list — offboardings by filter, sorted, page by page. Every combination of filter and order finds its page
 * by an index, but for a search by part of a name, which reads names until the page is full. */
#ifndef JOURNAL_LIST_H
#define JOURNAL_LIST_H

#include "journal/offboardings.h"

/* name in the API, column, its kind */
#define OFFBOARDING_SORTS(X)                                                                        \
    X(CREATED, "created_at", "created_at", P_KIND_INT)                                              \
    X(START, "start", "COALESCE(scheduled_at, created_at)", P_KIND_INT) /* when it began or will */ \
    X(USER, "user", "search_text", P_KIND_TEXT)

enum offboarding_sort {
#define X(id, ...) SORT_##id,
    OFFBOARDING_SORTS(X)
#undef X
        SORT_COUNT
};

struct offboarding_filter {
    uint32_t statuses; /* bit n: enum run_status n; 0: any */
    const char *tenant_id;
    const char *batch;                /* those that were asked for together; NULL: any */
    const char *search;               /* part of name, address or reference; NULL: any */
    const json_t *only_tenants;       /* array of tenant ids the asker may see; NULL: all */
    int64_t from, to;                 /* created_at; 0: open */
    int64_t planned_from, planned_to; /* scheduled_at, of those that have one; 0: open */
    enum offboarding_sort sort;
    bool ascending;    /* else from the newest, the last, the end of the alphabet */
    const char *after; /* what *ret_next of the page before was; NULL: the first page */
    size_t limit;
};

/* "created_at", "-user": the sign says descending. False for anything else. */
MUST_USE bool offboarding_sort_read(const char *text, struct offboarding_filter *filter);

/* What GET holds without tasks and evidence, with "progress": {"ended","failed","total"}: a new array.
 * *ret_next lives in the arena and is NULL on the last page. NULL with err set: ERR_INPUT (code bad_cursor)
 * for an `after` that is none of ours, or of another order. */
MUST_USE json_t *offboarding_list(struct tx *tx, struct arena *arena, const struct offboarding_filter *filter,
                                  const char **ret_next, struct err *err);

/* The statement that offboarding_list runs; for tests of its plan. */
struct sql;
MUST_USE bool offboarding_list_sql(struct sql *sql, struct arena *arena,
                                   const struct offboarding_filter *filter, struct err *err);

#endif
