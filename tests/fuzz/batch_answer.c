/* What Graph answers to a $batch, whatever it is: each item ends with a result or an error, and a change
 * whose part is missing is never taken for done. Answers are parted by zero bytes, the last is given again;
 * no network is used and waiting takes no time. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "connector/graph.h"
#include "connector/script_test.h"
#include "connector/service.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
bool __wrap_service_send(struct m365 *m365, const struct m365_target *target,
                         const struct service_request *request, struct service_reply *ret, struct err *err);

static struct {
    const char *next, *end;
} answers;

/* Stands in for the whole of token, lane and wire; the linker puts it there (--wrap). */
bool __wrap_service_send(struct m365 *m365, const struct m365_target *target,
                         const struct service_request *request, struct service_reply *ret, struct err *err)
{
    size_t length = strnlen(answers.next, (size_t)(answers.end - answers.next));
    (void)m365;
    (void)target;
    (void)request;
    *ret = (struct service_reply){.wire.status = 200};
    ret->wire.headers = strdup("");
    ret->wire.body = strndup(answers.next, length);
    ret->wire.body_length = length;
    ret->json = json_read(ret->wire.body, length, NULL);
    if (answers.next + length + 1 < answers.end)
        answers.next += length + 1;
    if (json_is_object(ret->json)) /* service_send lets nothing else through */
        return true;
    service_reply_done(ret);
    *ret = (struct service_reply){0};
    return err_set(err, ERR_UPSTREAM, "no JSON");
}

static struct m365 *open_m365(struct test_clock *clock)
{
    struct err err;
    const struct m365_settings settings = {.login_url = "http://127.0.0.1:9",
                                           .graph_url = "http://127.0.0.1:9",
                                           .exchange_url = "http://127.0.0.1:9",
                                           .app = {.client_id = "c", .client_secret = "s"}};
    struct wire *wire = wire_start(&(struct wire_settings){0}, &err);
    test_clock_init(clock);
    struct m365 *m365 = wire ? m365_new(&settings, wire, &clock->clock, rng_system(), &err) : NULL;
    if (!m365)
        abort();
    return m365;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct test_clock clock;
    static struct m365 *m365;
    struct err err = {0};
    const struct m365_target target = {.tenant_id = STAGE_TENANT, .patience_ms = 2000};
    AUTO_JSON json_t *body = json_make("{s:b}", "accountEnabled", 0);
    struct graph_item items[] = {{.method = "GET", .path = "/users/a", .after = -1},
                                 {.method = "PATCH", .path = "/users/a", .body = body, .after = 0},
                                 {.method = "POST", .path = "/users/a/revokeSignInSessions", .after = 1},
                                 {.method = "DELETE", .path = "/groups/g/members/a/$ref", .after = -1},
                                 {.method = "GET", .path = "/users/a/memberOf", .after = -1}};
    const size_t count = sizeof items / sizeof *items;
    if (size == 0)
        return 0;
    if (!m365)
        m365 = open_m365(&clock);
    answers.next = (const char *)data;
    answers.end = answers.next + size;
    graph_batches(m365, &target, items, count);
    for (size_t i = 0; i < count; i++)
        if (graph_item_ok(&items[i]) ? items[i].status < 200 || items[i].status > 299
                                     : items[i].ran && !*items[i].err.message)
            abort();
    (void)err;
    graph_items_done(items, count);
    return 0;
}
