/* Formats and their limits, texts, the schedule, the queue of deliveries, settings: what needs no network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/json_damage.h"
#include "notify/deliveries.h"
#include "notify/event.h"
#include "notify/fields.h"
#include "notify/format.h"
#include "notify/mail.h"
#include "notify/message.h"
#include "notify/retry.h"
#include "notify/settings.h"
#include "store/store_fixture.h"
#include "vault/signature.h"

/* --- texts --- */

static void texts_are_cut_between_characters(void **state)
{
    AUTO_ARENA struct arena *arena = arena_new();
    (void)state;
    assert_string_equal(text_cut(arena, "short", 5), "short");
    assert_string_equal(text_cut(arena, "too long", 5), "too …");
    assert_string_equal(text_cut(arena, "äöü€", 3), "äö…");
    assert_string_equal(text_cut(arena, "🗻🗻🗻", 4), "🗻…"); /* two units each */
    assert_string_equal(text_cut(arena, "", 0), "");
    assert_string_equal(text_clean(arena, "a\tb\x1b[31mc\nd"), "a b [31mc\nd");
    assert_string_equal(text_markdown(arena, "- *a* [b](c) 1. d_e", "*[]()_"),
                        "\\- \\*a\\* \\[b\\]\\(c\\) 1\\. d\\_e");
}

static void formats_go_by_the_address(void **state)
{
    static const char *const cases[][2] = {
        {"https://prod-12.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=x",
         "teams"},
        {"https://a.12.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/1",
         "teams"},
        {"https://hooks.slack.com/services/T/B/x", "slack"},
        {"https://discord.com/api/webhooks/1/x", "discord"},
        {"https://discord.com/api/webhooks/1/x/slack", "slack"},
        {"https://hooks.slack.com.evil.example/services/T/B/x", "generic"},
        {"https://evilhooks.slack.community/", "generic"},
        {"https://nothooks.slack.com.example/hooks.slack.com/", "generic"},
        {"https://example.com/", "generic"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(format_of_url(cases[i][0]), cases[i][1]);
    assert_true(format_is_retired_connector("https://contoso.webhook.office.com/webhookb2/x"));
    assert_false(format_is_retired_connector("https://hooks.slack.com/"));
}

/* --- limits --- */

static size_t units(const char *text)
{
    size_t count = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        count += (*c & 0xC0) != 0x80 ? (*c >= 0xF0 ? 2 : 1) : 0;
    return count;
}

/* As large and as hostile as an offboarding gets: long names full of markup, hundreds of failed tasks. */
static json_t *monster(size_t tasks)
{
    json_t *data = message_sample("failed", 1800000000000);
    json_t *list = json_object_get(data, "tasks");
    char name[1200];
    for (size_t i = 0; i < sizeof name - 1; i += 4)
        memcpy(name + i, i % 8 ? "<@*_" : "\"&`\\", i + 4 < sizeof name ? 4 : sizeof name - 1 - i);
    name[sizeof name - 1] = '\0';
    json_put_text(json_object_get(data, "user"), "display_name", name);
    json_put_text(json_object_get(data, "tenant"), "display_name", name);
    json_put_text(data, "reference", name);
    for (size_t i = 0; i < tasks; i++)
        json_add(list,
                 json_make("{s:s, s:s, s:s, s:n, s:{s:s, s:s, s:s}, s:[], s:i, s:[]}", "id", "x", "label",
                           "Remove from all Groups", "status", "failed", "reason", "error", "code", "Denied",
                           "message", name, "request_id", "r", "warnings", "items_total", 0, "items_failed"));
    return data;
}

static void every_format_stays_within_its_limits(void **state)
{
    static const char *const names[] = {"generic", "teams", "slack", "discord", "cipp"};
    (void)state;
    for (size_t tasks = 0; tasks <= 300; tasks += 100)
        for (size_t i = 0; i < 5; i++) {
            AUTO_ARENA struct arena *arena = arena_new();
            AUTO_JSON json_t *data = monster(tasks);
            AUTO_JSON json_t *message =
                message_make("failed", data, 1800000000000, "https://lastday.example.com", "msg_1");
            const struct format *format = format_find(names[i]);
            const char *body = format_body(format, message, arena);
            if (strlen(body) > format->max_bytes)
                fail_msg("%s with %zu tasks: %zu bytes", names[i], tasks, strlen(body));
            AUTO_JSON json_t *value = json_read(body, strlen(body), NULL);
            assert_non_null(value);
        }
}

static void slack_and_discord_count_characters(void **state)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *data = monster(60);
    AUTO_JSON json_t *message = message_make("failed", data, 1800000000000, "https://l.example", "msg_1");
    size_t i, sum = 0;
    json_t *one;
    (void)state;
    const char *text = format_body(format_find("slack"), message, arena);
    AUTO_JSON json_t *slack = json_read(text, strlen(text), NULL);
    json_array_foreach (json_object_get(slack, "blocks"), i, one) {
        const char *words = json_text(json_object_at(one, "text"), "text");
        assert_true(!words || units(words) <= (strcmp(json_text(one, "type"), "header") == 0 ? 150 : 3000));
    }
    text = format_body(format_find("discord"), message, arena);
    AUTO_JSON json_t *discord = json_read(text, strlen(text), NULL);
    const json_t *embed = json_array_get(json_array_at(discord, "embeds"), 0);
    assert_true(units(json_text(embed, "title")) <= 256);
    assert_true(units(json_text(embed, "description")) <= 4096);
    sum = units(json_text(embed, "title")) + units(json_text(embed, "description"));
    json_array_foreach ((json_t *)json_array_at(embed, "fields"), i, one) {
        assert_true(units(json_text(one, "value")) <= 1024);
        sum += units(json_text(one, "name")) + units(json_text(one, "value"));
    }
    assert_true(sum <= 5900);
    assert_null(strstr(text, "\"<@"));
}

static void mail_is_escaped_and_made_of_tables(void **state)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *data = message_sample("failed", 1800000000000);
    json_put_text(json_object_get(data, "user"), "display_name", "<script>alert(1)</script>\r\nBcc: x");
    AUTO_JSON json_t *message = message_make("failed", data, 1800000000000, "https://l.example", "msg_1");
    struct mail mail = mail_make(message, arena);
    (void)state;
    assert_null(strstr(mail.html, "<script"));
    assert_null(strpbrk(mail.subject, "\r\n\t") ? "a line break" : NULL);
    assert_non_null(strstr(mail.html, "Insufficient privileges"));
    assert_non_null(strstr(mail.text, "Insufficient privileges"));
    for (const char *c = mail.html; *c; c++) /* bare line feeds would be encoded as text */
        if (*c == '\n')
            assert_int_equal(c[-1], '\r');
}

/* --- signature and schedule --- */

static void signature_is_the_specifications_own(void **state)
{
    static const char *const secrets[] = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", NULL};
    static const char body[] = "{\"test\": 2432232314}";
    AUTO_STRBUF struct strbuf signature = STRBUF_MAX(500);
    (void)state;
    signature_make(secrets, 2, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body), &signature);
    assert_string_equal(strbuf_text(&signature), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_true(signature_secret_ok(secrets[0]));
    assert_false(signature_secret_ok("whsec_c2hvcnQ="));
    assert_false(signature_secret_ok("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    assert_false(signature_secret_ok(NULL));
}

static void retries_take_about_three_days(void **state)
{
    int64_t sum = 0, delay, hour = 3600 * 1000;
    (void)state;
    assert_int_equal(retry_delay_ms(rng_system(), 0), 0);
    for (int64_t step = 1; (delay = retry_delay_ms(rng_system(), step)) >= 0; step++)
        sum += delay;
    assert_in_range(sum, 66 * hour, 85 * hour);
    for (int i = 0; i < 100; i++)
        assert_in_range(retry_probe_ms(rng_system()), 210 * 1000, 270 * 1000);
}

static void retry_after_is_seconds_or_a_date(void **state)
{
    static const struct {
        const char *headers;
        int64_t ms;
    } cases[] = {{"retry-after: 5\n", 5000},
                 {"retry-after: Fri, 15 Jan 2027 08:00:10 GMT\n", 10000},
                 {"retry-after: Fri, 15 Jan 2027 07:00:00 GMT\n", 0},
                 {"retry-after: 999999999\n", RETRY_AFTER_MAX_MS},
                 {"retry-after: soon\n", 0},
                 {"", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_reply reply = {.headers = (char *)cases[i].headers, .body = (char *)""};
        assert_int_equal(retry_after_ms(&reply, INT64_C(1800000000000)), cases[i].ms);
    }
}

/* --- the queue --- */

static struct store_fixture fixture;
static struct store *store;

static int open_store(void **state)
{
    (void)state;
    store_fixture_make(&fixture);
    store = store_fixture_open(&fixture);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(store);
    store_fixture_remove(&fixture);
    return 0;
}

static void add(int64_t notice, const char *offboarding, const char *endpoint, const char *id, int64_t now)
{
    struct err err;
    char once[40];
    AUTO_TX struct tx *tx = store_begin(store, &err);
    snprintf(once, sizeof once, "%d", (int)notice);
    const struct delivery d = {.id = id,
                               .notice_id = notice,
                               .offboarding_id = offboarding,
                               .tenant_id = "t",
                               .event = "finished",
                               .channel = "webhook",
                               .endpoint = endpoint,
                               .endpoint_name = endpoint,
                               .created_at = now};
    assert_true(
        tx_exec(tx, &err,
                "INSERT INTO notices(id, event, once, at, data_json) VALUES ($1, 'finished', $2, 0, '{}') "
                "ON CONFLICT (id) DO NOTHING",
                P_INT(notice), P_TEXT(once)));
    assert_true(delivery_insert(tx, &d, now, &err));
    assert_true(tx_commit(&tx, &err));
}

static size_t claim(struct arena *arena, const char *node, int64_t now, struct delivery ret[8])
{
    struct err err;
    size_t count;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(deliveries_claim(tx, arena, node, now, ret, 8, &count, &err));
    assert_true(tx_commit(&tx, &err));
    return count;
}

static bool record(const struct delivery *d, const struct outcome *outcome, int64_t now, struct err *err)
{
    bool dead;
    AUTO_TX struct tx *tx = store_begin(store, err);
    return delivery_record(tx, rng_system(), d, outcome, now, &dead, err) && tx_commit(&tx, err);
}

static int64_t status_count(const char *status)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, &err, "SELECT count(*) FROM deliveries WHERE status = $1", P_TEXT(status));
    assert_true(rows_next(rows));
    return row_int(rows, 0);
}

static void one_offboarding_keeps_its_order_and_others_go_on(void **state)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct delivery got[8], later[8];
    struct err err = {0};
    const struct outcome good = {.delivered = true, .status = 204};
    struct outcome bad = {.status = 500, .endpoint_fault = true};
    (void)state;
    err_set(&bad.err, ERR_REFUSED, "500");
    add(1, "a", "hook", "00000000-0000-4000-8000-000000000001", 1000);
    add(2, "a", "hook", "00000000-0000-4000-8000-000000000002", 1000);
    add(2, "a", "other", "00000000-0000-4000-8000-000000000003", 1000);
    add(3, "b", "hook", "00000000-0000-4000-8000-000000000004", 1000);
    assert_int_equal(claim(arena, "one", 1000, got), 3); /* not the second of a for hook */
    assert_int_equal(got[0].notice_id, 1);
    assert_int_equal(claim(arena, "two", 1000, later), 0); /* leased */
    assert_true(record(&got[0], &bad, 2000, &err));
    assert_int_equal(claim(arena, "two", 2000, later), 0); /* the first is not due, the second waits for it */
    assert_int_equal(claim(arena, "two", 2000 + 6000, later), 1);
    assert_int_equal(later[0].notice_id, 1);
    assert_true(record(&later[0], &good, 9000, &err));
    assert_int_equal(claim(arena, "two", 9000, later), 1);
    assert_int_equal(later[0].notice_id, 2);
    assert_int_equal(status_count("delivered"), 1);
}

static void a_lost_lease_writes_nothing(void **state)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct delivery first[8], second[8];
    struct err err = {0};
    const struct outcome good = {.delivered = true, .status = 204};
    (void)state;
    add(1, "a", "hook", "00000000-0000-4000-8000-000000000001", 1000);
    assert_int_equal(claim(arena, "one", 1000, first), 1);
    assert_int_equal(claim(arena, "two", 1000 + DELIVERIES_LEASE_MS, second), 1);
    assert_false(record(&first[0], &good, 200000, &err));
    assert_int_equal(err.kind, ERR_STALE);
    assert_int_equal(status_count("delivered"), 0);
    assert_true(record(&second[0], &good, 200000, &err));
    assert_int_equal(status_count("delivered"), 1);
}

static void a_failing_endpoint_is_probed_and_its_return_frees_all(void **state)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct delivery got[8];
    struct err err = {0};
    const struct outcome good = {.delivered = true, .status = 204};
    struct outcome bad = {.status = 500, .endpoint_fault = true};
    int64_t now = 1000, hour = 3600 * 1000;
    (void)state;
    err_set(&bad.err, ERR_REFUSED, "500");
    add(1, "a", "hook", "00000000-0000-4000-8000-000000000001", now);
    add(2, "b", "hook", "00000000-0000-4000-8000-000000000002", now);
    for (int i = 0; i < 4; i++) { /* both fail four times: the next try is hours away */
        size_t count = claim(arena, "one", now, got);
        for (size_t n = 0; n < count; n++)
            if (!got[n].probe)
                assert_true(record(&got[n], &bad, now, &err));
        now += hour;
    }
    size_t count = claim(arena, "one", now, got);
    for (size_t n = 0; n < count; n++)
        assert_true(record(&got[n], &bad, now, &err));
    now += 5 * 60 * 1000;
    assert_int_equal(claim(arena, "one", now, got), 1);
    assert_true(got[0].probe);
    assert_int_equal(got[0].notice_id, 1);
    assert_true(record(&got[0], &bad, now, &err));
    assert_int_equal(claim(arena, "one", now, got), 0);
    now += 5 * 60 * 1000;
    assert_int_equal(claim(arena, "one", now, got), 1);
    assert_true(record(&got[0], &good, now, &err));
    assert_int_equal(claim(arena, "one", now, got), 1);
    assert_int_equal(got[0].notice_id, 2);
}

static void retry_after_closes_the_endpoint(void **state)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct delivery got[8];
    struct err err = {0};
    struct outcome slow = {.status = 429, .endpoint_fault = true, .retry_after_ms = 600 * 1000};
    (void)state;
    err_set(&slow.err, ERR_LIMIT, "429");
    add(1, "a", "hook", "00000000-0000-4000-8000-000000000001", 1000);
    assert_int_equal(claim(arena, "one", 1000, got), 1);
    assert_true(record(&got[0], &slow, 1000, &err));
    add(2, "b", "hook", "00000000-0000-4000-8000-000000000002", 1000);
    assert_int_equal(claim(arena, "one", 1000 + 599 * 1000, got), 0);
    assert_int_equal(claim(arena, "one", 1000 + 601 * 1000, got), 2);
}

static void a_full_queue_takes_no_more(void **state)
{
    struct err err = {0};
    char id[40];
    (void)state;
    {
        AUTO_TX struct tx *tx = store_begin(store, &err);
        assert_true(tx_exec(
            tx, &err, "INSERT INTO notices(id, event, once, at, data_json) VALUES (1, 'x', 'x', 0, '{}')"));
        for (int i = 0; i < DELIVERIES_QUEUE_MAX; i++) {
            snprintf(id, sizeof id, "n%d", i);
            assert_true(tx_exec(
                tx, &err, "INSERT INTO notices(id, event, once, at, data_json) VALUES ($1, 'x', $2, 0, '{}')",
                P_INT(i + 2), P_TEXT(id)));
            assert_true(tx_exec(
                tx, &err,
                "INSERT INTO deliveries(id, notice_id, event, channel, endpoint, endpoint_name, status, "
                "created_at, due_at) VALUES ($1, $2, 'x', 'webhook', 'hook', 'hook', 'pending', 0, 0)",
                P_TEXT(id), P_INT(i + 2)));
        }
        assert_true(tx_commit(&tx, &err));
    }
    add(1, "a", "hook", "00000000-0000-4000-8000-000000000001", 1000);
    assert_int_equal(status_count("failed"), 1);
    assert_int_equal(status_count("pending"), DELIVERIES_QUEUE_MAX);
}

/* --- settings --- */

static void settings_are_sealed_and_masked(void **state)
{
    struct err err = {0};
    const struct vault_source source = {.data_dir = fixture.directory};
    AUTO_VAULT struct vault *vault = vault_open(&source, rng_system(), &err);
    static const struct outside_policy strict = {0};
    AUTO_JSON json_t *body = json_make("{s:[{s:s, s:s, s:s}]}", "webhooks", "name", "n", "url",
                                       "https://hooks.example.com/very/secret/path", "secret",
                                       "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    AUTO_JSON json_t *problems = json_array();
    AUTO_JSON json_t *empty = NULL;
    AUTO_JSON json_t *back = NULL;
    int64_t version;
    (void)state;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(notify_settings_load(tx, vault, &empty, &version, &err));
    assert_int_equal(version, 0);
    AUTO_JSON json_t *settings = notify_settings_read(body, empty, &strict, rng_system(), 1000, problems);
    assert_int_equal(json_array_size(problems), 0);
    assert_true(notify_settings_store(tx, vault, settings, 0, "ann", 1000, &err));
    assert_false(notify_settings_store(tx, vault, settings, 0, "bob", 1000, &err));
    assert_int_equal(err.kind, ERR_PRECONDITION);
    assert_true(notify_settings_load(tx, vault, &back, &version, &err));
    assert_int_equal(version, 1);
    assert_true(json_equal(back, settings));
    AUTO_JSON json_t *shown = notify_settings_masked(back);
    AUTO_FREE char *text = json_write(shown);
    assert_null(strstr(text, "secret/path"));
    assert_null(strstr(text, "MfKQ"));
    AUTO_JSON json_t *same = notify_settings_read(shown, back, &strict, rng_system(), 1000, problems);
    assert_int_equal(json_array_size(problems), 0);
    assert_true(json_equal(same, back));
    json_t *hook = json_array_get(json_object_get(shown, "webhooks"), 0);
    json_object_del(hook, "id"); /* a mask is worth nothing for another webhook */
    AUTO_JSON json_t *stolen = notify_settings_read(shown, back, &strict, rng_system(), 1000, problems);
    assert_true(json_array_size(problems) > 0);
}

static json_t *read_settings(const json_t *body)
{
    static const struct outside_policy strict = {0};
    AUTO_JSON json_t *problems = json_array();
    json_t *settings = notify_settings_read(body, NULL, &strict, rng_system(), 1000, problems);
    AUTO_JSON json_t *shown = notify_settings_masked(settings);
    return settings;
}

static void read_damaged(void *ctx, const json_t *body)
{
    (void)ctx;
    AUTO_JSON json_t *settings = read_settings(body);
}

/* Whatever a client sends in their place, and however long. */
static void settings_of_any_shape_are_read(void **state)
{
    (void)state;
    AUTO_JSON json_t *hook =
        json_make("{s:s, s:s, s:s, s:{s:s, s:[{s:s, s:s}]}, s:[s], s:[s]}", "name", "n", "url",
                  "https://hooks.example.com/x", "secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "auth",
                  "type", "headers", "headers", "name", "X-A", "value", "b", "events", "failed", "tenants",
                  "11111111-1111-1111-1111-111111111111");
    AUTO_JSON json_t *body =
        json_make("{s:[O], s:{s:b, s:s, s:[s]}, s:{s:s, s:b}, s:{s:s, s:s}, s:i}", "webhooks", hook, "email",
                  "enabled", 1, "via", "smtp", "to", "it@contoso.com", "psa", "kind", "autotask", "enabled",
                  1, "password_links", "host", "pwpush", "url", "https://p.example", "reminder_minutes", 60);
    json_damage(body, read_damaged, NULL);
    /* A member nobody knows, whose name is cut within a character. */
    for (int begin = 0; begin < 3; begin++) {
        AUTO_STRBUF struct strbuf name = STRBUF_MAX(400);
        strbuf_add(&name, "xx", (size_t)begin);
        for (int i = 0; i < 100; i++)
            strbuf_text_add(&name, "€");
        AUTO_JSON json_t *unknown =
            json_make("{s:b, s:{s:b}}", strbuf_text(&name), 1, "email", strbuf_text(&name), 1);
        AUTO_JSON json_t *settings = read_settings(unknown);
    }
}

/* --- notices of an older or a damaged store --- */

static void show_damaged(void *ctx, const json_t *data)
{
    static const char *const formats[] = {"generic", "teams", "slack", "discord", "cipp"};
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *message = message_make(ctx, data, 1800000000000, "https://l.example", "msg_1");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        assert_non_null(format_body(format_find(formats[i]), message, arena));
    mail_make(message, arena);
}

static void notices_of_any_shape_are_told(void **state)
{
    (void)state;
    AUTO_JSON json_t *data = message_sample("failed", 1800000000000);
    AUTO_JSON json_t *notice = json_make("{s:s, s:s, s:[{s:s, s:s}]}", "endpoint", "email", "summary",
                                         "It failed.", "facts", "name", "Endpoint", "value", "Ours");
    json_damage(data, show_damaged, "failed");
    json_damage(notice, show_damaged, "delivery_failed");
}

static void addresses_are_safe_in_a_header(void **state)
{
    static const char *const good[] = {"it@contoso.com", "a.b+c@sub.contoso.co.uk"};
    static const char *const bad[] = {"it",
                                      "@contoso.com",
                                      "it@",
                                      "it@contoso",
                                      "a b@contoso.com",
                                      "a@b@contoso.com",
                                      "a@contoso.com\r\nBcc: x@y.zz",
                                      "<a@contoso.com>",
                                      "a,b@contoso.com",
                                      "ä@contoso.com",
                                      "a@.contoso.com"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(fields_is_address(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(fields_is_address(bad[i]));
    assert_false(fields_is_address(NULL));
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(formats_go_by_the_address),
        cmocka_unit_test(every_format_stays_within_its_limits),
        cmocka_unit_test(slack_and_discord_count_characters),
        cmocka_unit_test(mail_is_escaped_and_made_of_tables),
        cmocka_unit_test(signature_is_the_specifications_own),
        cmocka_unit_test(retries_take_about_three_days),
        cmocka_unit_test(retry_after_is_seconds_or_a_date),
        WITH_STORE(one_offboarding_keeps_its_order_and_others_go_on),
        WITH_STORE(a_lost_lease_writes_nothing),
        WITH_STORE(a_failing_endpoint_is_probed_and_its_return_frees_all),
        WITH_STORE(retry_after_closes_the_endpoint),
        WITH_STORE(a_full_queue_takes_no_more),
        WITH_STORE(settings_are_sealed_and_masked),
        cmocka_unit_test(settings_of_any_shape_are_read),
        cmocka_unit_test(notices_of_any_shape_are_told),
        cmocka_unit_test(addresses_are_safe_in_a_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
