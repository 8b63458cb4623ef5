#include "cli/upstream.h"

bool upstream_open(struct upstream *ret, const struct config *config, struct err *err)
{
    const struct wire_settings wire = {.ca_file = config->microsoft_ca_file,
                                       .in_flight_max = (size_t)config->engine_workers * 2};
    ret->metrics = metrics_new();
    const struct m365_settings settings = {
        .login_url = config->microsoft_login_url,
        .graph_url = config->microsoft_graph_url,
        .exchange_url = config->microsoft_exchange_url,
        .sharepoint_url = config->microsoft_sharepoint_url,
        .graph_resource = config->microsoft_graph_resource,
        .exchange_resource = config->microsoft_exchange_resource,
        .app = {.tenant_id = config->app_tenant_id,
                .client_id = config->app_client_id,
                .client_secret = config->app_client_secret.text,
                .certificate_file = config->app_certificate_file,
                .certificate_key_file = config->app_certificate_key_file,
                .refresh_token = config->app_refresh_token.text},
        .on_call = metrics_upstream,
        .ctx = ret->metrics,
    };
    ret->wire = wire_start(&wire, err);
    if (!ret->wire)
        return false;
    if (!config->app_client_id)
        return err_set(err, ERR_CONFIG,
                       "app.client_id is not set: name the application that acts in the tenants; `lastday "
                       "config sample` prints every setting");
    if (!config->app_client_secret.text && !config->app_certificate_file)
        return err_set(
            err, ERR_CONFIG,
            "app.certificate_file is not set: the application needs a certificate, or app.client_secret");
    ret->m365 = m365_new(&settings, ret->wire, clock_system(), rng_system(), err);
    return ret->m365 != NULL;
}

void upstream_close(struct upstream *upstream)
{
    m365_free(upstream->m365);
    wire_stop(upstream->wire);
    metrics_free(upstream->metrics);
    *upstream = (struct upstream){0};
}
