/* Signing in with the identity provider: the browser goes there and comes back. Both ends answer with a place
 * to go to, never with a problem: it is a person's browser that stands there. */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "api/call.h"
#include "api/cookie.h"
#include "auth/oidc.h"
#include "base/log.h"

#define CALLBACK "/api/v1/auth/oidc/callback"
#define FLOW_IDENTITY "oidc_flow"
enum { FLOW_SECONDS = 600, RETURN_MAX = 500, FLOW_MAX = 2000 };

bool auth_methods_get(struct call *call, struct err *err)
{
    json_t *methods = json_make("{s:b}", "password", 1);
    (void)err;
    json_put(methods, "oidc",
             call->api->context.oidc ? json_make("{s:s}", "start", "/api/v1/auth/oidc/start") : json_null());
    return call_json(call, 200, call_keep(call, methods));
}

/* --- what the browser keeps meanwhile ------------------------------------------------------------------ */

static const char *seal_flow(struct call *call, const struct oidc_flow *flow, const char *return_to)
{
    AUTO_STRBUF struct strbuf sealed = STRBUF_MAX(FLOW_MAX), text = STRBUF_MAX(2 * FLOW_MAX);
    AUTO_JSON json_t *value =
        json_make("{s:s, s:s, s:s, s:s, s:I}", "state", flow->state, "nonce", flow->nonce, "verifier",
                  flow->verifier, "return_to", return_to, "until",
                  (json_int_t)clock_utc_ms(call->api->context.clock) + FLOW_SECONDS * 1000);
    AUTO_FREE char *plain = json_write(value);
    vault_seal(call->api->context.vault, FLOW_IDENTITY, plain, strlen(plain), &sealed);
    strbuf_base64url(&text, sealed.data, sealed.length);
    return arena_text(call->arena, strbuf_text(&text));
}

/* NULL when there is none, or it is not ours, or too old. Kept with the call. */
static const json_t *open_flow(struct call *call)
{
    char sealed[FLOW_MAX];
    struct err err;
    const char *cookie = http_cookie(call->request, call->arena, cookie_flow_name(call->api->secure));
    ptrdiff_t length = cookie ? text_base64_decode(cookie, strlen(cookie), sealed, sizeof sealed) : -1;
    AUTO_SECRET struct secret *plain =
        length > 0 ? vault_unseal(call->api->context.vault, FLOW_IDENTITY, sealed, (size_t)length, &err)
                   : NULL;
    json_t *flow =
        plain ? call_keep(call, json_read(secret_reveal(plain), secret_length(plain), NULL)) : NULL;
    return json_int(flow, "until", 0) > clock_utc_ms(call->api->context.clock) ? flow : NULL;
}

/* --- where the browser goes ---------------------------------------------------------------------------- */

static bool go_to(struct call *call, const char *place)
{
    reply_header(&call->reply, "Location", arena_text(call->arena, place)); /* outlives the call */
    return call_empty(call, 303);
}

/* The client has words for the codes; what else was said is the log's. */
static bool go_back(struct call *call, const char *code, const struct err *why)
{
    log_warn("sign_in.oidc", LOG_TEXT("reason", code), LOG_TEXT("client", call->request->client),
             LOG_TEXT("request", call->request->id), LOG_ERR(why));
    return go_to(call, arena_printf(call->arena, "/?sign_in_error=%s", code));
}

static const char *code_of(const struct err *err)
{
    static const struct {
        enum err_kind kind;
        const char *code, *shown;
    } codes[] = {{ERR_FORBIDDEN, "no_role", "no_role"},
                 {ERR_FORBIDDEN, "account_disabled", "account_disabled"},
                 {ERR_UNAUTHENTICATED, "code_refused", "expired"},
                 {ERR_UNAUTHENTICATED, "token_expired", "clock"},
                 {ERR_UNAUTHENTICATED, "token_not_valid_yet", "clock"},
                 {ERR_UNAUTHENTICATED, NULL, "not_accepted"},
                 {ERR_UNREACHABLE, NULL, "provider_unreachable"},
                 {ERR_TIMEOUT, NULL, "provider_unreachable"},
                 {ERR_UPSTREAM, NULL, "provider_failed"}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].kind == err->kind && (!codes[i].code || strcmp(codes[i].code, err->code) == 0))
            return codes[i].shown;
    return "failed";
}

/* A place within our own pages, or the start. */
static const char *own_place(const char *place)
{
    bool own = place && place[0] == '/' && place[1] != '/' && place[1] != '\\';
    for (const char *c = place; own && *c; c++)
        own = *c > ' ' && *c < 0x7f && *c != '\\';
    return own && strlen(place) <= RETURN_MAX ? place : "/";
}

static const char *redirect_uri(struct call *call)
{
    const char *url = call->api->url;
    return url ? arena_printf(call->arena, "%s" CALLBACK, url) : NULL;
}

static bool no_provider(struct err *err)
{
    return err_code(err, ERR_NOT_FOUND, "oidc_not_configured",
                    "No identity provider is configured here: sign in with a local account.");
}

bool oidc_start_get(struct call *call, struct err *err)
{
    struct oidc_flow flow;
    struct err failed = {0};
    struct oidc *oidc = call->api->context.oidc;
    const char *uri = redirect_uri(call);
    if (!oidc || !uri)
        return no_provider(err);
    const char *place = oidc_begin(oidc, call->arena, uri, &flow, &failed);
    if (!place)
        return go_back(call, code_of(&failed), &failed);
    const char *sealed = seal_flow(call, &flow, own_place(http_query(call->request, "return_to")));
    reply_header(&call->reply, "Set-Cookie",
                 cookie_flow_make(call->arena, call->api->secure, sealed, FLOW_SECONDS));
    return go_to(call, place);
}

/* --- coming back --------------------------------------------------------------------------------------- */

static bool is_same(const char *a, const char *b)
{
    return a && b && strlen(a) == strlen(b) && sodium_memcmp(a, b, strlen(a)) == 0;
}

/* The answer must belong to what this browser began. */
static bool check_answer(const struct call *call, const json_t *flow, const char **ret_code, struct err *err)
{
    const char *error = http_query(call->request, "error");
    if (!flow || !is_same(json_text(flow, "state"), http_query(call->request, "state")))
        return err_code(err, ERR_UNAUTHENTICATED, "code_refused",
                        "The sign-in was not begun here, or too long ago.");
    if (error)
        return err_code(err, ERR_UNAUTHENTICATED, "provider_error",
                        "The identity provider says: %.100s %.300s", error,
                        http_query(call->request, "error_description") ?: "");
    *ret_code = http_query(call->request, "code");
    return *ret_code || err_code(err, ERR_UNAUTHENTICATED, "code_refused", "The answer holds no code.");
}

static bool finish(struct call *call, const json_t *flow, struct session *ret, struct external_identity *who,
                   struct err *err)
{
    const struct logbook_by from = call_by(call);
    const struct oidc_flow began = {.nonce = json_text(flow, "nonce"),
                                    .verifier = json_text(flow, "verifier")};
    const char *code = NULL, *uri = redirect_uri(call);
    return check_answer(call, flow, &code, err) &&
           oidc_finish(call->api->context.oidc, call->arena, uri, code, &began, who, err) &&
           auth_external_sign_in(call->api->context.auth, call->arena, who, &from, ret, err);
}

/* What the provider vouched for and was refused stands in the logbook, like a wrong password; what anybody
 * can send without having been there does not, nor that nobody got an answer. */
static bool note_refusal(struct call *call, const struct external_identity *who, const struct err *why)
{
    struct err err;
    AUTO_JSON json_t *details = json_make("{s:s, s:s}", "method", "oidc", "code", why->code);
    struct logbook_by by = call_by(call);
    const struct logbook_entry entry = {.what = LOGBOOK_SIGN_IN_FAILED, .details = details};
    bool vouched = strcmp(why->code, "code_refused") != 0 && strcmp(why->code, "provider_error") != 0;
    if (!vouched || (why->kind != ERR_UNAUTHENTICATED && why->kind != ERR_FORBIDDEN))
        return true;
    by.name = who->username ? who->username : "";
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, &err);
    return tx && logbook_add(tx, &by, &entry, clock_utc_ms(call->api->context.clock), &err) &&
           tx_commit(&tx, &err);
}

bool oidc_callback_get(struct call *call, struct err *err)
{
    struct session session = {0};
    struct external_identity who = {0};
    struct err failed = {0};
    bool secure = call->api->secure;
    if (!call->api->context.oidc)
        return no_provider(err);
    const json_t *flow = open_flow(call);
    reply_header(&call->reply, "Set-Cookie", cookie_flow_make(call->arena, secure, "", 0));
    bool good = finish(call, flow, &session, &who, &failed);
    if (good || failed.kind == ERR_UNAUTHENTICATED || failed.kind == ERR_FORBIDDEN)
        metrics_sign_in(call->api->metrics, true, good);
    if (!good) {
        if (!note_refusal(call, &who, &failed))
            log_warn("logbook.failed", LOG_TEXT("request", call->request->id));
        return go_back(call, strcmp(failed.code, "provider_error") == 0 ? "refused" : code_of(&failed),
                       &failed);
    }
    call->who = session.principal;
    long age_s = (long)((session.expires_at - clock_utc_ms(call->api->context.clock)) / 1000);
    reply_header(&call->reply, "Set-Cookie", cookie_make(call->arena, secure, session.token, age_s));
    return go_to(call, json_text_or(flow, "return_to", "/"));
}
