#include "task/facts.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "plan/options.h"
#include "task/facts_internal.h"
#include "task/task.h"

static const char *const names[FACT_COUNT] = {
#define X(id, name) [FACT_NUMBER_##id] = name,
    FACTS(X)
#undef X
};

const char *fact_name(enum fact fact)
{
    return names[fact];
}

/* --- what is wanted ------------------------------------------------------------------------------------ */

fact_set facts_of_tasks(const json_t *options)
{
    task_set chosen = options_tasks(options);
    fact_set wanted = 0;
    for (int id = 0; id < TASK_COUNT; id++)
        wanted |= chosen & TASK_BIT(id) ? task_type((enum task_id)id)->facts : 0;
    return wanted;
}

fact_set facts_of_plan(const json_t *options)
{
    return (facts_of_tasks(options) & ~FACTS_READ_LATE) | FACT(USER) | FACT(PEOPLE) | FACT(RECIPIENTS) |
           FACT(GROUPS) | FACT(OWNED) | FACT(REPORTS) | FACT(ROLES) | FACT(ROLES_ACTIVE) |
           FACT(ROLES_ELIGIBLE) | FACT(ADMINS) | FACT(GRANTED) | FACT(SIGN_IN) | FACT(DOMAINS) |
           FACT(MAILBOX) | FACT(SIZE);
}

/* --- what was read ------------------------------------------------------------------------------------- */

static json_t *error_json(const struct err *err)
{
    return json_make("{s:i, s:o, s:o, s:o, s:i, s:I}", "kind", err->kind, "code", json_text_new(err->code),
                     "message", json_text_new(err->message), "request_id", json_text_new(err->request_id),
                     "status", err->upstream_status, "retry_after_ms", (json_int_t)err->retry_after_ms);
}

static void error_read(const json_t *error, struct err *ret)
{
    err_code(ret, (enum err_kind)json_int(error, "kind", ERR_INTERNAL), json_text_or(error, "code", ""), "%s",
             json_text_or(error, "message", ""));
    ret->upstream_status = (int)json_int(error, "status", 0);
    ret->retry_after_ms = json_int(error, "retry_after_ms", 0);
    strncat(ret->request_id, json_text_or(error, "request_id", ""), sizeof ret->request_id - 1);
}

bool facts_missing(const json_t *facts, fact_set wanted, struct err *err)
{
    const json_t *unread = json_object_at(facts, "unread");
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        if (!((wanted >> fact) & 1))
            continue;
        const json_t *error = json_object_get(unread, names[fact]);
        if (error) {
            error_read(error, err);
            return true;
        }
        if (!json_object_get(facts, names[fact])) {
            err_set(err, ERR_INTERNAL, "The fact %s was not read.", names[fact]);
            return true;
        }
    }
    return false;
}

fact_set facts_fresh(const json_t *facts, fact_set wanted, int64_t since)
{
    const json_t *read_at = json_object_at(facts, "read_at");
    fact_set fresh = 0;
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        fact_set bit = (fact_set)1 << fact;
        if ((wanted & bit) && json_int(read_at, names[fact], INT64_MIN) >= since)
            fresh |= bit;
    }
    return fresh;
}

json_t *facts_merge(const json_t *older, const json_t *newer)
{
    json_t *merged = older ? json_copy((json_t *)older) : json_object();
    json_t *read_at = json_copy((json_t *)json_object_at(older, "read_at"));
    json_t *unread = json_copy((json_t *)json_object_at(older, "unread"));
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)json_object_at(newer, "read_at"), name, value)
        json_object_del(unread, name);
    json_object_update(read_at, (json_t *)json_object_at(newer, "read_at"));
    json_object_update(unread, (json_t *)json_object_at(newer, "unread"));
    json_object_update(merged, (json_t *)newer);
    json_put(merged, "read_at", read_at);
    return json_put(merged, "unread", unread);
}

const json_t *facts_person(const json_t *facts, const char *reference)
{
    const json_t *person = json_object_get(json_object_at(facts, "people"), reference);
    return json_is_object(person) ? person : NULL;
}

const json_t *facts_recipient(const json_t *facts, const char *object_id)
{
    const char *reference;
    json_t *recipient;
    json_object_foreach ((json_t *)json_object_at(facts, names[FACT_NUMBER_RECIPIENTS]), reference,
                         recipient) {
        if (text_equal_nocase(json_text(recipient, "ExternalDirectoryObjectId"), object_id))
            return recipient;
    }
    return NULL;
}

bool facts_is_person(const json_t *person, const char *text)
{
    return text_equal_nocase(text, json_text(person, "userPrincipalName")) ||
           text_equal_nocase(text, json_text(person, "mail")) ||
           text_equal_nocase(text, json_text(person, "id"));
}

/* --- reading ------------------------------------------------------------------------------------------- */

bool reading_wants(const struct reading *reading, fact_set set)
{
    return reading->request->wanted & set;
}

const char *reading_person(const struct reading *reading, const char *reference)
{
    return json_text_or(reading->request->people, reference, reference);
}

static void note_time(struct reading *reading, enum fact fact)
{
    json_t *read_at = json_object_get(reading->facts, "read_at");
    json_put(read_at, names[fact], json_integer(clock_mono_ms(clock_system())));
}

void reading_keep(struct reading *reading, enum fact fact, json_t *value)
{
    json_put(reading->facts, names[fact], value);
    note_time(reading, fact);
}

void reading_fail(struct reading *reading, enum fact fact, const struct err *err)
{
    if (err->kind == ERR_CANCELLED || err->kind == ERR_STALE)
        reading->fatal = *err;
    json_put(json_object_get(reading->facts, "unread"), names[fact], error_json(err));
    note_time(reading, fact);
}

static void collect_person(void *ctx, const char *reference, enum task_id task, const char *pointer)
{
    struct reading *reading = ctx;
    (void)task;
    (void)pointer;
    for (size_t i = 0; i < reading->people_count; i++) {
        if (text_equal_nocase(reading->people[i], reference))
            return;
    }
    if (strcmp(reference, "manager") == 0) {
        reading->manager_named = true;
    } else if (reading->people_count < FACTS_PEOPLE_MAX) {
        reading->people[reading->people_count++] = reference;
        json_add(reading->references, json_text_new(reference));
    }
}

/* One reader in one round. Each has its own arena and its own facts, so that they need no lock. */
struct share {
    struct reading reading;
    void (*first)(struct reading *reading);
    void (*more)(struct reading *reading, const json_t *known);
    const json_t *known; /* NULL in the first round */
    bool started;
    pthread_t thread;
};

static void *share_run(void *arg)
{
    struct share *share = arg;
    if (share->known)
        share->more(&share->reading, share->known);
    else
        share->first(&share->reading);
    return NULL;
}

/* All shares in parallel: this thread takes the last one. What they found is joined into facts. */
static bool run_shares(struct share *shares, size_t count, json_t **facts, struct err *err)
{
    struct err fatal = {0};
    for (size_t i = 0; i < count; i++) {
        struct reading *reading = &shares[i].reading;
        reading->arena = arena_new();
        reading->facts = json_make("{s:{}, s:{}}", "read_at", "unread");
        reading->references = json_array();
        options_each_person(reading->request->options, collect_person, reading);
        if (i + 1 < count)
            shares[i].thread = thread_start("facts", share_run, &shares[i]);
    }
    if (count)
        share_run(&shares[count - 1]);
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count)
            pthread_join(shares[i].thread, NULL);
        struct reading *reading = &shares[i].reading;
        fatal = reading->fatal.kind ? reading->fatal : fatal;
        json_t *joined = facts_merge(*facts, reading->facts);
        json_decref(*facts);
        json_decref(reading->facts);
        json_decref(reading->references);
        arena_free(reading->arena);
        *facts = joined;
    }
    if (!fatal.kind)
        return true;
    if (err)
        *err = fatal;
    return false;
}

static bool first_round(const struct facts_request *request, json_t **facts, struct err *err)
{
    struct share shares[2];
    size_t count = 0;
    if (request->wanted & FACTS_GRAPH)
        shares[count++] = (struct share){.reading.request = request, .first = facts_graph_read};
    if (request->wanted & FACTS_EXCHANGE)
        shares[count++] = (struct share){.reading.request = request, .first = facts_exchange_read};
    return run_shares(shares, count, facts, err);
}

static bool second_round(const struct facts_request *request, json_t **facts, struct err *err)
{
    struct share shares[3];
    size_t count = 0;
    AUTO_JSON json_t *known = facts_merge(request->known, *facts);
    if (request->wanted & (FACT(OWNED) | FACT(ADMINS)))
        shares[count++] =
            (struct share){.reading.request = request, .more = facts_graph_read_more, .known = known};
    if (request->wanted & FACTS_EXCHANGE_MORE)
        shares[count++] =
            (struct share){.reading.request = request, .more = facts_exchange_read_more, .known = known};
    if (request->wanted & FACTS_SITE)
        shares[count++] = (struct share){.reading.request = request, .more = facts_site_read, .known = known};
    return run_shares(shares, count, facts, err);
}

/* From the tokens, which are at hand by now: no request of its own. */
static void read_granted(const struct facts_request *request, json_t *facts)
{
    static const struct {
        const char *name;
        enum m365_service service;
    } services[] = {{"graph", M365_GRAPH}, {"exchange", M365_EXCHANGE}, {"sharepoint", M365_SHAREPOINT}};
    const char *site = json_text(json_object_at(facts, "drive"), "siteUrl");
    json_t *granted = json_make("{s:b}", "secret_only", m365_secret_only(request->m365));
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        struct err err;
        json_t *held = m365_granted(request->m365, request->target, services[i].service, site, &err);
        json_put(granted, services[i].name, held ? held : json_null());
    }
    struct reading reading = {.request = request, .facts = facts};
    reading_keep(&reading, FACT_NUMBER_GRANTED, granted);
}

json_t *facts_read(const struct facts_request *request, struct err *err)
{
    json_t *facts = json_make("{s:{}, s:{}}", "read_at", "unread");
    if (first_round(request, &facts, err) && second_round(request, &facts, err)) {
        if (request->wanted & FACT(GRANTED))
            read_granted(request, facts);
        if (request->wanted & FACTS_INDEXED) /* a copy: the request's is shared by threads */
            json_put(facts, "access_index", json_deep_copy(json_object_at(request->elsewhere, "index")));
        return facts;
    }
    json_decref(facts);
    return NULL;
}
