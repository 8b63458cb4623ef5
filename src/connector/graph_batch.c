#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connector/cost.h"
#include "connector/graph_rules.h"
#include "connector/throttle.h"

#define ROUNDS_MAX 6
#define PAGED_ITEMS_MAX 100000
#define WHAT_MAX_BYTES (16u * 1024)

enum fate { WAITING, ENDED };

struct batch {
    struct m365 *m365;
    const struct m365_target *target;
    struct graph_item *items;
    size_t count;
    enum fate *fates;
    unsigned *sends;    /* how often each item was sent */
    int64_t until;      /* monotonic: no waiting beyond */
    int64_t not_before; /* monotonic: of the next envelope */
    bool answered;      /* an envelope was */
    bool renewed;       /* the token, after a 401 */
    bool flat;          /* no dependencies inside an envelope: such a mixture was refused */
};

bool graph_item_ok(const struct graph_item *item)
{
    return item->ran && item->status / 100 == 2 && item->err.kind == ERR_NONE;
}

void graph_items_done(struct graph_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_decref(items[i].reply);
        items[i].reply = NULL;
    }
}

/* --- what goes into the next envelope --- */

/* What may succeed later takes those that depend on it along. */
static void skip(struct batch *batch, size_t i)
{
    struct graph_item *item = &batch->items[i];
    const struct err *cause = &batch->items[item->after].err;
    bool again = err_again(cause) || cause->outcome_unknown;
    item->status = 424;
    item->ran = false;
    err_code(&item->err, again ? ERR_UPSTREAM : ERR_REFUSED, "FailedDependency",
             again ? "Not done yet because the step before it has to be done again."
                   : "Not done because the step before it failed.");
    item->err.upstream_status = 424;
    item->err.retry_after_ms = again ? cause->retry_after_ms : 0;
    batch->fates[i] = ENDED;
}

static bool contains(const size_t *chosen, size_t count, int index)
{
    for (size_t i = 0; i < count; i++)
        if (index >= 0 && chosen[i] == (size_t)index)
            return true;
    return false;
}

static enum lane_id lane_of(const struct graph_item *item)
{
    return cost_lane(item->method, item->path);
}

static bool is_write(const struct graph_item *item)
{
    return strcmp(item->method, "GET") != 0;
}

/* May it go together with those chosen before it? Not without what it comes after. */
static bool is_ready(const struct batch *batch, size_t i, const size_t *chosen, size_t count)
{
    int after = batch->items[i].after;
    return after < 0 || batch->fates[after] == ENDED || (!batch->flat && contains(chosen, count, after));
}

/* Those of the items that still wait whose lanes open first: all of them as a rule. */
static size_t choose(struct batch *batch, size_t chosen[GRAPH_BATCH_MAX])
{
    int64_t waits[LANE_COUNT][2], least = INT64_MAX;
    size_t count = 0;
    for (enum lane_id lane = 0; lane < LANE_COUNT; lane++)
        for (int writes = 0; writes < 2; writes++)
            waits[lane][writes] =
                lane_wait_ms(batch->m365->lanes, batch->target->tenant_id, LANE_BIT(lane), writes);
    for (size_t i = 0; i < batch->count; i++) {
        const struct graph_item *item = &batch->items[i];
        if (batch->fates[i] == WAITING && item->after >= 0 && batch->fates[item->after] == ENDED &&
            !graph_item_ok(&batch->items[item->after]))
            skip(batch, i);
        int64_t wait = waits[lane_of(item)][is_write(item)];
        if (batch->fates[i] == WAITING && is_ready(batch, i, NULL, 0) && wait < least)
            least = wait;
    }
    for (size_t i = 0; i < batch->count && count < GRAPH_BATCH_MAX; i++) {
        const struct graph_item *item = &batch->items[i];
        if (batch->fates[i] == WAITING && is_ready(batch, i, chosen, count) &&
            waits[lane_of(item)][is_write(item)] <= least)
            chosen[count++] = i;
    }
    return count;
}

static json_t *envelope_new(const struct batch *batch, const size_t *chosen, size_t count)
{
    json_t *requests = json_array();
    for (size_t n = 0; n < count; n++) {
        const struct graph_item *item = &batch->items[chosen[n]];
        char id[24];
        snprintf(id, sizeof id, "%zu", chosen[n]);
        json_t *request = json_make("{s:s,s:s,s:s}", "id", id, "method", item->method, "url", item->path);
        json_t *headers = json_object();
        if (item->body) {
            json_put_text(headers, "Content-Type", "application/json");
            json_put(request, "body", json_deep_copy(item->body));
        }
        if (batch->target->urgent)
            json_put_text(headers, "x-ms-throttle-priority", "high");
        if (batch->target->background)
            json_put_text(headers, "x-ms-throttle-priority", "low");
        if (json_object_size(headers))
            json_put(request, "headers", json_incref(headers));
        json_decref(headers);
        if (contains(chosen, n, item->after)) {
            snprintf(id, sizeof id, "%d", item->after);
            json_put(request, "dependsOn", json_make("[s]", id));
        }
        json_add(requests, request);
    }
    return json_make("{s:o}", "requests", requests);
}

/* --- answers --- */

/* The item's answer as if it had come alone, so that one place reads errors. */
static void as_reply(const json_t *response, const struct service_reply *envelope, struct service_reply *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->wire.status = (int)json_int(response, "status", 0);
    ret->wire.headers = throttle_part_headers(json_object_at(response, "headers"), &envelope->wire);
    ret->json = json_incref(json_object_get(response, "body"));
    if (!wire_header(&ret->wire, "request-id", ret->request_id, sizeof ret->request_id))
        memcpy(ret->request_id, envelope->request_id, sizeof ret->request_id);
}

static bool wants_repeat(const struct batch *batch, size_t i, int status)
{
    const struct graph_item *item = &batch->items[i];
    return batch->sends[i] < ROUNDS_MAX && service_may_have_acted(status) &&
           graph_twice_is_once(item->method, item->path);
}

/* What a round makes of its answers. */
struct round {
    int64_t wait_ms; /* the longest that any item to be sent again asked for */
    bool refused;    /* the token, for at least one */
    bool good[LANE_COUNT], fault[LANE_COUNT];
};

/* Takes one answer. */
static void take_answer(struct batch *batch, size_t i, const json_t *response,
                        const struct service_reply *envelope, struct round *round)
{
    struct graph_item *item = &batch->items[i];
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    enum breaker_result result;
    as_reply(response, envelope, &reply);
    item->status = reply.wire.status;
    item->ran = item->status != 424;
    memcpy(item->request_id, reply.request_id, sizeof item->request_id);
    memset(&item->err, 0, sizeof item->err);
    reply.retry_after_ms = service_part(batch->m365, batch->target, lane_of(item), &reply, &result);
    round->good[lane_of(item)] |= result == BREAKER_GOOD && item->ran;
    round->fault[lane_of(item)] |= result == BREAKER_FAULT;
    if (item->status == 200 && graph_reads(item->method, item->path) && !json_is_object(reply.json)) {
        err_code(&item->err, ERR_UPSTREAM, "broken_answer", "Graph answered without what was asked for.");
        batch->fates[i] = ENDED;
        return;
    }
    if (item->status / 100 == 2) {
        item->reply = json_is_null(reply.json) ? NULL : json_incref(reply.json);
        batch->fates[i] = ENDED;
        return;
    }
    reply.outcome_unknown = service_may_have_acted(item->status) && !graph_reads(item->method, item->path);
    service_fail_odata(&item->err, &reply, "Graph");
    if (item->status == 401 && !batch->renewed) {
        token_refused(batch->m365->tokens, batch->target->tenant_id, batch->m365->graph_resource,
                      envelope->token, &reply.wire);
        round->refused = true;
        return;
    }
    if (item->status == 424 && item->after >= 0)
        return; /* comes again when what it waits for does */
    if (item->status == 424 || !wants_repeat(batch, i, item->status)) {
        batch->fates[i] = ENDED;
        return;
    }
    int64_t delay = reply.retry_after_ms;
    delay = delay ? delay : service_backoff(batch->m365->rng, batch->sends[i] - 1);
    item->err.retry_after_ms = delay;
    round->wait_ms = delay > round->wait_ms ? delay : round->wait_ms;
}

static void missing_answer(struct batch *batch, size_t i)
{
    struct graph_item *item = &batch->items[i];
    err_code(&item->err, ERR_UPSTREAM, "broken_answer", "Graph left this request out of its answer.");
    item->err.outcome_unknown = !graph_reads(item->method, item->path);
    item->ran = true;
    batch->fates[i] = ENDED;
}

/* The changes of one envelope; count comes back. Texts live in the arena. */
static size_t writes_of(const struct batch *batch, struct arena *arena, const size_t *chosen, size_t count,
                        struct m365_write ret_writes[GRAPH_BATCH_MAX])
{
    size_t total = 0;
    for (size_t n = 0; n < count; n++) {
        struct graph_item *item = &batch->items[chosen[n]];
        if (graph_reads(item->method, item->path))
            continue;
        AUTO_FREE char *body = item->body ? json_write(item->body) : NULL;
        struct m365_write *write = &ret_writes[total++];
        *write = (struct m365_write){.what = graph_what(arena, item->method, item->path),
                                     .task = item->task ? item->task : batch->target->task,
                                     .status = item->status,
                                     .request_id = item->request_id};
        service_hash(write, item->method, item->path, body);
    }
    return total;
}

/* What the items of an envelope do, for one that only reads. */
static const char *what_of(const struct batch *batch, struct arena *arena, const size_t *chosen, size_t count)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(WHAT_MAX_BYTES);
    for (size_t n = 0; n < count; n++) {
        const struct graph_item *item = &batch->items[chosen[n]];
        strbuf_printf(&text, "%s%s", n ? ", " : "", graph_what(arena, item->method, item->path));
    }
    return arena_text(arena, strbuf_text(&text));
}

static bool send_envelope(struct batch *batch, const size_t *chosen, size_t count, struct service_reply *ret,
                          struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *envelope = envelope_new(batch, chosen, count);
    AUTO_FREE char *body = json_write(envelope);
    struct m365_write writes[GRAPH_BATCH_MAX];
    size_t write_count = writes_of(batch, arena, chosen, count, writes);
    bool twice_is_once = true;
    for (size_t n = 0; n < count; n++) {
        const struct graph_item *item = &batch->items[chosen[n]];
        twice_is_once = twice_is_once && graph_twice_is_once(item->method, item->path);
    }
    struct m365_target target = *batch->target;
    int64_t left = batch->until - clock_mono_ms(batch->m365->clock);
    target.patience_ms = left > 0 ? left : 0;
    struct service_request request = {.service = SERVICE_GRAPH,
                                      .method = "POST",
                                      .url = arena_printf(arena, "%s/v1.0/$batch", batch->m365->graph_url),
                                      .resource = batch->m365->graph_resource,
                                      .body = body,
                                      .twice_is_once = twice_is_once,
                                      .harmless = write_count == 0,
                                      .writes = writes,
                                      .write_count = write_count,
                                      .expects = "responses",
                                      .not_before = batch->not_before,
                                      .parts = true,
                                      .what = what_of(batch, arena, chosen, count)};
    for (size_t n = 0; n < count; n++)
        cost_graph(&request.need, batch->items[chosen[n]].method, batch->items[chosen[n]].path, true);
    if (!service_send(batch->m365, &target, &request, ret, err))
        return false;
    return ret->wire.status / 100 == 2 || service_fail_odata(err, ret, "Graph");
}

static void envelope_failed(struct batch *batch, const size_t *chosen, size_t count, const struct err *err)
{
    for (size_t n = 0; n < count; n++) {
        struct graph_item *item = &batch->items[chosen[n]];
        item->err = *err;
        item->err.outcome_unknown = err->outcome_unknown && !graph_reads(item->method, item->path);
        item->status = 0;
        item->ran = false;
    }
}

static void report(struct batch *batch, const struct round *round)
{
    for (enum lane_id lane = 0; lane < LANE_COUNT; lane++)
        if (round->good[lane] || round->fault[lane])
            lane_report(batch->m365->lanes, batch->target->tenant_id, lane,
                        round->good[lane] ? BREAKER_GOOD : BREAKER_FAULT);
}

/* One envelope. *ret_wait_ms is the longest that any item to be sent again
 * asked for. */
static bool run_round(struct batch *batch, const size_t *chosen, size_t count, int64_t *ret_wait_ms,
                      struct err *err)
{
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    bool answered[GRAPH_BATCH_MAX] = {0};
    struct round round = {0};
    if (!send_envelope(batch, chosen, count, &reply, err)) {
        envelope_failed(batch, chosen, count, err);
        return false;
    }
    size_t r;
    json_t *response;
    for (size_t n = 0; n < count; n++)
        batch->sends[chosen[n]]++;
    json_array_foreach ((json_t *)json_array_at(reply.json, "responses"), r, response) {
        int64_t id;
        if (!text_to_int(json_text_or(response, "id", ""), 0, (int64_t)batch->count - 1, &id))
            continue;
        for (size_t n = 0; n < count; n++) {
            if (chosen[n] != (size_t)id || answered[n])
                continue;
            answered[n] = true;
            take_answer(batch, chosen[n], response, &reply, &round);
        }
    }
    for (size_t n = 0; n < count; n++)
        if (!answered[n])
            missing_answer(batch, chosen[n]);
    AUTO_ARENA struct arena *arena = arena_new();
    struct m365_write writes[GRAPH_BATCH_MAX];
    service_conclude(batch->target, writes, writes_of(batch, arena, chosen, count, writes));
    report(batch, &round);
    batch->answered = true;
    batch->renewed |= round.refused;
    *ret_wait_ms = round.wait_ms;
    return true;
}

/* A 424 whose cause has ended is no longer waiting for anything. */
static void settle(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct graph_item *item = &batch->items[i];
        if (batch->fates[i] == WAITING && item->status == 424 &&
            (item->after < 0 || batch->sends[i] >= ROUNDS_MAX))
            batch->fates[i] = ENDED;
    }
}

static bool follow_pages(struct batch *batch, struct err *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct graph_item *item = &batch->items[i];
        if (!graph_item_ok(item) || strcmp(item->method, "GET") != 0 ||
            !json_text(item->reply, "@odata.nextLink"))
            continue;
        json_t *all = json_copy((json_t *)json_array_at(item->reply, "value"));
        if (graph_follow(batch->m365, batch->target, item->reply, false, PAGED_ITEMS_MAX, all, &item->err)) {
            json_object_del(item->reply, "@odata.nextLink");
            json_put(item->reply, "value", all);
            continue;
        }
        json_decref(all);
        if (item->err.kind == ERR_CANCELLED) {
            *err = item->err;
            return false;
        }
    }
    return true;
}

/* What still waits keeps its error, or gets this one, and says when to come again. */
static void give_up(struct batch *batch, const struct err *why)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct graph_item *item = &batch->items[i];
        if (batch->fates[i] == ENDED)
            continue;
        if (item->err.kind == ERR_NONE || item->status == 424)
            item->err = *why;
        item->err.retry_after_ms = why->retry_after_ms;
    }
}

static void give_up_for(struct batch *batch, int64_t wait_ms)
{
    struct err err = {0};
    err_set(&err, ERR_LIMIT, "Microsoft 365 (graph) asked us to wait.");
    err.retry_after_ms = wait_ms;
    give_up(batch, &err);
}

static bool has_links(const struct batch *batch, const size_t *chosen, size_t count)
{
    for (size_t n = 0; n < count; n++)
        if (contains(chosen, count, batch->items[chosen[n]].after))
            return true;
    return false;
}

/* Nothing was sent, or it may be: later. */
static bool comes_later(const struct err *err)
{
    return err->retry_after_ms > 0 && !err->outcome_unknown;
}

static bool run(struct batch *batch, struct err *err)
{
    size_t chosen[GRAPH_BATCH_MAX], count;
    while ((count = choose(batch, chosen)) > 0) {
        int64_t wait_ms = 0;
        if (!run_round(batch, chosen, count, &wait_ms, err)) {
            if (err->upstream_status == 400 && !batch->flat && has_links(batch, chosen, count)) {
                batch->flat = true; /* nothing of it has run */
                continue;
            }
            if (!batch->answered || !comes_later(err))
                return false;
            give_up(batch, err); /* what was answered before stands */
            break;
        }
        settle(batch);
        batch->not_before = clock_mono_ms(batch->m365->clock) + wait_ms;
        if (wait_ms > 0 && batch->not_before > batch->until) {
            give_up_for(batch, wait_ms);
            break;
        }
    }
    return follow_pages(batch, err);
}

bool graph_batch(struct m365 *m365, const struct m365_target *target, struct graph_item *items, size_t count,
                 struct err *err)
{
    struct err problem = {0};
    struct batch batch = {.m365 = m365,
                          .target = target,
                          .items = items,
                          .count = count,
                          .fates = must(calloc(count + 1, sizeof *batch.fates)),
                          .sends = must(calloc(count + 1, sizeof *batch.sends)),
                          .until = clock_mono_ms(m365->clock) + target->patience_ms};
    for (size_t i = 0; i < count; i++) {
        if (items[i].after >= (int)i)
            abort(); /* a mistake of ours: an item comes after an earlier one */
        items[i].status = 0;
        items[i].reply = NULL;
        items[i].request_id[0] = '\0';
        items[i].ran = false;
        memset(&items[i].err, 0, sizeof items[i].err);
    }
    bool ok = run(&batch, &problem);
    free(batch.fates);
    free(batch.sends);
    if (!ok && err)
        *err = problem;
    return ok;
}
