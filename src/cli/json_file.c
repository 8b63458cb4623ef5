#include "cli/json_file.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define FILE_MAX (1024 * 1024)

/* Standard input may be a socket, which /dev/stdin does not open. */
static char *read_stdin(size_t *ret_length, struct err *err)
{
    struct strbuf text = STRBUF_MAX(FILE_MAX);
    char chunk[8192];
    size_t count;
    while ((count = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        strbuf_add(&text, chunk, count);
    *ret_length = text.length;
    if (!text.overflow && !ferror(stdin))
        return strbuf_take(&text);
    strbuf_done(&text);
    err_set(err, ERR_INPUT, "cannot be read, or holds more than %d bytes", FILE_MAX);
    return NULL;
}

json_t *json_file_read(const char *path, const char *name, const char *example, struct err *err)
{
    const char *shown = strcmp(path, "-") ? path : "standard input";
    size_t length;
    AUTO_FREE char *text =
        strcmp(path, "-") ? text_read_file(path, FILE_MAX, &length, err) : read_stdin(&length, err);
    AUTO_JSON json_t *object = text ? json_read(text, length, err) : NULL;
    if (json_is_object(object))
        return json_incref(object);
    if (object) {
        err_set(err, ERR_INPUT, "%s: %s: not a JSON object such as %s", name, shown, example);
        return NULL;
    }
    err_prefix(err, "%s: %s", name, shown);
    err->kind = ERR_INPUT;
    return NULL;
}
