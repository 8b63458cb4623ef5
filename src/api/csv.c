#include "api/csv.h"

#include <string.h>

static bool begins_formula(const char *text)
{
    static const char *const signs[] = {
        "=",  "+",      "-",      "@",      "\t",    "\r",
        "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"}; /* full-width = + - @ */
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(text, signs[i], strlen(signs[i])) == 0)
            return true;
    return false;
}

static void add_cell(struct strbuf *buf, const char *text)
{
    strbuf_char(buf, '"');
    if (begins_formula(text))
        strbuf_char(buf, '\'');
    for (; *text; text++) {
        if (*text == '"')
            strbuf_char(buf, '"');
        strbuf_char(buf, *text);
    }
    strbuf_char(buf, '"');
}

void csv_line(struct strbuf *buf, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            strbuf_char(buf, ',');
        add_cell(buf, cells[i] ? cells[i] : "");
    }
    strbuf_text_add(buf, "\r\n");
}
