#include "api/api_fixture.h"

#include <curl/curl.h>

#include "base/log.h"

struct world world;

/* --- a small client ------------------------------------------------------------------------------------ */

void answer_done(struct answer *answer)
{
    free(answer->body);
    json_decref(answer->json);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    strbuf_add(arg, bytes, size * count);
    return size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
    strncat(arg, bytes, size * count);
    return size * count;
}

struct answer world_ask(const struct ask *ask)
{
    struct answer answer = {0};
    struct strbuf body = STRBUF_MAX(4 * 1024 * 1024);
    char url[600];
    char bearer[120];
    struct curl_slist *headers = NULL;
    CURL *curl = curl_easy_init();
    const char *token = ask->token ? ask->token : world.token;

    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server_port(world.server), ask->path);
    snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", token);
    if (*token)
        headers = curl_slist_append(headers, bearer);
    for (size_t i = 0; i < 6 && ask->headers[i]; i++)
        headers = curl_slist_append(headers, ask->headers[i]);
    if (ask->body) {
        headers = curl_slist_append(headers, "Content-Type: application/json");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body);
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method ? ask->method : ask->body ? "POST" : "GET");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer.headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    assert_int_equal(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    answer.json = json_read(strbuf_text(&body), body.length, NULL);
    answer.body = strbuf_take(&body);
    return answer;
}

void expect_problem(const struct answer *answer, long status, const char *code)
{
    if (answer->status != status || strcmp(json_text_or(answer->json, "code", ""), code) != 0)
        fail_msg("wanted %ld %s, got %ld: %s", status, code, answer->status, answer->body);
    assert_non_null(strcasestr(answer->headers, "content-type: application/problem+json"));
}

void expect_field(const struct answer *answer, const char *pointer, const char *code)
{
    const json_t *entry = json_array_find(json_array_at(answer->json, "errors"), "pointer", pointer);
    if (!entry || strcmp(json_text_or(entry, "code", ""), code) != 0)
        fail_msg("wanted %s at %s, got: %s", code, pointer, answer->body);
}

void expect_status(const struct answer *answer, long status)
{
    if (answer->status != status)
        fail_msg("wanted %ld, got %ld: %s", status, answer->status, answer->body);
}

/* --- the world ----------------------------------------------------------------------------------------- */

static void count_wake(void *arg)
{
    ++*(int *)arg;
}

static void add_tenant(const char *id, const char *domain, const char *name)
{
    struct err err = {0};
    AUTO_JSON json_t *defaults = json_make("{s:[s]}", "protected_users", FAKE_PROTECTED_USER);
    AUTO_TX struct tx *tx = store_begin(world.store, &err);
    const struct tenant tenant = {
        .id = id, .default_domain = domain, .display_name = name, .defaults = defaults, .created_at = 1};
    assert_true(tenant_insert(tx, &tenant, &err));
    assert_true(tx_commit(&tx, &err));
}

static const struct logbook_by nobody = {.kind = "local", .name = "test"};

void add_token(const char *role, const char *tenant, char *ret, size_t size)
{
    struct err err = {0};
    const char *id, *text;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *tenants = tenant ? json_make("[s]", tenant) : NULL;
    const struct new_token token = {.name = role, .role = role, .tenants = tenants};
    assert_true(auth_token_create(world.auth, arena, &nobody, &token, &id, &text, &err));
    snprintf(ret, size, "%s", text);
}

/* Before it serves it lives, says why it is not ready, and refuses the rest. */
static bool it_waits(void)
{
    struct err why;
    err_code(&why, ERR_CONFIG, "migrating", "Somebody migrates.");
    server_waits_for(world.server, "store", &why);
    AUTO_ANSWER struct answer alive = ASK(.path = "/healthz");
    AUTO_ANSWER struct answer ready = ASK(.path = "/readyz");
    AUTO_ANSWER struct answer other = ASK(.path = OFFBOARDINGS);
    const json_t *check = json_array_get(json_array_at(ready.json, "checks"), 0);
    return alive.status == 200 && ready.status == 503 && other.status == 503 &&
           strcmp(json_text_or(check, "code", ""), "migrating") == 0 &&
           strcmp(json_text_or(other.json, "detail", ""), "Somebody migrates.") == 0 &&
           strcasestr(other.headers, "retry-after: 2");
}

int world_start(void **state)
{
    struct err err = {0};
    (void)state;
    store_fixture_make(&world.fixture);
    world.store = store_fixture_open(&world.fixture);
    world.journal = journal_new(world.store);
    world.auth = auth_new(world.store, clock_system(), rng_system());
    world.vault = vault_open(&(struct vault_source){.data_dir = world.fixture.directory}, rng_system(), &err);
    assert_true(auth_account_add(world.auth, &nobody, "ada", "correct horse battery", "admin", &err));
    add_tenant(FAKE_TENANT, "contoso.example", "Contoso");
    add_tenant(FAKE_OTHER_TENANT, "fabrikam.example", "Fabrikam");
    add_token("admin", NULL, world.token, sizeof world.token);
    add_token("viewer", NULL, world.viewer, sizeof world.viewer);
    add_token("technician", FAKE_OTHER_TENANT, world.bound, sizeof world.bound);
    const struct server_settings settings = {
        .listen = "127.0.0.1:0", .workers = 4, .clock = clock_system(), .rng = rng_system()};
    static const struct node_self self = {"here", "all", "1.2.3"};
    const struct api_context context = {.store = world.store,
                                        .journal = world.journal,
                                        .vault = world.vault,
                                        .auth = world.auth,
                                        .wake_engine = count_wake,
                                        .wake_ctx = &world.woken,
                                        .self = &self,
                                        .approve_above = FIXTURE_APPROVE_ABOVE,
                                        .clock = clock_system(),
                                        .rng = rng_system()};
    world.server = server_open(&settings, &err);
    if (!world.server || !it_waits())
        return -1;
    server_serve(world.server, &context);
    return 0;
}

int world_stop(void **state)
{
    (void)state;
    server_stop(world.server);
    vault_free(world.vault);
    auth_free(world.auth);
    journal_free(world.journal);
    store_close(world.store);
    store_fixture_remove(&world.fixture);
    return 0;
}

void world_setup(void)
{
    log_setup(LOG_ERROR, true);
    curl_global_init(CURL_GLOBAL_ALL);
}

const char *if_match(const struct answer *answer)
{
    static char header[100];
    const char *etag = strcasestr(answer->headers, "etag: ");
    assert_non_null(etag);
    snprintf(header, sizeof header, "If-Match: %.*s", (int)strcspn(etag + 6, "\r\n"), etag + 6);
    return header;
}

size_t count_paged(const char *path)
{
    size_t seen = 0;
    char next[4000];
    snprintf(next, sizeof next, "%s?limit=2", path);
    for (int pages = 0; pages < 100; pages++) {
        AUTO_ANSWER struct answer page = ASK(.path = next);
        expect_status(&page, 200);
        seen += json_array_size(json_array_at(page.json, "items"));
        const char *cursor = json_text(page.json, "next_cursor");
        if (!cursor)
            return seen;
        assert_non_null(strcasestr(page.headers, "rel=\"next\""));
        snprintf(next, sizeof next, "%s?limit=2&cursor=%s", path, cursor);
    }
    fail_msg("%s has no last page", path);
    return 0;
}

void world_sql(const char *sql)
{
    struct err err = {0};
    struct tx *tx = store_begin(world.store, &err);
    bool done = tx_exec(tx, &err, sql) && tx_commit(&tx, &err);
    tx_auto_rollback(&tx); /* failing jumps out of here */
    if (!done)
        fail_msg("%s: %s", sql, err.message);
}
