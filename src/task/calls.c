#include "task/calls.h"

#include <pthread.h>
#include <string.h>

#include "base/thread.h"
#include "connector/parallel.h"
#include "task/items.h"
#include "task/on_premises.h"

#define FIRST_CAPACITY 16

/* Whose call it is. */
struct owner {
    struct work *work;
    json_t *item; /* NULL: the whole task's */
};

struct property {
    struct work *work;
    const char *name;
    json_t *value;
};

struct calls {
    struct arena *arena;
    struct m365 *m365;
    const struct m365_target *target;
    struct graph_item *graph;
    struct owner *graph_owners;
    size_t graph_count, graph_capacity;
    struct exchange_item *exchange;
    struct owner *exchange_owners;
    size_t exchange_count, exchange_capacity;
    struct property properties[4 * TASK_COUNT];
    size_t property_count;
    json_t *kept; /* bodies and parameters */
};

struct calls *calls_new(struct arena *arena)
{
    struct calls *calls = ARENA_NEW(arena, struct calls);
    calls->arena = arena;
    return calls;
}

/* --- collecting ---------------------------------------------------------------------------------------- */

/* Borrowed until calls_run ends. */
static const json_t *keep(struct calls *calls, json_t *value)
{
    if (!calls->kept)
        calls->kept = json_array();
    if (value)
        json_add(calls->kept, value);
    return value;
}

static void meet(struct calls *calls, const struct work *work)
{
    calls->m365 = work->run->m365;
    calls->target = work->target;
}

static void *grown(struct calls *calls, void *old, size_t count, size_t capacity, size_t size)
{
    void *bigger = arena_alloc(calls->arena, capacity, size);
    if (count)
        memcpy(bigger, old, count * size);
    return bigger;
}

static void add_graph(struct calls *calls, struct work *work, json_t *item, struct graph_item call)
{
    meet(calls, work);
    if (calls->graph_count == calls->graph_capacity) {
        size_t capacity = calls->graph_capacity ? 2 * calls->graph_capacity : FIRST_CAPACITY;
        calls->graph = grown(calls, calls->graph, calls->graph_count, capacity, sizeof *calls->graph);
        calls->graph_owners =
            grown(calls, calls->graph_owners, calls->graph_count, capacity, sizeof *calls->graph_owners);
        calls->graph_capacity = capacity;
    }
    call.task = task_info(work->task)->id;
    calls->graph_owners[calls->graph_count] = (struct owner){work, item};
    calls->graph[calls->graph_count++] = call;
}

void calls_graph(struct calls *calls, struct work *work, json_t *item, const char *method, const char *path,
                 json_t *body)
{
    add_graph(calls, work, item,
              (struct graph_item){.method = method, .path = path, .body = keep(calls, body), .after = -1});
}

void calls_graph_then(struct calls *calls, struct work *work, json_t *item, const char *method,
                      const char *path, json_t *body)
{
    add_graph(
        calls, work, item,
        (struct graph_item){
            .method = method, .path = path, .body = keep(calls, body), .after = (int)calls->graph_count - 1});
}

static void add_exchange(struct calls *calls, struct work *work, json_t *item, const char *cmdlet,
                         const json_t *params)
{
    meet(calls, work);
    if (calls->exchange_count == calls->exchange_capacity) {
        size_t capacity = calls->exchange_capacity ? 2 * calls->exchange_capacity : FIRST_CAPACITY;
        calls->exchange =
            grown(calls, calls->exchange, calls->exchange_count, capacity, sizeof *calls->exchange);
        calls->exchange_owners = grown(calls, calls->exchange_owners, calls->exchange_count, capacity,
                                       sizeof *calls->exchange_owners);
        calls->exchange_capacity = capacity;
    }
    calls->exchange_owners[calls->exchange_count] = (struct owner){work, item};
    calls->exchange[calls->exchange_count++] =
        (struct exchange_item){.cmdlet = cmdlet,
                               .params = params,
                               .anchor_upn = work->run->user_principal_name,
                               .task = task_info(work->task)->id};
}

void calls_exchange(struct calls *calls, struct work *work, json_t *item, const char *cmdlet, json_t *params)
{
    add_exchange(calls, work, item, cmdlet, keep(calls, params));
}

void calls_mailbox(struct calls *calls, struct work *work, const char *property, json_t *value)
{
    meet(calls, work);
    keep(calls, value);
    if (calls->property_count == sizeof calls->properties / sizeof *calls->properties)
        abort();
    calls->properties[calls->property_count++] = (struct property){work, property, value};
}

/* --- settling ------------------------------------------------------------------------------------------ */

/* Only the directory on the premises may change it: Graph and Exchange say so in their own words
 * (contract/graph.md 1.3, exchange.md section 3). */
static bool is_on_premises(const struct err *err)
{
    return strstr(err->message, "on-premises") != NULL;
}

static void item_refused(struct work *work, json_t *item, const struct err *err)
{
    if (is_on_premises(err)) {
        item_set(item, "skipped", "Managed in Active Directory: change it there.");
        json_put_text(item, "reason", "on_premises_source");
        on_premises_warn(work, work->user, json_text(item, "name"));
        return;
    }
    struct err told = *err;
    work_explain(work, item, &told);
    item_set(item, "failed", told.message);
    json_put_text(item, "request_id", *err->request_id ? err->request_id : NULL);
    work_note_error(work, &told);
}

static void task_refused(struct work *work, const struct err *err)
{
    if (is_on_premises(err) && err->kind == ERR_REFUSED) {
        on_premises_warn(work, work->user, NULL);
        work_end(work, TASK_STATUS_SKIPPED, "on_premises_source");
        return;
    }
    struct err told = *err;
    work_explain(work, NULL, &told);
    work_fail(work, &told);
}

/* Does the error let the whole task come again, from its observation? */
static bool comes_again(const struct err *err)
{
    return err_again(err) || err->outcome_unknown || err->kind == ERR_STALE || err->kind == ERR_CANCELLED;
}

static void settle(const struct owner *owner, const struct err *err)
{
    struct work *work = owner->work;
    bool (*already_so)(const struct err *) = work_verbs(work)->already_so;
    if (err->kind == ERR_NONE || (already_so && already_so(err)))
        return;
    bool (*passes)(json_t *, const struct err *) = work_verbs(work)->passes;
    if (comes_again(err)) {
        work_later(work, err);
        return;
    }
    if (passes && passes(owner->item, err)) {
        struct err again = *err;
        again.kind = ERR_UPSTREAM; /* the kind of what is worth another try */
        work_later(work, &again);
        return;
    }
    if (work->row->status != TASK_STATUS_RUNNING)
        return;
    if (owner->item)
        item_refused(work, owner->item, err);
    else
        task_refused(work, err);
}

/* --- the one Set-Mailbox ------------------------------------------------------------------------------- */

/* All properties, or those of one work. */
static json_t *mailbox_params(const struct calls *calls, const struct work *only)
{
    const struct work *first = calls->properties[0].work;
    json_t *params = json_make("{s:s, s:b}", "Identity", first->run->user_id, "Confirm", 0);
    for (size_t i = 0; i < calls->property_count; i++) {
        if (!only || calls->properties[i].work == only)
            json_put(params, calls->properties[i].name, json_incref(calls->properties[i].value));
    }
    return params;
}

static bool is_shared(const struct calls *calls)
{
    for (size_t i = 1; i < calls->property_count; i++) {
        if (calls->properties[i].work != calls->properties[0].work)
            return true;
    }
    return false;
}

/* One call again for each task, since one of them may be the reason for the refusal. */
static void mailbox_alone(struct calls *calls)
{
    for (size_t i = 0; i < calls->property_count; i++) {
        struct work *work = calls->properties[i].work;
        if (i > 0 && work == calls->properties[i - 1].work)
            continue;
        struct err err = {0};
        struct m365_target target = *calls->target;
        target.task = task_info(work->task)->id;
        AUTO_JSON json_t *params = mailbox_params(calls, work);
        if (!exchange_call(calls->m365, &target, "Set-Mailbox", params, work->run->user_principal_name, NULL,
                           NULL, &err))
            settle(&(struct owner){work, NULL}, &err);
    }
}

static void settle_mailbox(struct calls *calls, const struct err *err)
{
    if (err->kind != ERR_NONE && !comes_again(err) && is_shared(calls)) {
        mailbox_alone(calls);
        return;
    }
    for (size_t i = 0; i < calls->property_count; i++)
        settle(&(struct owner){calls->properties[i].work, NULL}, err);
}

/* --- sending ------------------------------------------------------------------------------------------- */

static void *send_exchange(void *arg)
{
    struct calls *calls = arg;
    exchange_batches(calls->m365, calls->target, calls->exchange, calls->exchange_count);
    return NULL;
}

/* Nobody says on whose behalf the shared call is made: the journal names the first that wanted it. */
static void add_mailbox(struct calls *calls)
{
    if (calls->property_count)
        calls_exchange(calls, calls->properties[0].work, NULL, "Set-Mailbox", mailbox_params(calls, NULL));
}

void calls_run(struct calls *calls)
{
    pthread_t thread;
    size_t own = calls->exchange_count;
    add_mailbox(calls);
    bool both = calls->graph_count && calls->exchange_count;
    if (both)
        thread = thread_start("exchange", send_exchange, calls);
    else if (calls->exchange_count)
        send_exchange(calls);
    if (calls->graph_count)
        graph_batches(calls->m365, calls->target, calls->graph, calls->graph_count);
    if (both)
        pthread_join(thread, NULL);
    for (size_t i = 0; i < calls->graph_count; i++)
        settle(&calls->graph_owners[i], &calls->graph[i].err);
    for (size_t i = 0; i < own; i++)
        settle(&calls->exchange_owners[i], &calls->exchange[i].err);
    if (calls->property_count)
        settle_mailbox(calls, &calls->exchange[own].err);
    graph_items_done(calls->graph, calls->graph_count);
    exchange_items_done(calls->exchange, calls->exchange_count);
    json_decref(calls->kept);
    calls->kept = NULL;
}
