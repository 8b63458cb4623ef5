#include "report/report.h"

#include <glib.h>
#include <string.h>

#include "report/html.h"
#include "report/model.h"
#include "report/pdf.h"
#include "report/signed.h"

#define NAME_MAX_BYTES 48

static const struct {
    const char *name, *type, *ending;
} formats[] = {
#define FORMAT_ROW(id, name, type, ending) {name, type, ending},
    REPORT_FORMATS(FORMAT_ROW)
#undef FORMAT_ROW
};

enum report_format report_format_parse(const char *name)
{
    int format = 0;
    while (format < REPORT_FORMAT_COUNT && !(name && strcmp(formats[format].name, name) == 0))
        format++;
    return (enum report_format)format;
}

const char *report_format_type(enum report_format format)
{
    return formats[format].type;
}

/* "offboarding-adele.vance-0190….pdf": of the address only what every file system and header takes. */
static const char *file_name(struct arena *arena, const json_t *model, enum report_format format)
{
    AUTO_STRBUF struct strbuf who = STRBUF_MAX(NAME_MAX_BYTES);
    const json_t *user = json_object_at(json_object_at(model, "request"), "user");
    for (const char *c = json_text_or(user, "user_principal_name", ""); *c && *c != '@'; c++) {
        bool kept = g_ascii_isalnum(*c) || (strchr(".-_", *c) && who.length);
        if (kept)
            strbuf_char(&who, g_ascii_tolower(*c));
    }
    return arena_printf(arena, "offboarding-%s-%s.%s", who.length ? strbuf_text(&who) : "user",
                        json_text_or(model, "id", ""), formats[format].ending);
}

static json_t *read_model(const struct report_parts *parts, const char *id, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(parts->store, err);
    return tx ? report_model(tx, id, err) : NULL;
}

static bool render(const struct signed_report *report, const struct signing_key *key,
                   enum report_format format, struct strbuf *ret, struct err *err)
{
    if (format == REPORT_PDF && !pdf_write(report, ret, err))
        return false;
    if (format == REPORT_HTML)
        html_write(report, ret);
    if (format == REPORT_JSON)
        signed_write(report, ret);
    else
        seal_add(ret, format, key);
    return !ret->overflow ||
           err_set(err, ERR_TOO_LARGE, "This report is larger than %u MiB. JSON is the smallest form of it.",
                   REPORT_MAX_BYTES >> 20);
}

bool report_write(const struct report_parts *parts, struct arena *arena, const char *offboarding_id,
                  enum report_format format, struct strbuf *ret, const char **ret_name, struct err *err)
{
    AUTO_JSON json_t *model = read_model(parts, offboarding_id, err);
    if (!model)
        return false;
    AUTO_SIGNING_KEY struct signing_key *key =
        signing_key_open(parts->store, parts->vault, parts->rng, clock_utc_ms(parts->clock), err);
    if (!key)
        return false;
    AUTO(signed_done) struct signed_report report;
    signed_make(&report, model, key);
    *ret_name = file_name(arena, model, format);
    return render(&report, key, format, ret, err);
}
