/* sql — a statement that is put together of parts: only the conditions that count, so that an index fits
 * them.
 *
 * Parts are constant texts; values go in as parameters alone. In a part, "$?" stands for the next parameter.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "store/store.h"

#define SQL_PARAMS_MAX 200

/* Zero-initialise with SQL_EMPTY; sql_done frees. */
struct sql {
    struct strbuf text;
    struct sql_param params[SQL_PARAMS_MAX]; /* borrowed: texts must live until the rows are read */
    size_t count;
};
#define SQL_EMPTY                 \
    {                             \
        .text = STRBUF_MAX(32768) \
    }
#define AUTO_SQL AUTO(sql_done)
void sql_done(struct sql *sql);

/* The number of "$?" in the part must be that of the parameters: anything else aborts. */
#define sql_add(sql, part, ...)                                                                  \
    sql_add_params((sql), (part), (const struct sql_param[]){__VA_ARGS__ __VA_OPT__(, ) P_NULL}, \
                   sizeof((const struct sql_param[]){__VA_ARGS__ __VA_OPT__(, ) P_NULL}) /       \
                           sizeof(struct sql_param) -                                            \
                       1)
void sql_add_params(struct sql *sql, const char *part, const struct sql_param *params, size_t count);
/* " AND column IN ($1, …)"; count is at least 1. */
void sql_add_words(struct sql *sql, struct arena *arena, const char *column, const char *const *words,
                   size_t count);
/* " AND column" is one of the array of texts; NULL: no condition. One element is an equality, which an index
 * serves. */
void sql_add_any(struct sql *sql, struct arena *arena, const char *column, const json_t *any);
/* As tx_query. */
MUST_USE struct rows *sql_query(struct tx *tx, struct err *err, const struct sql *sql);

/* A text to be searched, for a column in an index: folded, and cut where an index of PostgreSQL would refuse
 * it (2704 bytes a row). The caller frees. */
char *sql_searchable(const char *text);
/* For LIKE … ESCAPE '\\' on a column that sql_searchable or text_fold filled: any place in it. The text
 * stands for itself. */
char *sql_part_of(struct arena *arena, const char *text);

#endif
