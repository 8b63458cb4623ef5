#include "report/report_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define USER_ID "5f1c0a2e-3b4d-4c5e-8f6a-000000000002"
#define TENANT_ID "0f6c9b7e-4a52-4d19-9a3e-5b1c7d2e8f01"

static int64_t fixed_utc(const struct clock *clock)
{
    (void)clock;
    return FIXTURE_START;
}

static void fixed_fill(const struct rng *rng, void *bytes, size_t count)
{
    (void)rng;
    memset(bytes, 7, count);
}

void fixture_open(struct fixture *fixture)
{
    *fixture =
        (struct fixture){.clock = {.utc_ms = fixed_utc, .mono_ms = fixed_utc}, .rng = {.fill = fixed_fill}};
    strcpy(fixture->directory, "/tmp/lastday-report-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    fixture->store = store_open("sqlite:test.db", fixture->directory, NULL);
    assert_non_null(fixture->store);
    fixture->journal = journal_new(fixture->store);
    fixture->vault =
        vault_open(&(struct vault_source){.data_dir = fixture->directory,
                                          .key_text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
                   &fixture->rng, NULL);
    assert_non_null(fixture->vault);
    fixture->parts = (struct report_parts){fixture->store, fixture->vault, &fixture->clock, &fixture->rng};
    fixture_sql(
        fixture,
        "INSERT INTO tenants(id, default_domain, display_name, defaults_json, created_at, version) VALUES "
        "('" TENANT_ID "', 'contoso.com', 'Contoso & Söhne', '{}', 1, 1)");
}

void fixture_close(struct fixture *fixture)
{
    char command[100];
    vault_free(fixture->vault);
    journal_free(fixture->journal);
    store_close(fixture->store);
    snprintf(command, sizeof command, "rm -rf %s", fixture->directory);
    assert_int_equal(system(command), 0);
}

void fixture_sql(struct fixture *fixture, const char *sql)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(fixture->store, &err);
    assert_true(tx_exec(tx, &err, sql));
    assert_true(tx_commit(&tx, &err));
}

struct strbuf fixture_report(struct fixture *fixture, enum report_format format)
{
    struct err err = {0};
    const char *name;
    AUTO_ARENA struct arena *arena = arena_new();
    struct strbuf out = STRBUF_MAX(REPORT_MAX_BYTES);
    if (!report_write(&fixture->parts, arena, FIXTURE_ID, format, &out, &name, &err))
        fail_msg("%s", err.message);
    return out;
}

/* --- telling the story -----------------------------------------------------------------------------------
 */

struct story {
    struct fixture *fixture;
    struct tx *tx;
    int64_t epoch;
};

static json_t *parse(const char *text)
{
    struct err err;
    json_t *value = json_read(text, strlen(text), &err);
    if (!value)
        fail_msg("%s in %s", err.message, text);
    return value;
}

static void insert(struct story *story, const char *options, const char *plan, const char *warnings)
{
    struct err err;
    AUTO_JSON json_t *chosen = parse(options), *steps = parse(plan), *warned = parse(warnings);
    const struct offboarding o = {.id = FIXTURE_ID,
                                  .batch = "01900000-0000-7000-8000-000000000000",
                                  .tenant_id = TENANT_ID,
                                  .user_id = USER_ID,
                                  .user_principal_name = "zoë@contoso.com",
                                  .display_name = FIXTURE_NAME,
                                  .status = RUN_QUEUED,
                                  .options = chosen,
                                  .plan = steps,
                                  .warnings = warned,
                                  .reference = "TICKET-1 \"x\"",
                                  .reason = "Last working day\n<b>not bold</b> \xE2\x80\xAE"
                                            "evil",
                                  .requested_by = "ann",
                                  .created_at = FIXTURE_START,
                                  .due_at = FIXTURE_START};
    assert_true(offboarding_insert(story->tx, &o, &err));
}

static void begin(struct story *story, int64_t ms)
{
    struct err err;
    struct offboarding o;
    AUTO_ARENA struct arena *arena = arena_new();
    assert_true(
        offboarding_take(story->tx, arena, FIXTURE_ID, "node", FIXTURE_START + ms, ms, 30000, &o, &err));
    story->epoch = o.epoch;
    offboarding_done(&o);
}

/* evidence: {"items", "before", "after", "error", "warnings", "reason"} */
static void task(struct story *story, int64_t ms, enum direction direction, enum task_id id,
                 enum task_status status, const char *evidence)
{
    struct err err = {0};
    AUTO_JSON json_t *data = parse(evidence);
    const struct task_row row = {.task = id,
                                 .direction = direction,
                                 .status = status,
                                 .reason = json_text(data, "reason"),
                                 .items = json_object_get(data, "items"),
                                 .before = json_object_get(data, "before"),
                                 .after = json_object_get(data, "after"),
                                 .error = json_object_get(data, "error"),
                                 .warnings = json_object_get(data, "warnings"),
                                 .started_at = FIXTURE_START + 10,
                                 .ended_at = task_status_ended(status) ? FIXTURE_START + ms : 0,
                                 .attempts = 1};
    if (!task_move(story->tx, FIXTURE_ID, story->epoch, &row, FIXTURE_START + ms, &err))
        fail_msg("%s", err.message);
}

static void effect(struct story *story, int64_t ms, enum event_kind kind, enum task_id id, const char *data)
{
    struct err err;
    assert_true(journal_effect(story->tx, FIXTURE_ID, story->epoch, kind, task_info(id)->id, parse(data),
                               FIXTURE_START + ms, &err));
}

static void end(struct story *story, int64_t ms, enum run_status status)
{
    struct err err;
    assert_true(offboarding_move(story->tx, FIXTURE_ID, story->epoch, status, FIXTURE_START + ms,
                                 FIXTURE_START + ms, &err));
}

static struct story start(struct fixture *fixture)
{
    struct err err;
    struct story story = {fixture, store_begin(fixture->store, &err), 0};
    assert_non_null(story.tx);
    return story;
}

static void finish(struct story *story)
{
    struct err err;
    assert_true(journal_commit(story->fixture->journal, &story->tx, &err));
}

static void locked_out(struct story *story, int64_t ms)
{
    struct err err;
    assert_true(offboarding_locked_out(story->tx, FIXTURE_ID, story->epoch, FIXTURE_START + ms, &err));
}

#define PATCH "\"what\": \"PATCH /users/" USER_ID "\", \"hash\": \"01a123f01593c106\""
#define LICENSE "\"what\": \"POST /users/" USER_ID "/assignLicense\", \"hash\": \"f16d697556013663\""

static void go_forward(struct story *story)
{
    begin(story, 5);
    task(story, 10, DIRECTION_DO, TASK_disable_sign_in, TASK_STATUS_RUNNING, "{}");
    task(story, 10, DIRECTION_DO, TASK_reset_password, TASK_STATUS_RUNNING, "{}");
    effect(story, 12, EVENT_INTENT, TASK_disable_sign_in,
           "{" PATCH ", \"epoch\": 1, \"deadline\": \"2026-11-26T01:59:56.012Z\"}");
    effect(story, 30, EVENT_RESULT, TASK_disable_sign_in,
           "{" PATCH ", \"status\": 204, \"request_id\": \"req-1\"}");
    effect(story, 31, EVENT_READS, TASK_disable_sign_in,
           "{\"calls\": [{\"at\": \"2026-11-26T01:59:48.031Z\", \"what\": \"GET /users/" USER_ID
           "\", \"status\": 200, \"request_id\": \"read-1\"}]}");
    task(story, 40, DIRECTION_DO, TASK_disable_sign_in, TASK_STATUS_SUCCEEDED,
         "{\"before\": {\"accountEnabled\": true}, \"after\": {\"accountEnabled\": false}, \"warnings\": "
         "[{\"code\": "
         "\"on_premises_source\", \"message\": \"Disable it in Active Directory too.\", \"command\": "
         "\"Disable-ADAccount -Identity 'o''neill'\"}]}");
    task(story, 41, DIRECTION_DO, TASK_reset_password, TASK_STATUS_SUCCEEDED,
         "{\"before\": {\"lastPasswordChangeDateTime\": null}, \"after\": {\"lastPasswordChangeDateTime\": "
         "\"2026-11-26T01:59:48Z\"}}");
    locked_out(story, 42);
    task(story, 50, DIRECTION_DO, TASK_remove_licenses, TASK_STATUS_RUNNING, "{}");
    effect(story, 51, EVENT_INTENT, TASK_remove_licenses, "{" LICENSE ", \"epoch\": 1, \"deadline\": null}");
    effect(story, 900, EVENT_INTENT, TASK_remove_licenses, "{" LICENSE ", \"epoch\": 2, \"deadline\": null}");
    effect(story, 950, EVENT_RESULT, TASK_remove_licenses,
           "{" LICENSE ", \"status\": 403, \"request_id\": \"req-2\"}");
    task(story, 1000, DIRECTION_DO, TASK_remove_licenses, TASK_STATUS_WAITING, "{\"reason\": \"verifying\"}");
    task(story, 2500, DIRECTION_DO, TASK_remove_licenses, TASK_STATUS_RUNNING, "{\"reason\": \"verifying\"}");
    task(story, 3000, DIRECTION_DO, TASK_remove_licenses, TASK_STATUS_FAILED,
         "{\"items\": [{\"id\": \"cbdc14ab\", \"name\": \"Business <Premium> 日本語 한국어 ไทย हिन्दी עברית "
         "a\\u0301\", "
         "\"kind\": \"license\", \"status\": \"failed\", \"message\": \"refused\"}], \"before\": {\"skus\": "
         "[{\"skuId\": \"cbdc14ab\"}]}, \"after\": {\"skus\": [{\"skuId\": \"cbdc14ab\"}]}, \"error\": "
         "{\"code\": "
         "\"Authorization_RequestDenied\", \"message\": \"Insufficient privileges <img src=x "
         "onerror=alert(1)>.\", "
         "\"request_id\": \"req-2\", \"retryable\": false}}");
    end(story, 3100, RUN_FAILED);
}

static void go_back(struct story *story)
{
    struct err err;
    assert_true(offboarding_undo(story->tx, FIXTURE_ID, TASK_BIT(TASK_disable_sign_in), "bob",
                                 FIXTURE_START + 60000, &err));
    begin(story, 60010);
    task(story, 60020, DIRECTION_UNDO, TASK_disable_sign_in, TASK_STATUS_RUNNING, "{}");
    effect(story, 60030, EVENT_INTENT, TASK_disable_sign_in,
           "{" PATCH ", \"epoch\": 3, \"deadline\": \"2026-11-26T02:00:56.012Z\"}");
    effect(story, 60060, EVENT_RESULT, TASK_disable_sign_in,
           "{" PATCH ", \"status\": 204, \"request_id\": \"req-3\"}");
    task(story, 60100, DIRECTION_UNDO, TASK_disable_sign_in, TASK_STATUS_SUCCEEDED,
         "{\"before\": {\"accountEnabled\": false}, \"after\": {\"accountEnabled\": true}}");
    end(story, 60200, RUN_FAILED);
}

void fixture_fill(struct fixture *fixture)
{
    struct story story = start(fixture);
    insert(&story,
           "{\"disable_sign_in\": {}, \"reset_password\": {}, \"remove_licenses\": {\"force\": false}}",
           "[{\"task\": \"disable_sign_in\", \"label\": \"Disable Sign-In\", \"phase\": \"lockout\", "
           "\"after\": []}, "
           "{\"task\": \"reset_password\", \"label\": \"Reset Password\", \"phase\": \"lockout\", \"after\": "
           "[]}, "
           "{\"task\": \"remove_licenses\", \"label\": \"Remove Licenses\", \"phase\": \"licenses\", "
           "\"after\": []}]",
           "[{\"code\": \"privileged_user\", \"severity\": \"warn\", \"message\": \"Holds a role.\", "
           "\"task\": null}, "
           "{\"code\": \"protected_user\", \"severity\": \"blocker\", \"message\": \"Is protected.\", "
           "\"task\": null, "
           "\"override\": {\"by\": \"ann\", \"reason\": \"The board <asked>\"}}, {\"code\": "
           "\"has_direct_reports\", "
           "\"severity\": \"info\", \"message\": \"People report to this user.\", \"task\": null}]");
    go_forward(&story);
    go_back(&story);
    finish(&story);
}

void fixture_fill_queued(struct fixture *fixture)
{
    struct story story = start(fixture);
    insert(&story, "{\"disable_sign_in\": {}}", "[]", "[]");
    finish(&story);
}

void fixture_fill_long(struct fixture *fixture)
{
    struct story story = start(fixture);
    AUTO_STRBUF struct strbuf lines = STRBUF_MAX(10000), words = STRBUF_MAX(10000);
    for (int i = 0; i < 600; i++)
        strbuf_printf(&lines, "%d\n", i);
    while (words.length < 5000)
        strbuf_text_add(&words, "Somebody wrote a long message. ");
    AUTO_JSON json_t *evidence = json_make("{s:{s:s}, s:{s:s}}", "before", "message", strbuf_text(&lines),
                                           "after", "message", strbuf_text(&words));
    AUTO_FREE char *text = json_write(evidence);
    insert(&story, "{\"set_out_of_office\": {}}", "[]", "[]");
    begin(&story, 5);
    task(&story, 10, DIRECTION_DO, TASK_set_out_of_office, TASK_STATUS_RUNNING, "{}");
    task(&story, 20, DIRECTION_DO, TASK_set_out_of_office, TASK_STATUS_SUCCEEDED, text);
    end(&story, 30, RUN_SUCCEEDED);
    finish(&story);
}

/* --- many groups -----------------------------------------------------------------------------------------
 */

static json_t *groups(int count, const char *status)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        char id[40], name[40];
        snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d", i);
        snprintf(name, sizeof name, "Group %d", i);
        json_t *item = json_make("{s:s, s:s, s:s, s:s}", "id", id, "name", name, "kind", "security_group",
                                 "message", "");
        json_add(list, json_put_text(item, "status", status));
    }
    return list;
}

static void leave_groups(struct story *story, int count)
{
    struct err err;
    for (int i = 0; i < count; i++) {
        char what[120];
        snprintf(what, sizeof what, "DELETE /groups/00000000-0000-4000-8000-%012d/members/" USER_ID "/$ref",
                 i);
        assert_true(journal_effect(story->tx, FIXTURE_ID, story->epoch, EVENT_INTENT, "remove_from_groups",
                                   json_make("{s:s, s:s}", "what", what, "hash", "0123456789abcdef"),
                                   FIXTURE_START + 20, &err));
        assert_true(
            journal_effect(story->tx, FIXTURE_ID, story->epoch, EVENT_RESULT, "remove_from_groups",
                           json_make("{s:s, s:s, s:i, s:s}", "what", what, "hash", "0123456789abcdef",
                                     "status", 204, "request_id", "5fd59c4e-0000-4000-8000-000000000000"),
                           FIXTURE_START + 40, &err));
    }
}

void fixture_fill_groups(struct fixture *fixture, int count)
{
    struct story story = start(fixture);
    AUTO_JSON json_t *before = groups(count, "pending"), *items = groups(count, "succeeded");
    AUTO_JSON json_t *evidence =
        json_make("{s:O, s:{s:O}, s:{s:[]}}", "items", items, "before", "groups", before, "after", "groups");
    AUTO_FREE char *text = json_write(evidence);
    insert(&story, "{\"remove_from_groups\": {}}", "[]", "[]");
    begin(&story, 5);
    task(&story, 10, DIRECTION_DO, TASK_remove_from_groups, TASK_STATUS_RUNNING, "{}");
    leave_groups(&story, count);
    task(&story, 900, DIRECTION_DO, TASK_remove_from_groups, TASK_STATUS_SUCCEEDED, text);
    end(&story, 1000, RUN_SUCCEEDED);
    finish(&story);
}
