/* A request to the REST API, by an administrator: "METHOD /path?query", header lines, an empty line, the
 * body. Whatever it is, there is an answer, and none that says the server is at fault. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/api_fake.h"
#include "api/headers.h"
#include "api/live.h"
#include "api/metrics.h"
#include "auth/auth.h"
#include "auth/throttle.h"
#include "base/log.h"
#include "notify/parts.h"
#include "store/store_fixture.h"

#define HEADERS_MAX 12
#define QUERY_MAX 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
bool __wrap_auth_bearer_check(struct auth *auth, struct arena *arena, const char *token,
                              struct principal *ret, struct err *err);

static struct api api;
static struct notify_parts notify;

/* Stands in for signing in (--wrap). */
bool __wrap_auth_bearer_check(struct auth *auth, struct arena *arena, const char *token,
                              struct principal *ret, struct err *err)
{
    (void)auth;
    (void)arena;
    (void)token;
    (void)err;
    *ret = (struct principal){.kind = PRINCIPAL_TOKEN,
                              .id = "00000000-0000-4000-8000-000000000001",
                              .name = "fuzz",
                              .role = "admin",
                              .permissions = ~0U};
    return true;
}

static void answer(struct http_request *request, struct arena *arena)
{
    struct reply reply = {0};
    request->id = "fuzz";
    request->client = "127.0.0.1";
    api_answer(&api, request, arena, &reply);
    if (reply.status < 200 || reply.status == 500 || reply.status > 599)
        abort();
}

/* One tenant, so that paths lead somewhere. */
static void add_tenant(void)
{
    static const char body[] = "{\"tenant_id\":\"" FAKE_TENANT
                               "\",\"default_domain\":\"contoso.example\",\"display_name\":\"Contoso\"}";
    static const struct http_pair headers[] = {{"Authorization", "Bearer x"},
                                               {"Content-Type", "application/json"}};
    AUTO_ARENA struct arena *arena = arena_new();
    struct http_request request = {.method = "POST",
                                   .path = "/api/v1/tenants",
                                   .headers = headers,
                                   .header_count = 2,
                                   .body = body,
                                   .body_length = sizeof body - 1};
    answer(&request, arena);
}

static struct store_fixture fixture;

static void remove_store(void)
{
    store_fixture_remove(&fixture);
}

static void start(void)
{
    log_setup(LOG_ERROR, true);
    struct err err;
    store_fixture_make_in_memory(&fixture);
    atexit(remove_store);
    struct store *store = store_fixture_open(&fixture);
    const struct vault_source key = {.key_text = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="};
    struct vault *vault = vault_open(&key, rng_system(), &err);
    if (!vault)
        abort();
    notify =
        (struct notify_parts){.store = store, .vault = vault, .clock = clock_system(), .rng = rng_system()};
    api = (struct api){.context = {.store = store,
                                   .journal = journal_new(store),
                                   .vault = vault,
                                   .notify = &notify,
                                   .auth = auth_new(store, clock_system(), rng_system()),
                                   .clock = clock_system(),
                                   .rng = rng_system()},
                       .metrics = metrics_new(),
                       .link_throttle = throttle_new(clock_system(), rng_system()),
                       .public_url = "http://127.0.0.1:8080"};
    api.serving = true;
    add_tenant();
}

static size_t split_query(char *query, struct http_pair pairs[QUERY_MAX])
{
    size_t count = 0;
    for (char *part = query; part && *part && count < QUERY_MAX; count++) {
        char *next = strchr(part, '&');
        if (next)
            *next++ = '\0';
        char *value = strchr(part, '=');
        if (value)
            *value++ = '\0';
        pairs[count] = (struct http_pair){part, value ? value : ""};
        part = next;
    }
    return count;
}

/* The next line, ended; NULL when there is none. */
static char *line(char **rest)
{
    char *start_ = *rest, *end = strchr(start_, '\n');
    if (!end)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    return start_;
}

/* HTTP lets no other bytes through. */
static bool is_target(const char *text)
{
    for (; *text; text++)
        if (!isgraph((unsigned char)*text) || (unsigned char)*text > '~')
            return false;
    return true;
}

/* Streams, and what calls other services, have tests of their own. */
static bool is_left_out(const char *target)
{
    static const char *const parts[] = {"/events", "/notifications/", "/tenants/sync", "/health", "/metrics"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(target, parts[i]))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_pair headers[HEADERS_MAX + 2] = {{"Authorization", "Bearer x"},
                                                 {"Content-Type", "application/json"}};
    struct http_pair query[QUERY_MAX];
    struct http_request request = {.headers = headers, .header_count = 2, .query = query};
    if (!api.serving)
        start();
    AUTO_ARENA struct arena *arena = arena_new();
    char *rest = arena_text_n(arena, (const char *)data, size), *text = line(&rest);
    char *target = text ? strchr(text, ' ') : NULL;
    if (!target)
        return 0;
    *target++ = '\0';
    if (*target != '/' || !is_target(target) || is_left_out(target))
        return 0;
    request.method = text;
    request.path = target;
    char *question = strchr(target, '?');
    if (question)
        *question++ = '\0';
    request.query_count = split_query(question, query);
    while ((text = line(&rest)) && *text) {
        char *colon = strchr(text, ':');
        if (!colon || request.header_count >= HEADERS_MAX + 2)
            return 0;
        *colon++ = '\0';
        headers[request.header_count++] = (struct http_pair){text, colon + strspn(colon, " ")};
    }
    request.body = rest;
    request.body_length = strlen(rest);
    answer(&request, arena);
    return 0;
}
