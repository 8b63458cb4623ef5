#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct err_kind_info kinds[ERR_KIND_COUNT] = {
#define X(kind, status, exit, again, code, title) [ERR_##kind] = {status, exit, again, code, title},
    ERR_KINDS(X)
#undef X
};

const struct err_kind_info *err_info(enum err_kind kind)
{
    return &kinds[kind < ERR_KIND_COUNT ? kind : ERR_INTERNAL];
}

static void err_fill(struct err *err, enum err_kind kind, const char *code, const char *format, va_list args)
{
    *err = (struct err){.kind = kind};
    snprintf(err->code, sizeof err->code, "%s", code);
    text_trim_partial_utf8(err->code);
    vsnprintf(err->message, sizeof err->message, format, args);
    text_trim_partial_utf8(err->message);
}

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    va_list args;
    if (!err)
        return false;
    va_start(args, format);
    err_fill(err, kind, err_info(kind)->code, format, args);
    va_end(args);
    return false;
}

bool err_code(struct err *err, enum err_kind kind, const char *code, const char *format, ...)
{
    va_list args;
    if (!err)
        return false;
    va_start(args, format);
    err_fill(err, kind, code, format, args);
    va_end(args);
    return false;
}

bool err_prefix(struct err *err, const char *format, ...)
{
    char text[sizeof err->message];
    va_list args;
    if (!err)
        return false;
    va_start(args, format);
    int used = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof text - 1)
        snprintf(text + used, sizeof text - (size_t)used, ": %s", err->message);
    memcpy(err->message, text, sizeof text);
    text_trim_partial_utf8(err->message);
    return false;
}

bool err_again(const struct err *err)
{
    return err_info(err->kind)->again;
}
