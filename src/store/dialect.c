#include "store/dialect.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

#define SQL_MAX ((size_t)1024 * 1024)

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Does `word` stand at `at`, not as part of a longer one? */
static bool stands(const char *sql, const char *at, const char *word)
{
    size_t length = strlen(word);
    return strncmp(at, word, length) == 0 && !(is_word(*word) && at > sql && is_word(at[-1])) &&
           !(is_word(word[length - 1]) && is_word(at[length]));
}

char *dialect_spell(const char *sql, const struct spelling *table, size_t count)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(SQL_MAX);
    for (const char *at = sql; *at;) {
        size_t i = 0;
        while (i < count && !stands(sql, at, table[i].ours))
            i++;
        if (i < count) {
            strbuf_text_add(&text, table[i].theirs);
            at += strlen(table[i].ours);
        } else {
            strbuf_char(&text, *at++);
        }
    }
    return strbuf_take(&text);
}
