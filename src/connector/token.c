#include "connector/token.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "connector/assertion.h"
#include "connector/connection.h"
#include "connector/cost.h"
#include "connector/service.h"

#define EARLY_MS (5 * 60 * 1000)
#define TOKEN_MAX (32u * 1024)
#define CLAIMS_MAX (8u * 1024)
#define LOOP_WAIT_MS ((int64_t)5 * 60 * 1000)
#define SKEW_MIN_MS 2000 /* a Date is cut to the second */

struct token {
    struct token *next;
    char *tenant_id, *resource;
    char *header; /* "Authorization: Bearer …"; NULL without a token */
    char *claims; /* JSON that the next token must be asked for with; NULL: none */
    uint64_t serial;
    int64_t renew_at; /* monotonic */
    bool fetching;
    uint64_t round;    /* counts finished fetches */
    struct err failed; /* of the last fetch; ERR_NONE when it succeeded */
    pthread_cond_t changed;
};

struct tokens {
    pthread_mutex_t lock; /* never held while sending */
    struct m365 *m365;
    char *client_id, *client_secret, *refresh_token;
    struct certificate *certificate;
    void (*on_refresh_token)(void *ctx, const char *refresh_token);
    void *ctx;
    struct token *first;
    struct connections *connections;
    int64_t skew_ms; /* what our clock is behind that of the token endpoint */
};

static void wipe(char *secret)
{
    if (!secret)
        return;
    sodium_memzero(secret, strlen(secret));
    free(secret);
}

void token_header_free(char **header)
{
    wipe(*header);
}

/* A form holds secrets: wiped before it is freed. */
static void form_done(struct strbuf *form)
{
    if (form->data)
        sodium_memzero(form->data, form->length);
    strbuf_done(form);
}

struct tokens *tokens_new(struct m365 *m365, const struct m365_settings *settings, struct err *err)
{
    struct tokens *tokens = must(calloc(1, sizeof *tokens));
    pthread_mutex_init(&tokens->lock, NULL);
    tokens->m365 = m365;
    tokens->connections = connections_new(m365->clock);
    tokens->client_id = text_copy(settings->app.client_id);
    tokens->client_secret = text_copy(settings->app.client_secret);
    tokens->refresh_token = text_copy(settings->app.refresh_token);
    tokens->on_refresh_token = settings->on_refresh_token;
    tokens->ctx = settings->ctx;
    if (!settings->app.certificate_file)
        return tokens;
    tokens->certificate =
        certificate_load(settings->app.certificate_file, settings->app.certificate_key_file, err);
    if (tokens->certificate)
        return tokens;
    tokens_free(tokens);
    return NULL;
}

void tokens_free(struct tokens *tokens)
{
    if (!tokens)
        return;
    for (struct token *token = tokens->first, *next; token; token = next) {
        next = token->next;
        pthread_cond_destroy(&token->changed);
        wipe(token->header);
        free(token->claims);
        free(token->tenant_id);
        free(token->resource);
        free(token);
    }
    connections_free(tokens->connections);
    certificate_free(tokens->certificate);
    free(tokens->client_id);
    wipe(tokens->client_secret);
    wipe(tokens->refresh_token);
    pthread_mutex_destroy(&tokens->lock);
    free(tokens);
}

struct connections *tokens_connections(const struct tokens *tokens)
{
    return tokens->connections;
}

bool tokens_delegated(const struct tokens *tokens)
{
    return tokens->refresh_token != NULL;
}

bool tokens_secret_only(const struct tokens *tokens)
{
    return !tokens->certificate && !tokens->refresh_token;
}

/* --- asking the token endpoint --- */

static void field(struct strbuf *form, const char *name, const char *value)
{
    if (form->length)
        strbuf_char(form, '&');
    strbuf_text_add(form, name);
    strbuf_char(form, '=');
    strbuf_percent(form, value);
}

static bool fill_form(struct tokens *tokens, const struct token *token, const char *endpoint,
                      struct strbuf *form, struct err *err)
{
    AUTO_STRBUF struct strbuf scope = STRBUF_MAX(1024);
    AUTO(token_header_free) char *refresh_token = NULL;
    AUTO_FREE char *claims = NULL;
    int64_t now_ms;
    {
        WITH_LOCK(&tokens->lock);
        refresh_token = text_copy(tokens->refresh_token);
        claims = text_copy(token->claims);
        now_ms = clock_utc_ms(tokens->m365->clock) + tokens->skew_ms;
    }
    strbuf_printf(&scope, "%s/.default%s", token->resource, refresh_token ? " offline_access" : "");
    field(form, "client_id", tokens->client_id);
    field(form, "scope", strbuf_text(&scope));
    field(form, "grant_type", refresh_token ? "refresh_token" : "client_credentials");
    if (refresh_token)
        field(form, "refresh_token", refresh_token);
    if (claims)
        field(form, "claims", claims);
    if (!tokens->certificate) {
        field(form, "client_secret", tokens->client_secret);
        return true;
    }
    AUTO(token_header_free)
    char *assertion = assertion_new(tokens->certificate, tokens->client_id, endpoint, now_ms / 1000,
                                    tokens->m365->rng, err);
    if (!assertion)
        return false;
    field(form, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    field(form, "client_assertion", assertion);
    return true;
}

/* The description of an answer is never shown: it can quote what we sent. */
static bool refused(const struct service_reply *reply, struct err *err)
{
    static const struct {
        int64_t number;
        enum err_kind kind;
        const char *sentence;
    } known[] = {
#define AADSTS(number, kind, sentence) {number, ERR_##kind, sentence},
#include "connector/aadsts.def"
#undef AADSTS
    };
    const char *error = json_text_or(reply->json, "error", "");
    const json_t *first = json_array_get(json_array_at(reply->json, "error_codes"), 0);
    int64_t number = json_is_integer(first) ? json_integer_value(first) : 0;
    int status = reply->wire.status;
    enum err_kind kind = status == 429 ? ERR_LIMIT : status >= 500 || !*error ? ERR_UPSTREAM : ERR_CONFIG;
    const char *sentence = "The sign-in service refused the application.";
    char code[80];
    if (strcmp(error, "temporarily_unavailable") == 0)
        kind = ERR_UPSTREAM;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == number) {
            kind = known[i].kind;
            sentence = known[i].sentence;
        }
    if (number)
        snprintf(code, sizeof code, "AADSTS%lld", (long long)number);
    else
        snprintf(code, sizeof code, "token_%.60s",
                 text_valid_utf8(error, strlen(error)) && *error ? error : "failed");
    err_code(err, kind, code, "%s", sentence);
    err->upstream_status = status;
    err->retry_after_ms = reply->retry_after_ms;
    snprintf(err->request_id, sizeof err->request_id, "%s", json_text_or(reply->json, "trace_id", ""));
    return false;
}

static bool header_safe(const char *token)
{
    for (const char *c = token; *c; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    return *token && strlen(token) < TOKEN_MAX;
}

static void keep_refresh_token(struct tokens *tokens, const char *refresh_token)
{
    if (!refresh_token || !*refresh_token)
        return;
    {
        WITH_LOCK(&tokens->lock);
        wipe(tokens->refresh_token);
        tokens->refresh_token = text_copy(refresh_token);
    }
    if (tokens->on_refresh_token)
        tokens->on_refresh_token(tokens->ctx, refresh_token);
}

static int64_t lifetime_ms(const json_t *answer)
{
    int64_t seconds = json_int(answer, "expires_in", 0);
    const char *text = json_text(answer, "expires_in"); /* the older endpoint sends a text */
    if (text && !text_to_int(text, 1, 7 * 86400, &seconds))
        seconds = 0;
    return seconds > 0 && seconds <= 7 * 86400 ? seconds * 1000 : 60 * 1000;
}

/* A request loop, or too many for the tenant: nobody asks for a while. */
static void slow_down(struct tokens *tokens, const char *tenant_id, struct err *err)
{
    bool loop = strcmp(err->code, "AADSTS50196") == 0;
    if (err->kind == ERR_LIMIT && err->retry_after_ms == 0)
        err->retry_after_ms = lane_close(tokens->m365->lanes, tenant_id, LANE_BIT(LANE_LOGIN), false, false,
                                         loop ? LOOP_WAIT_MS : 0);
}

/* The endpoint's clock decides whether a signed assertion is in its time. */
static void learn_skew(struct tokens *tokens, const struct wire_reply *answer)
{
    int64_t there;
    if (!wire_header_date(answer, "date", &there))
        return;
    WITH_LOCK(&tokens->lock);
    int64_t skew_ms = there - clock_utc_ms(tokens->m365->clock);
    tokens->skew_ms = skew_ms > SKEW_MIN_MS || skew_ms < -SKEW_MIN_MS ? skew_ms : 0;
}

static int64_t skew_of(struct tokens *tokens)
{
    WITH_LOCK(&tokens->lock);
    return tokens->skew_ms;
}

static char *header_of(const char *token)
{
    size_t size = strlen(token) + sizeof "Authorization: Bearer ";
    char *header = must(malloc(size));
    snprintf(header, size, "Authorization: Bearer %s", token);
    return header;
}

/* What a fetch brought. */
struct fetched {
    char *header;
    int64_t renew_at;
};

/* Not under the lock. */
static bool ask(struct tokens *tokens, const struct m365_target *target, const struct token *token, bool once,
                struct fetched *ret, struct err *err)
{
    AUTO_STRBUF struct strbuf endpoint = STRBUF_MAX(2048);
    AUTO(form_done) struct strbuf form = STRBUF_MAX(128 * 1024);
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    struct m365_target quiet = {.tenant_id = target->tenant_id,
                                .cancel = target->cancel,
                                .timeout_ms = target->timeout_ms,
                                .patience_ms = once ? 0 : target->patience_ms,
                                .urgent = target->urgent};
    strbuf_printf(&endpoint, "%s/", tokens->m365->login_url);
    strbuf_percent(&endpoint, target->tenant_id);
    strbuf_text_add(&endpoint, "/oauth2/v2.0/token");
    if (!fill_form(tokens, token, strbuf_text(&endpoint), &form, err))
        return false;
    struct service_request request = {.service = SERVICE_LOGIN,
                                      .method = "POST",
                                      .url = strbuf_text(&endpoint),
                                      .body = strbuf_text(&form),
                                      .content_type = "application/x-www-form-urlencoded",
                                      .twice_is_once = true,
                                      .harmless = true};
    cost_login(&request.need);
    int64_t asked_at = clock_mono_ms(tokens->m365->clock);
    if (!service_send(tokens->m365, &quiet, &request, &reply, err))
        return false;
    learn_skew(tokens, &reply.wire);
    if (reply.wire.status != 200) {
        refused(&reply, err);
        slow_down(tokens, target->tenant_id, err);
        return false;
    }
    const char *text = json_text_or(reply.json, "access_token", "");
    bool ok = header_safe(text) ||
              err_code(err, ERR_UPSTREAM, "no_token", "The sign-in service answered without a usable token.");
    if (ok) {
        int64_t life = lifetime_ms(reply.json);
        ret->header = header_of(text);
        ret->renew_at = asked_at + life - (life > 2 * EARLY_MS ? EARLY_MS : life / 5);
        keep_refresh_token(tokens, json_text(reply.json, "refresh_token"));
    }
    sodium_memzero(reply.wire.body, reply.wire.body_length);
    return ok;
}

/* When our clock was the reason, the answer has told how wrong it is. */
static bool fetch(struct tokens *tokens, const struct m365_target *target, const struct token *token,
                  bool once, struct fetched *ret, struct err *err)
{
    int64_t before = skew_of(tokens);
    if (ask(tokens, target, token, once, ret, err))
        return true;
    if (strcmp(err->code, "AADSTS700024") != 0 || skew_of(tokens) == before)
        return false;
    memset(err, 0, sizeof *err);
    return ask(tokens, target, token, once, ret, err);
}

/* --- cache --- */

static struct token *find_locked(struct tokens *tokens, const char *tenant_id, const char *resource)
{
    for (struct token *token = tokens->first; token; token = token->next)
        if (strcmp(token->resource, resource) == 0 && strcmp(token->tenant_id, tenant_id) == 0)
            return token;
    struct token *token = must(calloc(1, sizeof *token));
    token->tenant_id = text_copy(tenant_id);
    token->resource = text_copy(resource);
    thread_cond_init(&token->changed);
    token->next = tokens->first;
    tokens->first = token;
    return token;
}

static void drop_locked(struct token *token)
{
    wipe(token->header);
    token->header = NULL;
}

/* True when this caller must fetch; otherwise ret or err is the answer of who did. */
static bool must_fetch_locked(struct tokens *tokens, struct token *token, const struct m365_target *target,
                              struct token_use *ret, struct err *err)
{
    for (;;) {
        if (token->header && clock_mono_ms(tokens->m365->clock) < token->renew_at) {
            ret->header = text_copy(token->header);
            ret->serial = token->serial;
            return false;
        }
        ret->fetched = true;
        if (cancel_requested(target->cancel)) {
            err_set(err, ERR_CANCELLED, "The call was cancelled.");
            return false;
        }
        if (!token->fetching)
            return true;
        uint64_t round = token->round;
        thread_wait_ms(&token->changed, &tokens->lock, -1);
        if (token->round == round || token->failed.kind == ERR_NONE || token->failed.kind == ERR_CANCELLED)
            continue; /* a fetch whose caller was cancelled says nothing about ours */
        *err = token->failed;
        return false;
    }
}

/* Takes over what a fetch brought, and lets the others have it. */
static void settle_locked(struct tokens *tokens, struct token *token, bool ok, const struct fetched *fetched,
                          const struct err *failed)
{
    token->fetching = false;
    token->round++;
    token->failed = *failed;
    if (ok) {
        drop_locked(token);
        token->header = fetched->header;
        token->renew_at = fetched->renew_at;
        token->serial++;
        free(token->claims);
        token->claims = NULL;
        connection_mended(tokens->connections, token->tenant_id);
    } else if (m365_is_disconnected(failed)) {
        connection_refused(tokens->connections, token->tenant_id, failed);
    }
    pthread_cond_broadcast(&token->changed);
}

bool token_take(struct tokens *tokens, const struct m365_target *target, const char *resource, bool once,
                struct token_use *ret, struct err *err)
{
    struct token *token;
    struct err failed = {0};
    {
        WITH_LOCK(&tokens->lock);
        token = find_locked(tokens, target->tenant_id, resource);
    }
    struct cancel_watch watch = {.mutex = &tokens->lock, .cond = &token->changed};
    cancel_watch(target->cancel, &watch);
    bool mine;
    {
        WITH_LOCK(&tokens->lock);
        mine = must_fetch_locked(tokens, token, target, ret, &failed);
        token->fetching |= mine;
    }
    cancel_unwatch(target->cancel, &watch);
    if (mine) {
        struct fetched fetched = {0};
        bool ok = fetch(tokens, target, token, once, &fetched, &failed);
        WITH_LOCK(&tokens->lock);
        settle_locked(tokens, token, ok, &fetched, &failed);
        if (ok) {
            ret->header = text_copy(token->header);
            ret->serial = token->serial;
        }
    }
    if (!ret->header && err)
        *err = failed;
    return ret->header != NULL;
}

void token_use_done(struct token_use *use)
{
    wipe(use->header);
    use->header = NULL;
}

char *token_header(struct tokens *tokens, const struct m365_target *target, const char *resource,
                   struct err *err)
{
    struct token_use use = {0};
    return token_take(tokens, target, resource, false, &use, err) ? use.header : NULL;
}

/* The text between the quotes of claims="…" in a WWW-Authenticate header: base64, or JSON with its quotes
 * escaped by some. NULL when there is none that makes sense; the caller frees it. */
static char *claims_of(const struct wire_reply *answer)
{
    char challenge[CLAIMS_MAX], claims[CLAIMS_MAX];
    struct err ignored;
    if (!wire_header(answer, "www-authenticate", challenge, sizeof challenge))
        return NULL;
    const char *start = strcasestr(challenge, "claims=\"");
    if (!start)
        return NULL;
    start += strlen("claims=\"");
    ptrdiff_t length = text_base64_decode(start, strcspn(start, "\""), claims, sizeof claims - 1);
    if (length <= 0)
        return NULL;
    claims[length] = '\0';
    AUTO_JSON json_t *parsed = json_read(claims, (size_t)length, &ignored);
    return json_is_object(parsed) ? text_copy(claims) : NULL;
}

void token_refused(struct tokens *tokens, const char *tenant_id, const char *resource, uint64_t serial,
                   const struct wire_reply *answer)
{
    char *claims = claims_of(answer);
    {
        WITH_LOCK(&tokens->lock);
        struct token *token = find_locked(tokens, tenant_id, resource);
        if (token->serial == serial && token->header) { /* nobody has seen to it yet */
            char *earlier = token->claims;
            drop_locked(token);
            token->claims = claims;
            claims = earlier;
        }
    }
    free(claims);
}

void tokens_forget(struct tokens *tokens, const char *tenant_id)
{
    WITH_LOCK(&tokens->lock);
    for (struct token *token = tokens->first; token; token = token->next)
        if (strcmp(token->tenant_id, tenant_id) == 0)
            drop_locked(token);
    connection_mended(tokens->connections, tenant_id);
}
