#include "connector/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "connector/cost.h"
#include "connector/exchange_reply.h"
#include "connector/throttle.h"

#define ANY_MAILBOX "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@%s"
#define PAGES_MAX 10000
#define ROUNDS_MAX 6
#define WHAT_MAX_BYTES (16u * 1024)

static char *anchor_of(struct arena *arena, const char *tenant_id, const char *anchor_upn)
{
    if (anchor_upn && *anchor_upn && !strpbrk(anchor_upn, "\r\n"))
        return arena_printf(arena, "UPN:%s", anchor_upn);
    return arena_printf(arena, ANY_MAILBOX, tenant_id);
}

static char *endpoint(struct arena *arena, const struct m365 *m365, const char *tenant_id, const char *last)
{
    AUTO_STRBUF struct strbuf url = STRBUF_MAX(4096);
    strbuf_printf(&url, "%s/adminapi/beta/", m365->exchange_url);
    strbuf_percent(&url, tenant_id);
    strbuf_printf(&url, "/%s", last);
    return arena_text(arena, strbuf_text(&url));
}

static json_t *input_new(const char *cmdlet, const json_t *params)
{
    json_t *copy = params ? json_deep_copy(params) : json_object();
    return json_make("{s:{s:s,s:o}}", "CmdletInput", "CmdletName", cmdlet, "Parameters", copy);
}

/* "Set-Mailbox 22222222-…" */
static char *what_of(struct arena *arena, const char *cmdlet, const json_t *params)
{
    const char *object = json_text(params, "Identity");
    if (!object)
        object = json_text(params, "Mailbox");
    return object ? arena_printf(arena, "%s %s", cmdlet, object) : arena_text(arena, cmdlet);
}

/* What becomes of the pages of a result. */
struct pages {
    json_t *rows; /* all of them; with take, those of one page at a time */
    json_t *warnings;
    exchange_take take; /* NULL: the rows are kept */
    void *ctx;
};

static bool hand_over(const struct pages *pages, struct err *err)
{
    if (!pages->take)
        return true;
    bool good = pages->take(pages->ctx, pages->rows, err);
    json_array_clear(pages->rows);
    return good;
}

/* A row of another object means that Exchange understood the question
 * differently; that is for the caller. Here only the pages are joined: the same
 * request to each next link. */
static bool send_pages(struct m365 *m365, const struct m365_target *target, struct service_request *request,
                       const char *first_url, const struct pages *pages, struct err *err)
{
    AUTO_FREE char *url = must(strdup(first_url));
    for (size_t page = 0; page < PAGES_MAX; page++) {
        AUTO_SERVICE_REPLY struct service_reply reply = {0};
        request->url = url;
        if (!service_send(m365, target, request, &reply, err) ||
            !exchange_read(&reply, pages->rows, pages->warnings, err) || !hand_over(pages, err))
            return false;
        const char *link = json_text(reply.json, "@odata.nextLink");
        if (!link)
            return true;
        char *next = service_next_url(m365->exchange_url, link, err);
        if (!next)
            return false;
        free(url);
        url = next;
        request->write_count = 0; /* the further pages of a result change nothing */
        request->harmless = request->twice_is_once = true;
    }
    return err_code(err, ERR_UPSTREAM, "broken_answer", "Exchange does not stop sending pages.");
}

static bool call_url(struct m365 *m365, const struct m365_target *target, const char *cmdlet,
                     const json_t *params, const char *anchor_upn, const char *url, const struct pages *pages,
                     struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *input = input_new(cmdlet, params);
    AUTO_FREE char *body = json_write(input);
    struct m365_write write = {.what = what_of(arena, cmdlet, params), .task = target->task};
    bool reads = exchange_reads(cmdlet);
    const char *const headers[] = {
        arena_printf(arena, "X-AnchorMailbox: %s", anchor_of(arena, target->tenant_id, anchor_upn)),
        arena_printf(arena, "X-CmdletName: %s", cmdlet),
        "X-ResponseFormat: json",
        "X-ClientApplication: Lastday",
        "Accept-Language: en-US", /* some refusals can only be told by their words */
        "Prefer: odata.maxpagesize=1000",
        NULL};
    struct service_request request = {.service = SERVICE_EXCHANGE,
                                      .method = "POST",
                                      .resource = m365->exchange_resource,
                                      .headers = headers,
                                      .body = body,
                                      .content_type = "application/json; charset=utf-8",
                                      .twice_is_once = exchange_twice_is_once(cmdlet),
                                      .harmless = reads,
                                      .faults_max = 1,
                                      .refusal = exchange_refusal,
                                      .writes = &write,
                                      .write_count = reads ? 0 : 1,
                                      .what = write.what};
    cost_exchange(&request.need, params, reads);
    if (!reads)
        service_hash(&write, "POST", cmdlet, body);
    return send_pages(m365, target, &request, url, pages, err);
}

bool exchange_call(struct m365 *m365, const struct m365_target *target, const char *cmdlet,
                   const json_t *params, const char *anchor_upn, json_t **ret_rows, json_t **ret_warnings,
                   struct err *err)
{
    if (!exchange_check(cmdlet, params, err))
        return false;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *rows = json_array();
    AUTO_JSON json_t *warnings = json_array();
    const struct pages pages = {.rows = rows, .warnings = warnings};
    if (!call_url(m365, target, cmdlet, params, anchor_upn,
                  endpoint(arena, m365, target->tenant_id, "InvokeCommand"), &pages, err))
        return false;
    if (ret_rows)
        *ret_rows = json_incref(rows);
    if (ret_warnings)
        *ret_warnings = json_incref(warnings);
    return true;
}

bool exchange_pages(struct m365 *m365, const struct m365_target *target, const char *cmdlet,
                    const json_t *params, const char *select, exchange_take take, void *ctx, struct err *err)
{
    if (!exchange_check(cmdlet, params, err))
        return false;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *rows = json_array();
    AUTO_JSON json_t *warnings = json_array();
    const struct pages pages = {rows, warnings, take, ctx};
    const char *last = arena_printf(arena, "InvokeCommand?$select=%s", select);
    return call_url(m365, target, cmdlet, params, NULL, endpoint(arena, m365, target->tenant_id, last),
                    &pages, err);
}

/* --- batch --- */

struct batch {
    struct m365 *m365;
    const struct m365_target *target;
    struct exchange_item *items;
    size_t count;
    bool open[EXCHANGE_BATCH_MAX]; /* still to be sent */
    unsigned sends;
    int64_t until;      /* monotonic: no waiting beyond */
    int64_t not_before; /* monotonic: of the next envelope */
};

/* What a round makes of its answers. */
struct round {
    int64_t wait_ms; /* the longest that any item to be sent again asked for */
    bool good, fault;
};

void exchange_items_done(struct exchange_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_decref(items[i].rows);
        json_decref(items[i].warnings);
        items[i].rows = items[i].warnings = NULL;
    }
}

static json_t *envelope_new(struct arena *arena, const struct batch *batch)
{
    const char *url = endpoint(arena, batch->m365, batch->target->tenant_id, "InvokeCommand");
    json_t *requests = json_array();
    for (size_t i = 0; i < batch->count; i++) {
        const struct exchange_item *item = &batch->items[i];
        if (!batch->open[i])
            continue;
        json_t *headers =
            json_make("{s:s,s:s,s:s,s:s,s:s}", "Accept-Language", "en-US", "Content-Type",
                      "application/json; charset=utf-8", "X-AnchorMailbox",
                      anchor_of(arena, batch->target->tenant_id, item->anchor_upn), "X-CmdletName",
                      item->cmdlet, "Prefer", "odata.maxpagesize=1000;odata.continue-on-error");
        json_add(requests,
                 json_make("{s:s,s:s,s:s,s:o,s:o}", "id", arena_printf(arena, "%zu", i + 1), "method", "POST",
                           "url", url, "headers", headers, "body", input_new(item->cmdlet, item->params)));
    }
    return json_make("{s:o}", "requests", requests);
}

static struct m365_write write_of(struct arena *arena, const struct m365_target *target,
                                  const struct exchange_item *item)
{
    AUTO_FREE char *body = item->params ? json_write(item->params) : NULL;
    struct m365_write write = {.what = what_of(arena, item->cmdlet, item->params),
                               .task = item->task ? item->task : target->task,
                               .request_id = ""};
    service_hash(&write, "POST", item->cmdlet, body);
    return write;
}

/* The status of an item may be missing: then its body decides. */
static int status_of(const json_t *response)
{
    int status = (int)json_int(response, "status", 0);
    if (status)
        return status;
    return json_is_object(json_object_get(json_object_at(response, "body"), "error")) ? 400 : 200;
}

static void take_answer(struct batch *batch, size_t i, const json_t *response,
                        const struct service_reply *envelope, struct round *round)
{
    struct exchange_item *item = &batch->items[i];
    AUTO_SERVICE_REPLY struct service_reply reply = {.json = json_incref(json_object_get(response, "body"))};
    int status = reply.wire.status = status_of(response);
    enum breaker_result result;
    reply.wire.headers = throttle_part_headers(json_object_at(response, "headers"), &envelope->wire);
    memcpy(reply.request_id, envelope->request_id, sizeof reply.request_id);
    reply.outcome_unknown = service_may_have_acted(status) && !exchange_reads(item->cmdlet);
    reply.retry_after_ms = service_part(batch->m365, batch->target, LANE_EXCHANGE, &reply, &result);
    round->good |= result == BREAKER_GOOD || exchange_refusal(&reply);
    round->fault |= result == BREAKER_FAULT;
    batch->open[i] = false;

    AUTO_JSON json_t *rows = json_array();
    AUTO_JSON json_t *warnings = json_array();
    memset(&item->err, 0, sizeof item->err);
    item->ok = exchange_read(&reply, rows, warnings, &item->err);
    if (!exchange_reads(item->cmdlet)) {
        AUTO_ARENA struct arena *arena = arena_new();
        struct m365_write write = write_of(arena, batch->target, item);
        write.status = status;
        write.request_id = reply.request_id;
        service_conclude(batch->target, &write, 1);
    }
    const char *link = json_text(reply.json, "@odata.nextLink");
    if (item->ok && link) {
        AUTO_FREE char *url = service_next_url(batch->m365->exchange_url, link, &item->err);
        struct m365_target target = *batch->target;
        target.before_writes = NULL; /* the further pages of a result change nothing */
        target.after_writes = NULL;
        const struct pages pages = {.rows = rows, .warnings = warnings};
        item->ok = url && call_url(batch->m365, &target, item->cmdlet, item->params, item->anchor_upn, url,
                                   &pages, &item->err);
    }
    if (item->ok) {
        item->rows = json_incref(rows);
        item->warnings = json_incref(warnings);
        return;
    }
    unsigned most = throttle_refuses(status) ? ROUNDS_MAX : item->err.kind == ERR_UPSTREAM ? 2 : 0;
    if (batch->sends >= most || !exchange_twice_is_once(item->cmdlet))
        return;
    batch->open[i] = true;
    int64_t delay = reply.retry_after_ms;
    delay = delay ? delay : service_backoff(batch->m365->rng, batch->sends - 1);
    item->err.retry_after_ms = delay;
    round->wait_ms = delay > round->wait_ms ? delay : round->wait_ms;
}

static bool send_envelope(struct batch *batch, struct service_reply *ret, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *envelope = envelope_new(arena, batch);
    AUTO_FREE char *body = json_write(envelope);
    AUTO_STRBUF struct strbuf what = STRBUF_MAX(WHAT_MAX_BYTES);
    struct m365_write writes[EXCHANGE_BATCH_MAX];
    size_t write_count = 0;
    bool twice_is_once = true;
    for (size_t i = 0; i < batch->count; i++) {
        const struct exchange_item *item = &batch->items[i];
        if (!batch->open[i])
            continue;
        twice_is_once = twice_is_once && exchange_twice_is_once(item->cmdlet);
        strbuf_printf(&what, "%s%s", what.length ? ", " : "", what_of(arena, item->cmdlet, item->params));
        if (!exchange_reads(item->cmdlet))
            writes[write_count++] = write_of(arena, batch->target, item);
    }
    struct m365_target target = *batch->target;
    int64_t left = batch->until - clock_mono_ms(batch->m365->clock);
    target.patience_ms = left > 0 ? left : 0;
    const char *const headers[] = {
        arena_printf(arena, "X-AnchorMailbox: %s",
                     anchor_of(arena, batch->target->tenant_id, batch->items[0].anchor_upn)),
        "X-ResponseFormat: json", "X-ClientApplication: Lastday", NULL};
    struct service_request request = {.service = SERVICE_EXCHANGE,
                                      .method = "POST",
                                      .url = endpoint(arena, batch->m365, batch->target->tenant_id, "$batch"),
                                      .resource = batch->m365->exchange_resource,
                                      .headers = headers,
                                      .body = body,
                                      .twice_is_once = twice_is_once,
                                      .harmless = write_count == 0,
                                      .faults_max = 1,
                                      .expects = "responses",
                                      .refusal = exchange_refusal,
                                      .not_before = batch->not_before,
                                      .writes = writes,
                                      .write_count = write_count,
                                      .parts = true,
                                      .what = strbuf_text(&what)};
    for (size_t i = 0; i < batch->count; i++)
        if (batch->open[i])
            cost_exchange(&request.need, batch->items[i].params, exchange_reads(batch->items[i].cmdlet));
    if (!service_send(batch->m365, &target, &request, ret, err))
        return false;
    if (ret->wire.status / 100 == 2)
        return true;
    AUTO_JSON json_t *ignored = json_array();
    return exchange_read(ret, ignored, ignored, err);
}

static bool run_round(struct batch *batch, int64_t *ret_wait_ms, struct err *err)
{
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    struct round round = {0};
    bool waiting[EXCHANGE_BATCH_MAX];
    memcpy(waiting, batch->open, sizeof waiting);
    if (!send_envelope(batch, &reply, err)) {
        for (size_t i = 0; i < batch->count; i++)
            if (batch->open[i]) {
                batch->items[i].err = *err;
                batch->items[i].err.outcome_unknown =
                    err->outcome_unknown && !exchange_reads(batch->items[i].cmdlet);
            }
        return false;
    }
    batch->sends++;
    size_t r;
    json_t *response;
    json_array_foreach ((json_t *)json_array_at(reply.json, "responses"), r, response) {
        int64_t id;
        if (!text_to_int(json_text_or(response, "id", ""), 1, (int64_t)batch->count, &id) || !waiting[id - 1])
            continue;
        waiting[id - 1] = false;
        take_answer(batch, (size_t)id - 1, response, &reply, &round);
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (!waiting[i])
            continue;
        struct exchange_item *item = &batch->items[i];
        err_code(&item->err, ERR_UPSTREAM, "broken_answer", "Exchange left this cmdlet out of its answer.");
        item->err.outcome_unknown = !exchange_reads(item->cmdlet);
        batch->open[i] = false;
    }
    if (round.good || round.fault)
        lane_report(batch->m365->lanes, batch->target->tenant_id, LANE_EXCHANGE,
                    round.good ? BREAKER_GOOD : BREAKER_FAULT);
    *ret_wait_ms = round.wait_ms;
    return true;
}

static bool run(struct batch *batch, struct err *err)
{
    for (;;) {
        bool any = false;
        int64_t wait_ms = 0;
        for (size_t i = 0; i < batch->count; i++)
            any = any || batch->open[i];
        if (!any)
            return true;
        if (!run_round(batch, &wait_ms, err))
            return batch->sends > 0 && err->retry_after_ms > 0 && !err->outcome_unknown;
        batch->not_before = clock_mono_ms(batch->m365->clock) + wait_ms;
        if (wait_ms > 0 && batch->not_before > batch->until)
            return true; /* what waits keeps its error with retry_after_ms */
    }
}

bool exchange_batch(struct m365 *m365, const struct m365_target *target, struct exchange_item *items,
                    size_t count, struct err *err)
{
    struct err problem = {0};
    struct batch batch = {.m365 = m365,
                          .target = target,
                          .items = items,
                          .count = count,
                          .until = clock_mono_ms(m365->clock) + target->patience_ms};
    if (count > EXCHANGE_BATCH_MAX)
        abort();
    for (size_t i = 0; i < count; i++) {
        items[i].rows = items[i].warnings = NULL;
        items[i].ok = false;
        memset(&items[i].err, 0, sizeof items[i].err);
        batch.open[i] = exchange_check(items[i].cmdlet, items[i].params, &items[i].err);
    }
    bool ok = run(&batch, &problem);
    if (!ok && err)
        *err = problem;
    return ok;
}
