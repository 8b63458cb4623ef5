#include "report/signed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEAL_MAX_BYTES 512

static void base64_text(char *ret, size_t size, const void *bytes, size_t length)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(SEAL_MAX_BYTES);
    strbuf_base64(&text, bytes, length);
    snprintf(ret, size, "%s", strbuf_text(&text));
}

bool base64_exact(const char *text, unsigned char *ret, size_t count)
{
    AUTO_STRBUF struct strbuf again = STRBUF_MAX(SEAL_MAX_BYTES);
    if (!text || text_base64_decode(text, strlen(text), ret, count) != (ptrdiff_t)count)
        return false;
    strbuf_base64(&again, ret, count);
    return strcmp(strbuf_text(&again), text) == 0;
}

void signed_make(struct signed_report *ret, const json_t *model, const struct signing_key *key)
{
    unsigned char signature[SIGNATURE_BYTES];
    *ret = (struct signed_report){.model = model};
    ret->text = json_canonical(model, &ret->length);
    sha256_text(ret->text, ret->length, ret->sha256);
    signing_key_sign(key, ret->text, ret->length, signature);
    snprintf(ret->key_id, sizeof ret->key_id, "%s", signing_key_id(key));
    base64_text(ret->public_key, sizeof ret->public_key, signing_key_public(key), SIGNING_PUBLIC_BYTES);
    base64_text(ret->signature, sizeof ret->signature, signature, sizeof signature);
}

void signed_done(struct signed_report *report)
{
    free(report->text);
    *report = (struct signed_report){0};
}

void signed_write(const struct signed_report *report, struct strbuf *ret)
{
    AUTO_JSON json_t *signature =
        json_make("{s:s, s:s, s:s, s:s, s:s}", "algorithm", SIGNED_ALGORITHM, "key", report->key_id,
                  "public_key", report->public_key, "sha256", report->sha256, "value", report->signature);
    size_t length;
    AUTO_FREE char *text = json_canonical(signature, &length);
    strbuf_text_add(ret, "{\"report\":");
    strbuf_add(ret, report->text, report->length);
    strbuf_text_add(ret, ",\"signature\":");
    strbuf_add(ret, text, length);
    strbuf_text_add(ret, "}\n");
}

/* --- the seal --------------------------------------------------------------------------------------------
 */

struct seal_form {
    const char *name;
    const char *open;
    const char *close;
};

static const struct seal_form *form_of(enum report_format format)
{
    static const struct seal_form html = {"html", "<!-- lastday-seal ", " -->\n"};
    static const struct seal_form pdf = {"pdf", "%lastday-seal ", "\n"};
    return format == REPORT_PDF ? &pdf : &html;
}

static void statement(struct strbuf *ret, const struct seal_form *form, const char *sha256)
{
    strbuf_printf(ret, "lastday-report\n%s\n%s\n", form->name, sha256);
}

static void write_seal(struct strbuf *ret, const struct seal_form *form,
                       const unsigned char public_key[SIGNING_PUBLIC_BYTES], const char *sha256,
                       const unsigned char signature[SIGNATURE_BYTES])
{
    char id[SIGNING_ID_SIZE];
    signing_id(public_key, id);
    strbuf_printf(ret, "%skey=%s public_key=", form->open, id);
    strbuf_base64(ret, public_key, SIGNING_PUBLIC_BYTES);
    strbuf_printf(ret, " sha256=%s signature=", sha256);
    strbuf_base64(ret, signature, SIGNATURE_BYTES);
    strbuf_text_add(ret, form->close);
}

void seal_add(struct strbuf *buf, enum report_format format, const struct signing_key *key)
{
    const struct seal_form *form = form_of(format);
    char sha256[SHA256_TEXT_SIZE];
    unsigned char signature[SIGNATURE_BYTES];
    AUTO_STRBUF struct strbuf said = STRBUF_MAX(SEAL_MAX_BYTES);
    statement(&said, form, sha256_text(strbuf_text(buf), buf->length, sha256));
    signing_key_sign(key, strbuf_text(&said), said.length, signature);
    write_seal(buf, form, signing_key_public(key), sha256, signature);
}

/* The value after " name=", up to the next space or the end of the line. */
static bool field(const char *line, const char *name, char *ret, size_t size)
{
    const char *start = strstr(line, name);
    if (!start)
        return false;
    start += strlen(name);
    size_t length = strcspn(start, " \n");
    if (length >= size)
        return false;
    memcpy(ret, start, length);
    ret[length] = '\0';
    return true;
}

static bool changed(struct err *err)
{
    return err_code(
        err, ERR_CONFLICT, "changed",
        "This file is not as it was signed: at least one byte of it was changed, added or removed.");
}

/* The last line of the file, copied. */
static bool last_line(const char *bytes, size_t length, const struct seal_form *form,
                      char ret[SEAL_MAX_BYTES])
{
    size_t start = length > 0 ? length - 1 : 0;
    while (start > 0 && bytes[start - 1] != '\n' && length - start < SEAL_MAX_BYTES - 1)
        start--;
    size_t open = strlen(form->open);
    if (length - start <= open || memcmp(bytes + start, form->open, open) != 0)
        return false;
    memcpy(ret, bytes + start, length - start);
    ret[length - start] = '\0';
    return strlen(ret) == length - start;
}

bool seal_check(const char *bytes, size_t length, enum report_format format, struct seal *ret,
                struct err *err)
{
    const struct seal_form *form = form_of(format);
    char line[SEAL_MAX_BYTES], key_text[PUBLIC_KEY_TEXT_SIZE], signature_text[SIGNATURE_TEXT_SIZE];
    char sha256[SHA256_TEXT_SIZE];
    unsigned char signature[SIGNATURE_BYTES];
    AUTO_STRBUF struct strbuf said = STRBUF_MAX(SEAL_MAX_BYTES), again = STRBUF_MAX(SEAL_MAX_BYTES);
    if (!last_line(bytes, length, form, line))
        return err_code(
            err, ERR_CONFLICT, "no_seal",
            "This file does not end with the seal of a Lastday report: it is none, or its end was "
            "changed or cut off.");
    if (!field(line, " public_key=", key_text, sizeof key_text) ||
        !field(line, " signature=", signature_text, sizeof signature_text) ||
        !base64_exact(key_text, ret->public_key, SIGNING_PUBLIC_BYTES) ||
        !base64_exact(signature_text, signature, SIGNATURE_BYTES))
        return changed(err);
    ret->covers = length - strlen(line);
    signing_id(ret->public_key, ret->key_id);
    write_seal(&again, form, ret->public_key, sha256_text(bytes, ret->covers, sha256), signature);
    statement(&said, form, sha256);
    return (strcmp(strbuf_text(&again), line) == 0 &&
            signature_holds(ret->public_key, strbuf_text(&said), said.length, signature)) ||
           changed(err);
}
