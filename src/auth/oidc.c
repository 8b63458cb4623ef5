#include "auth/oidc.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "auth/jwt.h"
#include "base/memory.h"
#include "base/thread.h"

#define KEPT_MS (24 * 60 * 60 * 1000)
#define KEYS_AGAIN_MS (10 * 1000) /* not more often, whatever ids the tokens name */
#define TIMEOUT_MS 10000
#define SCOPE "openid profile email"

/* Something that the provider publishes. */
struct published {
    json_t *value;   /* copied for a reader: counts are not atomic */
    int64_t read_at; /* monotonic */
};

struct oidc {
    char *issuer, *client_id, *client_secret;
    struct wire *wire;
    const struct clock *clock;
    const struct rng *rng;
    pthread_mutex_t lock; /* of all below; never held while the provider is asked */
    struct published metadata, keys;
    int64_t keys_again_at; /* monotonic: the keys are not read anew for an unknown id before */
};

/* What travels openly must not leave this machine. */
static bool is_safe_address(const char *url)
{
    static const char *const local[] = {"http://127.0.0.1", "http://[::1]", "http://localhost"};
    if (!url)
        return false;
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        size_t length = strlen(local[i]);
        if (text_starts_nocase(url, local[i]) &&
            strchr(":/", url[length])) /* the end counts as one of them */
            return true;
    }
    return text_starts_nocase(url, "https://");
}

static bool is_set(const char *text)
{
    return text && *text;
}

struct oidc *oidc_new(const struct oidc_settings *settings, struct wire *wire, const struct clock *clock,
                      const struct rng *rng, struct err *err)
{
    if (!is_set(settings->client_id) || !is_set(settings->client_secret)) {
        err_set(err, ERR_CONFIG,
                "auth.oidc_issuer is set: auth.oidc_client_id and auth.oidc_client_secret are "
                "needed as well");
        return NULL;
    }
    if (!is_safe_address(settings->issuer)) {
        err_set(err, ERR_CONFIG, "auth.oidc_issuer must begin with https://");
        return NULL;
    }
    struct oidc *oidc = must(calloc(1, sizeof *oidc));
    *oidc = (struct oidc){.issuer = text_copy(settings->issuer),
                          .client_id = text_copy(settings->client_id),
                          .client_secret = text_copy(settings->client_secret),
                          .wire = wire,
                          .clock = clock,
                          .rng = rng};
    pthread_mutex_init(&oidc->lock, NULL);
    return oidc;
}

void oidc_free(struct oidc *oidc)
{
    if (!oidc)
        return;
    json_decref(oidc->metadata.value);
    json_decref(oidc->keys.value);
    pthread_mutex_destroy(&oidc->lock);
    sodium_memzero(oidc->client_secret, strlen(oidc->client_secret));
    free(oidc->issuer);
    free(oidc->client_id);
    free(oidc->client_secret);
    free(oidc);
}

/* --- what the provider publishes ----------------------------------------------------------------------- */

static bool not_as_it_should(const char *what, struct err *err)
{
    return err_code(err, ERR_UPSTREAM, "provider_failed",
                    "The identity provider does not answer as it should: %s.", what);
}

/* A JSON object; NULL with err set. */
static json_t *get(struct oidc *oidc, const char *url, struct err *err)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    const struct wire_request request = {
        .method = "GET", .url = url, .headers = headers, .timeout_ms = TIMEOUT_MS, .harmless = true};
    if (!wire_send(oidc->wire, &request, &reply, err))
        return NULL;
    json_t *value = reply.status == 200 ? json_read(reply.body, reply.body_length, NULL) : NULL;
    if (json_is_object(value))
        return value;
    json_decref(value);
    not_as_it_should("what it publishes cannot be read", err);
    return NULL;
}

static json_t *kept(struct oidc *oidc, const struct published *published)
{
    WITH_LOCK(&oidc->lock);
    bool fresh = published->value && clock_mono_ms(oidc->clock) - published->read_at < KEPT_MS;
    return fresh ? json_deep_copy(published->value) : NULL;
}

static void keep(struct oidc *oidc, struct published *published, const json_t *value)
{
    json_t *twin = json_deep_copy(value), *old;
    WITH_LOCK(&oidc->lock);
    old = published->value;
    published->value = twin;
    published->read_at = clock_mono_ms(oidc->clock);
    json_decref(old);
}

/* "https://x/" and "https://x" name the same; the token repeats the provider's own form. */
static bool is_issuer(const struct oidc *oidc, const char *text)
{
    if (!text)
        return false;
    size_t length = strlen(text), ours = strlen(oidc->issuer);
    length -= length == ours + 1 && text[ours] == '/';
    return length == ours && strncmp(text, oidc->issuer, ours) == 0;
}

static bool check_metadata(const struct oidc *oidc, const json_t *metadata, struct err *err)
{
    static const char *const addresses[] = {"authorization_endpoint", "token_endpoint", "jwks_uri"};
    if (!is_issuer(oidc, json_text(metadata, "issuer")))
        return err_set(
            err, ERR_CONFIG,
            "auth.oidc_issuer: the provider there calls itself %.200s; name one tenant's issuer exactly",
            json_text_or(metadata, "issuer", "nothing"));
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        if (!is_safe_address(json_text(metadata, addresses[i])))
            return not_as_it_should("an address that it publishes is missing or not safe", err);
    return true;
}

static json_t *metadata_of(struct oidc *oidc, struct arena *arena, struct err *err)
{
    json_t *metadata = kept(oidc, &oidc->metadata);
    if (metadata)
        return metadata;
    metadata = get(oidc, arena_printf(arena, "%s/.well-known/openid-configuration", oidc->issuer), err);
    if (metadata && check_metadata(oidc, metadata, err)) {
        keep(oidc, &oidc->metadata, metadata);
        return metadata;
    }
    json_decref(metadata);
    return NULL;
}

static json_t *read_keys(struct oidc *oidc, const json_t *metadata, struct err *err)
{
    json_t *keys = get(oidc, json_text(metadata, "jwks_uri"), err);
    if (keys)
        keep(oidc, &oidc->keys, keys);
    return keys;
}

/* Keys roll without notice: one that is not known yet is looked for once more. */
static bool may_read_again(struct oidc *oidc)
{
    WITH_LOCK(&oidc->lock);
    int64_t now = clock_mono_ms(oidc->clock);
    if (now < oidc->keys_again_at)
        return false;
    oidc->keys_again_at = now + KEYS_AGAIN_MS;
    return true;
}

static json_t *verify(struct oidc *oidc, const json_t *metadata, const char *token, struct err *err)
{
    AUTO_JSON json_t *known = kept(oidc, &oidc->keys);
    AUTO_JSON json_t *keys = known ? json_incref(known) : read_keys(oidc, metadata, err);
    json_t *claims = keys ? jwt_verify(token, keys, err) : NULL;
    if (claims || !known || strcmp(err->code, JWT_UNKNOWN_KEY) != 0 || !may_read_again(oidc))
        return claims;
    AUTO_JSON json_t *fresh = read_keys(oidc, metadata, err);
    return fresh ? jwt_verify(token, fresh, err) : NULL;
}

/* --- beginning ----------------------------------------------------------------------------------------- */

static const char *random_text(struct oidc *oidc, struct arena *arena)
{
    unsigned char bytes[32];
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(64);
    rng_fill(oidc->rng, bytes, sizeof bytes);
    strbuf_base64url(&text, bytes, sizeof bytes);
    return arena_text(arena, strbuf_text(&text));
}

static void add_param(struct strbuf *query, const char *name, const char *value)
{
    strbuf_printf(query, "%s%s=", query->length ? "&" : "", name);
    strbuf_percent(query, value);
}

static void add_challenge(struct strbuf *query, const char *verifier)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    AUTO_STRBUF struct strbuf challenge = STRBUF_MAX(64);
    crypto_hash_sha256(hash, (const unsigned char *)verifier, strlen(verifier));
    strbuf_base64url(&challenge, hash, sizeof hash);
    add_param(query, "code_challenge", strbuf_text(&challenge));
    add_param(query, "code_challenge_method", "S256");
}

const char *oidc_begin(struct oidc *oidc, struct arena *arena, const char *redirect_uri,
                       struct oidc_flow *ret, struct err *err)
{
    AUTO_STRBUF struct strbuf query = STRBUF_MAX(4096);
    AUTO_JSON json_t *metadata = metadata_of(oidc, arena, err);
    if (!metadata)
        return NULL;
    *ret = (struct oidc_flow){random_text(oidc, arena), random_text(oidc, arena), random_text(oidc, arena)};
    add_param(&query, "client_id", oidc->client_id);
    add_param(&query, "response_type", "code");
    add_param(&query, "response_mode", "query"); /* a form would not bring a SameSite cookie along */
    add_param(&query, "scope", SCOPE);
    add_param(&query, "redirect_uri", redirect_uri);
    add_param(&query, "state", ret->state);
    add_param(&query, "nonce", ret->nonce);
    add_challenge(&query, ret->verifier);
    const char *endpoint = json_text(metadata, "authorization_endpoint");
    return arena_printf(arena, "%s%s%s", endpoint, strchr(endpoint, '?') ? "&" : "?", strbuf_text(&query));
}

/* --- finishing ----------------------------------------------------------------------------------------- */

/* The provider's own words are for the log, by err; people read ours. */
static bool refused(const json_t *answer, int status, struct err *err)
{
    const char *error = json_text_or(answer, "error", "");
    if (strcmp(error, "invalid_grant") == 0)
        return err_code(err, ERR_UNAUTHENTICATED, "code_refused",
                        "The identity provider does not take the code any more. Sign in again. (%.300s)",
                        json_text_or(answer, "error_description", error));
    if (status >= 500)
        return not_as_it_should("it gave no token", err);
    return err_code(
        err, ERR_CONFIG, "provider_refused",
        "auth.oidc_client_id, auth.oidc_client_secret: the identity provider refuses them: %.300s %.300s",
        error, json_text_or(answer, "error_description", ""));
}

/* The ID token that the code is good for, in the arena. */
static const char *redeem(struct oidc *oidc, struct arena *arena, const json_t *metadata,
                          const char *redirect_uri, const char *code, const char *verifier, struct err *err)
{
    static const char *const headers[] = {"Accept: application/json",
                                          "Content-Type: application/x-www-form-urlencoded", NULL};
    AUTO_STRBUF struct strbuf form = STRBUF_MAX(16384);
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    add_param(&form, "grant_type", "authorization_code");
    add_param(&form, "client_id", oidc->client_id);
    add_param(&form, "client_secret", oidc->client_secret);
    add_param(&form, "code", code);
    add_param(&form, "redirect_uri", redirect_uri);
    add_param(&form, "code_verifier", verifier);
    const struct wire_request request = {.method = "POST",
                                         .url = json_text(metadata, "token_endpoint"),
                                         .headers = headers,
                                         .body = strbuf_text(&form),
                                         .body_length = form.length,
                                         .timeout_ms = TIMEOUT_MS};
    bool sent = wire_send(oidc->wire, &request, &reply, err);
    if (form.data)
        sodium_memzero(form.data, form.length);
    if (!sent)
        return NULL;
    AUTO_JSON json_t *answer = json_read(reply.body, reply.body_length, NULL);
    const char *token = reply.status == 200 ? json_text(answer, "id_token") : NULL;
    if (token)
        return arena_text(arena, token);
    if (reply.status == 200)
        not_as_it_should("its answer holds no ID token", err);
    else
        refused(answer, reply.status, err);
    return NULL;
}

bool oidc_finish(struct oidc *oidc, struct arena *arena, const char *redirect_uri, const char *code,
                 const struct oidc_flow *flow, struct external_identity *ret, struct err *err)
{
    AUTO_JSON json_t *metadata = metadata_of(oidc, arena, err);
    const char *token =
        metadata ? redeem(oidc, arena, metadata, redirect_uri, code, flow->verifier, err) : NULL;
    AUTO_JSON json_t *claims = token ? verify(oidc, metadata, token, err) : NULL;
    const struct id_token_rules rules = {.issuer = json_text(metadata, "issuer"),
                                         .client_id = oidc->client_id,
                                         .nonce = flow->nonce,
                                         .tenant_id = id_token_tenant(arena, oidc->issuer),
                                         .now = clock_utc_ms(oidc->clock)};
    return claims && id_token_check(claims, &rules, err) && id_token_identity(claims, arena, ret, err);
}
