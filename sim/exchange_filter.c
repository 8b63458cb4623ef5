/* exchange_filter — the part of OPATH that offboarding uses: comparisons joined by -and or by -or. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange.h"

struct reader {
    const char *at;
    bool bad;
};

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t()");
}

/* A name, an operator or a literal; quotes inside a literal are doubled. The caller frees it. */
static char *next_word(struct reader *reader)
{
    struct strbuf word = STRBUF_MAX(4000);
    skip_blanks(reader);
    char quote = *reader->at;
    if (quote == '\'' || quote == '"') {
        for (reader->at++;; reader->at++) {
            if (!*reader->at) {
                reader->bad = true;
                break;
            }
            if (*reader->at == quote && *++reader->at != quote)
                break;
            strbuf_char(&word, *reader->at);
        }
    } else {
        size_t length = strcspn(reader->at, " \t()");
        strbuf_add(&word, reader->at, length);
        reader->at += length;
    }
    char *text = strbuf_take(&word);
    return text ? text : strdup("");
}

static json_t *property(const json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)object, key, value)
        if (!strcasecmp(key, name))
            return value;
    return NULL;
}

static bool like(const char *pattern, const char *text)
{
    for (; *pattern; pattern++, text++) {
        if (*pattern == '*') {
            for (;; text++) {
                if (like(pattern + 1, text))
                    return true;
                if (!*text)
                    return false;
            }
        }
        if (tolower((unsigned char)*pattern) != tolower((unsigned char)*text))
            return false;
    }
    return !*text;
}

static bool value_is(const json_t *value, const char *wanted, bool pattern)
{
    if (json_is_array(value)) {
        const json_t *element;
        size_t i;
        json_array_foreach (value, i, element)
            if (value_is(element, wanted, pattern))
                return true;
        return false;
    }
    if (!value || json_is_null(value))
        return !strcasecmp(wanted, "$null") || !*wanted;
    if (json_is_boolean(value))
        return !strcasecmp(wanted + (*wanted == '$'), json_is_true(value) ? "true" : "false");
    const char *text = json_string_value(value);
    return text && (pattern ? like(wanted, text) : !strcasecmp(wanted, text));
}

static bool comparison(struct reader *reader, const json_t *row, const json_t *more)
{
    AUTO_FREE char *name = next_word(reader);
    AUTO_FREE char *comparator = next_word(reader);
    AUTO_FREE char *wanted = next_word(reader);
    const json_t *value = property(more, name);
    if (!value)
        value = property(row, name);
    if (!*name || (!value && !property(row, name)))
        reader->bad = true;
    if (!strcasecmp(comparator, "-eq"))
        return value_is(value, wanted, false);
    if (!strcasecmp(comparator, "-ne"))
        return !value_is(value, wanted, false);
    if (!strcasecmp(comparator, "-like"))
        return value_is(value, wanted, true);
    reader->bad = true;
    return false;
}

bool filter_fits(const char *filter, const json_t *row, const json_t *more, bool *ret_bad)
{
    struct reader reader = {.at = filter};
    bool fits = comparison(&reader, row, more);
    for (;;) {
        skip_blanks(&reader);
        if (!*reader.at || reader.bad)
            break;
        AUTO_FREE char *join = next_word(&reader);
        bool also = comparison(&reader, row, more);
        if (!strcasecmp(join, "-and"))
            fits = fits && also;
        else if (!strcasecmp(join, "-or"))
            fits = fits || also;
        else
            reader.bad = true;
    }
    *ret_bad = reader.bad;
    return fits && !reader.bad;
}

bool filter_excludes(const char *filter, const json_t *more)
{
    bool bad = false, fits = filter_fits(filter, NULL, more, &bad);
    return !bad && !fits;
}
