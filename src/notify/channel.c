#include "notify/channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "notify/retry.h"

#define RESPONSE_MAX 1000
#define SECRET_MIN 6 /* shorter texts would cut what is no secret */

void outcome_fail(struct outcome *outcome, const struct err *err)
{
    outcome->err = *err;
    outcome->endpoint_fault = true;
    outcome->retry_after_ms = outcome->retry_after_ms ? outcome->retry_after_ms : err->retry_after_ms;
}

void outcome_http(struct outcome *outcome, const struct wire_reply *reply, int64_t now)
{
    int status = outcome->status = reply->status;
    outcome->delivered = status / 100 == 2;
    outcome->gone = status == 410;
    outcome->endpoint_fault = status != 400 && status != 413 && status != 422;
    if (outcome->delivered)
        return;
    outcome->retry_after_ms = retry_after_ms(reply, now);
    if (status / 100 == 3)
        err_code(&outcome->err, ERR_REFUSED, "redirect",
                 "The receiver answered %d and wants to lead elsewhere; that is not followed. Use the final "
                 "address.",
                 status);
    else if (status == 410)
        err_code(&outcome->err, ERR_REFUSED, "gone",
                 "The receiver answered 410: it wants no more notifications.");
    else
        err_code(&outcome->err, ERR_REFUSED, "http_status", "The receiver answered %d.", status);
}

/* --- secrets --- */

struct secrets {
    const char *texts[64];
    size_t count;
};

static void add(struct secrets *secrets, const char *text)
{
    if (text && strlen(text) >= SECRET_MIN && secrets->count < sizeof secrets->texts / sizeof *secrets->texts)
        secrets->texts[secrets->count++] = text;
}

static bool is_secret_name(const char *name)
{
    static const char *const names[] = {"secret",           "old_secret",    "token",
                                        "password",         "client_secret", "private_key",
                                        "integration_code", "value"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void collect(struct secrets *secrets, const json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_array(value))
        json_array_foreach ((json_t *)value, i, member)
            collect(secrets, member);
    if (!json_is_object(value))
        return;
    json_object_foreach ((json_t *)value, name, member) {
        const char *text = json_string_value(member);
        const char *host = text && strcmp(name, "url") == 0 ? strstr(text, "://") : NULL;
        if (text && is_secret_name(name))
            add(secrets, text);
        else if (host) /* what follows the host */
            add(secrets, host + 3 + strcspn(host + 3, "/?#"));
        else
            collect(secrets, member);
    }
}

char *attempt_scrub(const struct attempt *attempt, const char *text, size_t length, size_t max)
{
    struct secrets secrets = {0};
    struct strbuf out = STRBUF_MAX(length + max + 64);
    collect(&secrets, attempt->config);
    add(&secrets, attempt->link);
    add(&secrets, attempt->parts->smtp.password);
    for (size_t at = 0; at < length && out.length < max;) {
        size_t cut = 0;
        for (size_t i = 0; i < secrets.count && !cut; i++) {
            size_t size = strlen(secrets.texts[i]);
            if (size <= length - at && memcmp(text + at, secrets.texts[i], size) == 0)
                cut = size;
        }
        if (cut) {
            strbuf_text_add(&out, "***");
            at += cut;
        } else {
            strbuf_char(&out, text[at] ? text[at] : ' ');
            at++;
        }
    }
    char *scrubbed = strbuf_take(&out);
    text_trim_partial_utf8(scrubbed);
    return scrubbed;
}

void outcome_response(struct outcome *outcome, const struct attempt *attempt, const char *text, size_t length)
{
    AUTO_JSON json_t *valid = NULL;
    free(outcome->response);
    outcome->response = attempt_scrub(attempt, text, length, RESPONSE_MAX);
    if (text_valid_utf8(outcome->response, strlen(outcome->response)))
        return;
    valid = json_text_new(outcome->response); /* what is no UTF-8 is mended */
    free(outcome->response);
    outcome->response = must(strdup(json_string_value(valid)));
}

void outcome_scrub(struct outcome *outcome, const struct attempt *attempt)
{
    struct err *err = &outcome->err;
    AUTO_FREE char *message =
        attempt_scrub(attempt, err->message, strlen(err->message), sizeof err->message - 1);
    snprintf(err->message, sizeof err->message, "%s", message);
}
