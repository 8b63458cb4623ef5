#include "connector/m365.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/thread.h"
#include "connector/m365_private.h"
#include "connector/token.h"
#include "connector/url.h"

#define GRAPH_RESOURCE "https://graph.microsoft.com"
#define EXCHANGE_RESOURCE "https://outlook.office365.com"

static char *copy(const char *text)
{
    char *made = text && *text ? strdup(text) : NULL;
    if (text && *text && !made)
        abort();
    return made;
}

/* Without a slash at its end, so that paths can follow. */
static char *copy_url(const char *url)
{
    char *made = copy(url);
    for (size_t length = made ? strlen(made) : 0; length > 0 && made[length - 1] == '/'; length--)
        made[length - 1] = '\0';
    return made;
}

static bool check_url(const char *name, const char *url, struct err *err)
{
    char origin[ORIGIN_SIZE];
    if (!url)
        return err_set(err, ERR_CONFIG, "microsoft.%s is missing.", name);
    if (!url_origin(url, origin, NULL) || strpbrk(url, "?#"))
        return err_set(err, ERR_CONFIG, "microsoft.%s must be an http or https address, not %s.", name, url);
    return true;
}

static bool check(const struct m365_settings *settings, struct err *err)
{
    return check_url("login_url", settings->login_url, err) &&
           check_url("graph_url", settings->graph_url, err) &&
           check_url("exchange_url", settings->exchange_url, err) &&
           check_url("graph_resource", settings->graph_resource, err) &&
           check_url("exchange_resource", settings->exchange_resource, err) &&
           (!settings->sharepoint_url || check_url("sharepoint_url", settings->sharepoint_url, err)) &&
           (settings->app.client_id ||
            err_set(err, ERR_CONFIG, "The client id of the application is missing.")) &&
           (settings->app.client_secret || settings->app.certificate_file ||
            err_set(err, ERR_CONFIG, "The application needs a certificate or a client secret."));
}

static void copy_settings(struct m365_settings *own, const struct m365_settings *given)
{
    *own = *given;
    own->login_url = copy_url(given->login_url);
    own->graph_url = copy_url(given->graph_url);
    own->exchange_url = copy_url(given->exchange_url);
    own->sharepoint_url = copy_url(given->sharepoint_url);
    own->graph_resource = copy_url(given->graph_resource ? given->graph_resource : GRAPH_RESOURCE);
    own->exchange_resource =
        copy_url(given->exchange_resource ? given->exchange_resource : EXCHANGE_RESOURCE);
    own->app.tenant_id = copy(given->app.tenant_id);
    own->app.client_id = copy(given->app.client_id);
    own->app.client_secret = copy(given->app.client_secret);
    own->app.certificate_file = copy(given->app.certificate_file);
    own->app.certificate_key_file = copy(given->app.certificate_key_file);
    own->app.refresh_token = NULL;
}

struct m365 *m365_new(const struct m365_settings *settings, struct wire *wire, const struct clock *clock,
                      const struct rng *rng, struct err *err)
{
    struct m365 *m365 = calloc(1, sizeof *m365);
    if (!m365)
        abort();
    m365->wire = wire;
    m365->clock = clock;
    m365->rng = rng;
    pthread_mutex_init(&m365->lock, NULL);
    copy_settings(&m365->settings, settings);
    m365->refresh_token = copy(settings->app.refresh_token);
    const struct m365_settings *own = &m365->settings;
    if (!check(own, err) ||
        (own->app.certificate_file &&
         !(m365->key = assertion_key_load(own->app.certificate_file, own->app.certificate_key_file, err)))) {
        m365_free(m365);
        return NULL;
    }
    return m365;
}

void m365_free(struct m365 *m365)
{
    if (!m365)
        return;
    struct m365_tenant *tenant, *next;
    HASH_ITER (hh, m365->tenants, tenant, next) {
        HASH_DEL(m365->tenants, tenant);
        token_slots_free(tenant->tokens);
        for (int i = 0; i < SERVICE_COUNT; i++)
            lane_done(&tenant->lanes[i]);
        free(tenant->id);
        free(tenant);
    }
    struct m365_settings *own = &m365->settings;
    const char *texts[] = {own->login_url,
                           own->graph_url,
                           own->exchange_url,
                           own->sharepoint_url,
                           own->graph_resource,
                           own->exchange_resource,
                           own->app.tenant_id,
                           own->app.client_id,
                           own->app.certificate_file,
                           own->app.certificate_key_file};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free((char *)texts[i]);
    token_free((char *)own->app.client_secret);
    token_free(m365->refresh_token);
    assertion_key_free(m365->key);
    pthread_mutex_destroy(&m365->lock);
    free(m365);
}

struct m365_tenant *m365_tenant(struct m365 *m365, const char *tenant_id)
{
    WITH_LOCK(&m365->lock);
    struct m365_tenant *tenant;
    HASH_FIND_STR(m365->tenants, tenant_id, tenant);
    if (tenant)
        return tenant;
    tenant = calloc(1, sizeof *tenant);
    if (!tenant || !(tenant->id = strdup(tenant_id)))
        abort();
    for (int i = 0; i < SERVICE_COUNT; i++)
        lane_init(&tenant->lanes[i], service_info((enum service)i)->title,
                  service_info((enum service)i)->at_once);
    HASH_ADD_KEYPTR(hh, m365->tenants, tenant->id, strlen(tenant->id), tenant);
    return tenant;
}

bool m365_connect(struct m365 *m365, const struct m365_target *target, struct err *err)
{
    const char *resources[] = {m365->settings.graph_resource, m365->settings.exchange_resource};
    token_forget(m365, target->tenant_id, false);
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        struct err failure = {0};
        char *token = token_get(m365, target, resources[i], &failure);
        token_free(token);
        if (!token) {
            if (err)
                *err = failure;
            return false;
        }
    }
    return true;
}

void m365_forget(struct m365 *m365, const char *tenant_id)
{
    token_forget(m365, tenant_id, true);
}

bool m365_disconnected(const struct err *err)
{
    return !err_again(err) && strncmp(err->code, "AADSTS", 6) == 0;
}
