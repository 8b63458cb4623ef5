#include "connector/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/thread.h"
#include "connector/m365_private.h"
#include "connector/token.h"

#define FORM_MAX (64u * 1024)

static const struct {
    int64_t number;
    enum err_kind kind;
    const char *sentence;
} numbers[] = {
#define LOGIN_ERROR(number, kind, sentence) {number, ERR_##kind, sentence},
#include "connector/login_error.def"
#undef LOGIN_ERROR
};

/* For numbers nobody has told us about. */
static const struct {
    const char *error;
    enum err_kind kind;
    const char *sentence;
} names[] = {
    {"invalid_client", ERR_CONFIG,
     "The sign-in service did not accept the application's secret or certificate."},
    {"unauthorized_client", ERR_CONFIG, "The application may not sign in to this tenant."},
    {"invalid_request", ERR_CONFIG, "The sign-in service did not accept the request of the application."},
    {"invalid_resource", ERR_CONFIG, "The service is not set up in this tenant."},
    {"invalid_scope", ERR_CONFIG, "The requested scope is invalid."},
    {"unsupported_grant_type", ERR_CONFIG, "The sign-in service does not support this way of signing in."},
    {"invalid_grant", ERR_REFUSED, "The sign-in was refused: consent to the application or sign in again."},
    {"interaction_required", ERR_REFUSED, "The partner user must sign in again."},
    {"login_required", ERR_REFUSED, "The partner user must sign in again."},
    {"consent_required", ERR_REFUSED, "An administrator of this tenant must consent to the application."},
    {"temporarily_unavailable", ERR_UPSTREAM, "The sign-in service has a passing fault."},
};

static int64_t number_of(const json_t *body)
{
    const json_t *codes = json_array_at(body, "error_codes");
    return json_is_integer(json_array_get(codes, 0)) ? json_integer_value(json_array_get(codes, 0)) : 0;
}

void login_explain(const struct service_answer *answer, struct err *err)
{
    const char *error = json_text_or(answer->body, "error", "");
    int64_t number = number_of(answer->body);
    char code[60];
    if (!*error && number == 0) {
        service_explain_status(service_info(SERVICE_LOGIN)->title, answer->status, err);
        return;
    }
    if (number > 0)
        snprintf(code, sizeof code, "AADSTS%lld", (long long)number);
    else
        snprintf(code, sizeof code, "AADSTS:%.40s", error);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].number == number) {
            err_code(err, numbers[i].kind, code, "%s (%s)", numbers[i].sentence, code);
            return;
        }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].error, error) == 0) {
            err_code(err, names[i].kind, code, "%s (%s)", names[i].sentence, code);
            return;
        }
    service_explain_status(service_info(SERVICE_LOGIN)->title, answer->status, err);
    snprintf(err->code, sizeof err->code, "%s", code);
}

void login_token_done(struct login_token *token)
{
    token_free(token->access_token);
    memset(token, 0, sizeof *token);
}

static void form_add(struct strbuf *form, const char *name, const char *value)
{
    if (form->length > 0)
        strbuf_char(form, '&');
    strbuf_text_add(form, name);
    strbuf_char(form, '=');
    strbuf_percent(form, value);
}

static bool make_form(struct m365 *m365, const char *url, const char *resource, struct strbuf *form,
                      struct err *err)
{
    char scope[400];
    AUTO_FREE char *refresh_token = NULL;
    {
        WITH_LOCK(&m365->lock);
        refresh_token = m365->refresh_token ? strdup(m365->refresh_token) : NULL;
    }
    snprintf(scope, sizeof scope, "%s/.default%s", resource, refresh_token ? " offline_access" : "");
    form_add(form, "client_id", m365->settings.app.client_id);
    form_add(form, "scope", scope);
    if (refresh_token) {
        form_add(form, "grant_type", "refresh_token");
        form_add(form, "refresh_token", refresh_token);
    } else {
        form_add(form, "grant_type", "client_credentials");
    }
    if (!m365->key) {
        form_add(form, "client_secret", m365->settings.app.client_secret);
        return true;
    }
    AUTO_FREE char *assertion =
        assertion_make(m365->key, m365->settings.app.client_id, url, m365->clock, m365->rng, err);
    if (!assertion)
        return false;
    form_add(form, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    form_add(form, "client_assertion", assertion);
    return true;
}

/* A number, or a text as the older endpoint sends it. */
static int64_t life_ms(const json_t *body)
{
    int64_t seconds = json_int(body, "expires_in", 0);
    const char *text = json_text(body, "expires_in");
    if (text && !text_to_int(text, 0, 10 * 86400, &seconds))
        seconds = 0;
    return seconds > 0 && seconds <= 10 * 86400 ? seconds * 1000 : 0;
}

static void note_refresh_token(struct m365 *m365, const json_t *body)
{
    const char *fresh = json_text(body, "refresh_token");
    if (!fresh || !*fresh)
        return;
    {
        WITH_LOCK(&m365->lock);
        if (!m365->refresh_token) /* the application acts by itself and asked for none */
            return;
        token_free(m365->refresh_token);
        m365->refresh_token = strdup(fresh);
    }
    if (m365->settings.on_refresh_token)
        m365->settings.on_refresh_token(m365->settings.ctx, fresh);
}

bool login_token(struct m365 *m365, const struct m365_target *target, const char *resource,
                 struct login_token *ret, struct err *err)
{
    AUTO_STRBUF struct strbuf url = STRBUF_MAX(4096);
    AUTO_STRBUF struct strbuf form = STRBUF_MAX(FORM_MAX);
    AUTO_SERVICE_ANSWER struct service_answer answer = {0};
    strbuf_printf(&url, "%s/", m365->settings.login_url);
    strbuf_percent(&url, target->tenant_id);
    strbuf_text_add(&url, "/oauth2/v2.0/token");
    if (!make_form(m365, strbuf_text(&url), resource, &form, err))
        return false;
    if (url.overflow || form.overflow)
        return err_set(err, ERR_CONFIG, "The client id, the secret or the tenant id is too long.");
    const struct service_request request = {
        .service = SERVICE_LOGIN,
        .method = "POST",
        .url = strbuf_text(&url),
        .content_type = "application/x-www-form-urlencoded",
        .body = strbuf_text(&form),
        .harmless = true,
        .repeatable = true,
        .explain = login_explain,
    };
    if (!service_send(m365, target, &request, &answer, err))
        return false;
    const char *token = json_text_or(answer.body, "access_token", "");
    ret->life_ms = life_ms(answer.body);
    if (!*token || ret->life_ms == 0)
        return err_code(err, ERR_UPSTREAM, "bad_answer", "%s answered without a token.",
                        service_info(SERVICE_LOGIN)->title);
    note_refresh_token(m365, answer.body);
    ret->access_token = strdup(token);
    if (!ret->access_token)
        abort();
    return true;
}
