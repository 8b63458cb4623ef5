#include "auth/id_token.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#define REFUSE(code, ...) err_code(err, ERR_UNAUTHENTICATED, code, __VA_ARGS__)

/* One audience, ours; of several, ours with a word that the token was issued to us. */
static bool is_audience(const json_t *claims, const char *client_id)
{
    const json_t *audience = json_object_get(claims, "aud");
    size_t i;
    json_t *one;
    bool named = false;
    if (json_is_string(audience))
        return strcmp(json_string_value(audience), client_id) == 0;
    json_array_foreach ((json_t *)audience, i, one)
        named = named || strcmp(json_string_value(one) ?: "", client_id) == 0;
    return named &&
           (json_array_size(audience) == 1 || strcmp(json_text_or(claims, "azp", ""), client_id) == 0);
}

static bool check_times(const json_t *claims, int64_t now, struct err *err)
{
    const int64_t latest = INT64_MAX / 2000;
    int64_t expires = json_int(claims, "exp", -1), not_before = json_int(claims, "nbf", 0),
            issued = json_int(claims, "iat", -1);
    if (expires < 0 || expires > latest || issued < 0 || issued > latest || not_before < 0 ||
        not_before > latest)
        return REFUSE("bad_token", "The identity provider's token does not say when it is valid.");
    if (now >= expires * 1000 + ID_TOKEN_SKEW_MS)
        return REFUSE("token_expired",
                      "The identity provider's token has expired. Is this machine's clock right?");
    if (now < not_before * 1000 - ID_TOKEN_SKEW_MS || now < issued * 1000 - ID_TOKEN_SKEW_MS)
        return REFUSE("token_not_valid_yet",
                      "The identity provider's token is not valid yet. Is this machine's clock right?");
    return true;
}

static bool is_same(const char *a, const char *b)
{
    return a && b && strlen(a) == strlen(b) && sodium_memcmp(a, b, strlen(a)) == 0;
}

bool id_token_check(const json_t *claims, const struct id_token_rules *rules, struct err *err)
{
    const char *issuer = json_text_or(claims, "iss", "");
    if (strcmp(issuer, rules->issuer) != 0)
        return REFUSE("wrong_issuer", "The token comes from another identity provider: %.200s.", issuer);
    if (!is_audience(claims, rules->client_id))
        return REFUSE("wrong_audience", "The identity provider's token is for another application.");
    if (!check_times(claims, rules->now, err))
        return false;
    if (!is_same(json_text(claims, "nonce"), rules->nonce))
        return REFUSE("wrong_nonce", "The identity provider's token belongs to another sign-in.");
    if (rules->tenant_id && (!text_equal_nocase(json_text(claims, "tid"), rules->tenant_id) ||
                             !text_is_uuid(json_text(claims, "oid"))))
        return REFUSE("wrong_tenant", "The token speaks of somebody of another tenant.");
    return (json_text(claims, "sub") && *json_text(claims, "sub")) ||
           REFUSE("bad_token", "The identity provider's token does not say whom it is about.");
}

static const char *highest_role(const json_t *names)
{
    const char *highest = NULL;
    size_t i;
    json_t *name;
    json_array_foreach ((json_t *)names, i, name) {
        const char *role = json_string_value(name);
        if (role_permissions(role) > role_permissions(highest))
            highest = role;
    }
    return highest;
}

static const char *first_text(const json_t *claims, const char *const *names)
{
    for (; *names; names++) {
        const char *text = json_text(claims, *names);
        if (text && *text)
            return text;
    }
    return "";
}

bool id_token_identity(const json_t *claims, struct arena *arena, struct external_identity *ret,
                       struct err *err)
{
    static const char *const names[] = {"preferred_username", "upn", "email", "sub", NULL};
    const char *tenant = json_text(claims, "tid"), *object = json_text(claims, "oid"),
               *role = highest_role(json_array_at(claims, "roles"));
    *ret =
        (struct external_identity){.key = text_is_uuid(tenant) && text_is_uuid(object)
                                              ? arena_printf(arena, "%s/%s", tenant, object)
                                              : arena_printf(arena, "%s %s", json_text_or(claims, "iss", ""),
                                                             json_text_or(claims, "sub", "")),
                                   .username = arena_text(arena, first_text(claims, names)),
                                   .display_name = arena_text(arena, json_text(claims, "name")),
                                   .role = arena_text(arena, role)};
    return role ||
           err_code(err, ERR_FORBIDDEN, "no_role",
                    "%.100s has no role in Lastday. Assign one of these to the account at the identity "
                    "provider: " ROLE_NAMES ".",
                    ret->username);
}

const char *id_token_tenant(struct arena *arena, const char *issuer)
{
    const char *path = strstr(issuer, "://");
    for (const char *at = path ? strchr(path + 3, '/') : NULL; at; at = strchr(at, '/')) {
        size_t length = strcspn(++at, "/");
        const char *part = arena_text_n(arena, at, length);
        if (text_is_uuid(part))
            return part;
    }
    return NULL;
}
