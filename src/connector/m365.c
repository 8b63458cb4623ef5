#include "connector/m365.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connector/connection.h"
#include "connector/service.h"

#define GRAPH_RESOURCE "https://graph.microsoft.com"
#define EXCHANGE_RESOURCE "https://outlook.office365.com"

static char *trimmed(const char *url)
{
    if (!url || !*url)
        return NULL;
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        length--;
    return must(strndup(url, length));
}

static bool take_url(const char *name, const char *url, char **ret, struct err *err)
{
    if (!url || (!text_starts_nocase(url, "https://") && !text_starts_nocase(url, "http://")) ||
        strlen(strstr(url, "://")) < 4 || strpbrk(url, " \t\r\n?#@\\"))
        return err_set(err, ERR_CONFIG, "%s must be an address such as https://graph.microsoft.com.", name);
    *ret = trimmed(url);
    return true;
}

static bool check_app(const struct m365_settings *settings, struct err *err)
{
    if (!settings->app.client_id || !*settings->app.client_id)
        return err_set(err, ERR_CONFIG, "The application's client id is missing.");
    if (!settings->app.client_secret && !settings->app.certificate_file)
        return err_set(err, ERR_CONFIG, "The application needs a client secret or a certificate.");
    return true;
}

struct m365 *m365_new(const struct m365_settings *settings, struct wire *wire, const struct clock *clock,
                      const struct rng *rng, struct err *err)
{
    struct m365 *m365 = must(calloc(1, sizeof *m365));
    *m365 = (struct m365){
        .on_call = settings->on_call, .ctx = settings->ctx, .wire = wire, .clock = clock, .rng = rng};
    m365->lanes = lanes_new(clock, rng);
    m365->home_tenant = trimmed(settings->app.tenant_id);
    const char *graph = settings->graph_resource, *exchange = settings->exchange_resource;
    bool ok = check_app(settings, err) && take_url("login_url", settings->login_url, &m365->login_url, err) &&
              take_url("graph_url", settings->graph_url, &m365->graph_url, err) &&
              take_url("exchange_url", settings->exchange_url, &m365->exchange_url, err) &&
              (!settings->sharepoint_url ||
               take_url("sharepoint_url", settings->sharepoint_url, &m365->sharepoint_url, err)) &&
              take_url("graph_resource", graph ? graph : GRAPH_RESOURCE, &m365->graph_resource, err) &&
              take_url("exchange_resource", exchange ? exchange : EXCHANGE_RESOURCE, &m365->exchange_resource,
                       err) &&
              (m365->tokens = tokens_new(m365, settings, err)) != NULL;
    if (ok)
        return m365;
    m365_free(m365);
    return NULL;
}

void m365_free(struct m365 *m365)
{
    if (!m365)
        return;
    tokens_free(m365->tokens);
    lanes_free(m365->lanes);
    free(m365->login_url);
    free(m365->graph_url);
    free(m365->exchange_url);
    free(m365->sharepoint_url);
    free(m365->graph_resource);
    free(m365->exchange_resource);
    free(m365->home_tenant);
    free(m365);
}

bool m365_connect(struct m365 *m365, const struct m365_target *target, struct err *err)
{
    AUTO(token_header_free)
    char *graph = token_header(m365->tokens, target, m365->graph_resource, err);
    if (!graph)
        return false;
    AUTO(token_header_free)
    char *exchange = token_header(m365->tokens, target, m365->exchange_resource, err);
    return exchange != NULL;
}

bool m365_is_disconnected(const struct err *err)
{
    return err->kind == ERR_CONFIG &&
           (strncmp(err->code, "AADSTS", 6) == 0 || strncmp(err->code, "token_", 6) == 0);
}

bool m365_connection(struct m365 *m365, const char *tenant_id, struct m365_connection *ret)
{
    struct m365_connection state = connection_state(tokens_connections(m365->tokens), tenant_id);
    if (ret)
        *ret = state;
    return state.ok;
}

size_t m365_disconnected(struct m365 *m365)
{
    return connections_refused(tokens_connections(m365->tokens));
}

void m365_tenant_size(struct m365 *m365, const char *tenant_id, size_t users, size_t licenses)
{
    lane_resize(m365->lanes, tenant_id, users, licenses);
}

void m365_load(struct m365 *m365, const char *tenant_id, struct m365_load ret[M365_SERVICES])
{
    static const enum service all[M365_SERVICES] = {
#define X(id, name) SERVICE_##id,
        SERVICES(X)
#undef X
    };
    for (size_t i = 0; i < M365_SERVICES; i++) {
        const char *name = service_name(all[i]);
        struct lane_state state = lane_state(m365->lanes, tenant_id, name);
        ret[i] = (struct m365_load){name, state.closed, state.broken, state.waiting, state.wait_ms};
    }
}

void m365_forget(struct m365 *m365, const char *tenant_id)
{
    tokens_forget(m365->tokens, tenant_id);
}

const char *m365_home_tenant(const struct m365 *m365)
{
    return m365->home_tenant;
}

bool m365_is_delegated(const struct m365 *m365)
{
    return tokens_delegated(m365->tokens);
}

bool m365_secret_only(const struct m365 *m365)
{
    return tokens_secret_only(m365->tokens);
}

/* The claims of a JWT, unverified: it is ours, fresh from the token endpoint. */
static json_t *claims_of(const char *header)
{
    const char *start = strchr(header, '.'), *end = start ? strchr(start + 1, '.') : NULL;
    if (!end)
        return NULL;
    size_t length = (size_t)(end - start - 1);
    char *text = must(malloc(length + 1));
    ptrdiff_t bytes = text_base64_decode(start + 1, length, text, length);
    json_t *claims = bytes > 0 ? json_read(text, (size_t)bytes, NULL) : NULL;
    free(text);
    return claims;
}

json_t *m365_granted(struct m365 *m365, const struct m365_target *target, enum m365_service service,
                     const char *site_url, struct err *err)
{
    AUTO_STRBUF struct strbuf origin = STRBUF_MAX(1024);
    const char *resource = service == M365_GRAPH ? m365->graph_resource : m365->exchange_resource;
    if (service == M365_SHAREPOINT) {
        const char *host = site_url ? strstr(site_url, "://") : NULL;
        if (!host || tokens_secret_only(m365->tokens))
            return json_null();
        strbuf_add(&origin, site_url, (size_t)(host - site_url) + 3 + strcspn(host + 3, "/?#"));
        resource = strbuf_text(&origin);
    }
    AUTO(token_header_free) char *header = token_header(m365->tokens, target, resource, err);
    if (!header)
        return NULL;
    AUTO_JSON json_t *claims = claims_of(header);
    const json_t *roles = json_object_get(claims, "roles");
    bool tells = json_is_array(roles) || json_text(claims, "idtyp");
    return json_is_array(roles)                ? json_incref((json_t *)roles)
           : tells && !m365_is_delegated(m365) ? json_array()
                                               : json_null();
}
