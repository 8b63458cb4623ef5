#include "api/server.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/httpd.h"
#include "api/live.h"
#include "api/route.h"
#include "auth/throttle.h"
#include "base/log.h"

enum { WORKERS_DEFAULT = 16, PEM_MAX = 256 * 1024 };

struct server {
    struct api api;
    struct metrics *own_metrics;
    struct httpd *httpd;
    struct arena *arena;
    const char *url;
};

static bool is_set(const char *text)
{
    return text && *text;
}

static const char *read_pem(struct arena *arena, const char *path, const char *setting, struct err *err)
{
    size_t length;
    char *AUTO_FREE text = text_read_file(path, PEM_MAX, &length, err);
    if (!text) {
        err_prefix(err, "%s: ", setting);
        return NULL;
    }
    return arena_text(arena, text);
}

static bool read_tls(struct arena *arena, const struct server_settings *settings, struct httpd_settings *ret,
                     struct err *err)
{
    bool certificate = is_set(settings->tls_certificate);
    if (certificate != is_set(settings->tls_key))
        return err_set(err, ERR_CONFIG,
                       "server.tls_certificate and server.tls_key go together: set both or none");
    if (!certificate)
        return true;
    ret->certificate_pem = read_pem(arena, settings->tls_certificate, "server.tls_certificate", err);
    ret->key_pem = ret->certificate_pem ? read_pem(arena, settings->tls_key, "server.tls_key", err) : NULL;
    return ret->key_pem != NULL;
}

/* "127.0.0.1:0" → the port that was bound; an address for all is shown as localhost. */
static char *make_url(struct arena *arena, const char *listen, bool tls, int port)
{
    const char *colon = strrchr(listen, ':');
    size_t length = colon ? (size_t)(colon - listen) : 0;
    const char *host = arena_text_n(arena, listen, length);
    if (!*host || strcmp(host, "*") == 0 || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "[::]") == 0)
        host = "localhost";
    return arena_printf(arena, "%s://%s:%d", tls ? "https" : "http", host, port);
}

static char *strip_slashes(char *url)
{
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        url[--length] = '\0';
    return url;
}

static const char *const *copy_list(struct arena *arena, const char *const *list)
{
    size_t count = 0;
    while (list && list[count])
        count++;
    const char **copy = arena_alloc(arena, count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = arena_text(arena, list[i]);
    return copy;
}

static struct server *server_new(const struct server_settings *settings)
{
    struct arena *arena = arena_new();
    struct server *server = ARENA_NEW(arena, struct server);
    server->arena = arena;
    server->api.waiting = waiting_new();
    server->api.probes_only = settings->probes_only;
    server->api.site = (struct static_site){embedded_files, embedded_count};
    server->api.link_throttle = throttle_new(settings->clock, settings->rng);
    return server;
}

static void server_free(struct server *server)
{
    waiting_free(server->api.waiting);
    metrics_free(server->own_metrics);
    throttle_free(server->api.link_throttle);
    arena_free(server->arena);
}

static bool start_listening(struct server *server, const struct server_settings *settings, struct err *err)
{
    struct api *api = &server->api;
    struct httpd_settings http = {.listen = settings->listen,
                                  .trusted_proxies = copy_list(server->arena, settings->trusted_proxies),
                                  .workers = settings->workers > 0 ? settings->workers : WORKERS_DEFAULT,
                                  .clock = settings->clock,
                                  .rng = settings->rng};
    if (!read_tls(server->arena, settings, &http, err))
        return false;
    bool tls = http.certificate_pem != NULL;
    bool given = is_set(settings->public_url);
    api->secure = tls || (given && text_starts_nocase(settings->public_url, "https://"));
    api->public_url = given ? arena_text(server->arena, settings->public_url) : NULL;
    http.secure = api->secure;
    server->httpd = httpd_start(&http, api_answer, api, err);
    if (!server->httpd)
        return false;
    server->url = given ? strip_slashes(arena_text(server->arena, settings->public_url))
                        : make_url(server->arena, settings->listen, tls, httpd_port(server->httpd));
    api->url = server->url;
    return true;
}

struct server *server_open(const struct server_settings *settings, struct err *err)
{
    struct server *server = server_new(settings);
    if (start_listening(server, settings, err))
        return server;
    server_free(server);
    return NULL;
}

void server_waits_for(struct server *server, const char *what, const struct err *why)
{
    waiting_for(server->api.waiting, what, why);
}

void server_serve(struct server *server, const struct api_context *context)
{
    struct api *api = &server->api;
    server->own_metrics = context->metrics ? NULL : metrics_new();
    api->context = *context;
    api->metrics = context->metrics ? context->metrics : server->own_metrics;
    api->live = live_start(&api->context);
    api->keys = key_release_start(context->store);
    api->serving = true;
}

int server_port(const struct server *server)
{
    return httpd_port(server->httpd);
}

const char *server_url(const struct server *server)
{
    return server->url;
}

void server_stop(struct server *server)
{
    if (!server)
        return;
    server->api.draining = true;
    httpd_drain(server->httpd);
    if (server->api.live)
        live_end_streams(server->api.live);
    httpd_stop(server->httpd);
    live_stop(server->api.live);
    key_release_stop(server->api.keys);
    server_free(server);
}
