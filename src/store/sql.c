#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

#define PATTERN_MAX 4096
#define SEARCHABLE_MAX ((size_t)2000)

void sql_done(struct sql *sql)
{
    strbuf_done(&sql->text);
}

void sql_add_params(struct sql *sql, const char *part, const struct sql_param *params, size_t count)
{
    size_t used = 0;
    for (const char *at = part; *at;) {
        if (strncmp(at, "$?", 2) != 0) {
            strbuf_char(&sql->text, *at++);
            continue;
        }
        if (used == count || sql->count == SQL_PARAMS_MAX)
            abort();
        sql->params[sql->count++] = params[used++];
        strbuf_printf(&sql->text, "$%zu", sql->count);
        at += 2;
    }
    if (used != count || sql->text.overflow)
        abort();
}

void sql_add_words(struct sql *sql, struct arena *arena, const char *column, const char *const *words,
                   size_t count)
{
    sql_add(sql, arena_printf(arena, " AND %s IN (", column));
    for (size_t i = 0; i < count; i++)
        sql_add(sql, i ? ", $?" : "$?", P_TEXT(words[i]));
    sql_add(sql, ")");
}

void sql_add_any(struct sql *sql, struct arena *arena, const char *column, const json_t *any)
{
    if (!any)
        return;
    if (json_array_size(any) == 1) {
        sql_add(sql, arena_printf(arena, " AND %s = $?", column),
                P_TEXT(json_string_value(json_array_get(any, 0))));
        return;
    }
    AUTO_FREE char *list = json_write(any);
    sql_add(sql, arena_printf(arena, " AND $? LIKE '%%\"' || %s || '\"%%'", column),
            P_TEXT(arena_text(arena, list)));
}

struct rows *sql_query(struct tx *tx, struct err *err, const struct sql *sql)
{
    return tx_query_params(tx, err, strbuf_text(&sql->text), sql->params, sql->count);
}

char *sql_searchable(const char *text)
{
    char *folded = text_fold(text);
    if (strlen(folded) > SEARCHABLE_MAX) {
        folded[SEARCHABLE_MAX] = '\0';
        text_trim_partial_utf8(folded);
    }
    return folded;
}

char *sql_part_of(struct arena *arena, const char *text)
{
    AUTO_STRBUF struct strbuf pattern = STRBUF_MAX(PATTERN_MAX);
    AUTO_FREE char *folded = text_fold(text);
    strbuf_char(&pattern, '%');
    for (const char *c = folded; *c; c++) {
        if (strchr("%_\\", *c))
            strbuf_char(&pattern, '\\');
        strbuf_char(&pattern, *c);
    }
    strbuf_char(&pattern, '%');
    return arena_text(arena, strbuf_text(&pattern));
}
