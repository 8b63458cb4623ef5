#include "task/facts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "connector/exchange.h"
#include "connector/graph.h"
#include "plan/options.h"
#include "task/task.h"

#define USER_PROPERTIES                                                                                  \
    "id,displayName,userPrincipalName,mail,accountEnabled,userType,jobTitle,department,createdDateTime," \
    "onPremisesSyncEnabled,onPremisesImmutableId,onPremisesSamAccountName,assignedLicenses,"             \
    "licenseAssignmentStates,lastPasswordChangeDateTime,signInSessionsValidFromDateTime"
#define PERSON_PROPERTIES "id,displayName,userPrincipalName,mail,accountEnabled,userType"
#define GROUP_PROPERTIES                                                                               \
    "id,displayName,mail,mailEnabled,securityEnabled,groupTypes,membershipRule,onPremisesSyncEnabled," \
    "isAssignableToRole,assignedLicenses,resourceProvisioningOptions,roleTemplateId"

#define PEOPLE_MAX 64
#define ITEMS_MAX (PEOPLE_MAX + 8)

struct reading {
    struct m365 *m365;
    const struct m365_target *target;
    const char *user_id;
    const json_t *options;
    unsigned wanted;
    struct arena *arena;
    json_t *graph; /* facts from Graph, made by one thread */
    json_t *exchange;
    struct err graph_err, exchange_err;
    bool graph_ok, exchange_ok;
    const char *people[PEOPLE_MAX];
    size_t people_count;
};

unsigned facts_wanted(const json_t *options)
{
    task_set chosen = options_tasks(options);
    unsigned wanted = FACT_USER | FACT_GROUPS | FACT_REPORTS | FACT_PEOPLE;
    for (int id = 0; id < TASK_COUNT; id++) {
        if (chosen & TASK_BIT(id))
            wanted |= task_type((enum task_id)id)->facts;
    }
    return wanted;
}

const json_t *facts_person(const json_t *facts, const char *reference)
{
    const json_t *person = json_object_get(json_object_at(facts, "people"), reference);
    return json_is_object(person) ? person : NULL;
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
    if (strcmp(reference, "manager") != 0 && reading->people_count < PEOPLE_MAX)
        reading->people[reading->people_count++] = reference;
}

static void split_memberships(json_t *facts, const json_t *page)
{
    json_t *groups = json_array(), *roles = json_array(), *object;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(page, "value"), i, object) {
        const char *type = json_text_or(object, "@odata.type", "");
        if (strcmp(type, "#microsoft.graph.group") == 0)
            json_add(groups, json_incref(object));
        else if (strcmp(type, "#microsoft.graph.directoryRole") == 0)
            json_add(roles, json_incref(object));
    }
    json_put(facts, "groups", groups);
    json_put(facts, "roles", roles);
}

static void keep_owned_groups(json_t *facts, const json_t *page)
{
    json_t *owned = json_array(), *object;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(page, "value"), i, object) {
        if (strcmp(json_text_or(object, "@odata.type", ""), "#microsoft.graph.group") == 0)
            json_add(owned, json_incref(object));
    }
    json_put(facts, "owned", owned);
}

/* Second round trip: which of the owned groups have nobody else. */
static bool read_owners(struct reading *reading)
{
    const json_t *owned = json_array_at(reading->graph, "owned");
    size_t count = json_array_size(owned);
    json_t *sole = json_array();
    json_put(reading->graph, "sole_owner_of", sole);
    if (!count)
        return true;
    struct graph_item *items = arena_alloc(reading->arena, count, sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = (struct graph_item){.method = "GET",
                                       .path = graph_path(reading->arena, "/groups/%s/owners?$select=id",
                                                          json_text_or(json_array_get(owned, i), "id", "")),
                                       .after = -1};
    bool good = graph_batch(reading->m365, reading->target, items, count, &reading->graph_err);
    for (size_t i = 0; good && i < count; i++) {
        good = graph_item_ok(&items[i]);
        if (!good)
            reading->graph_err = items[i].err;
        else if (json_array_size(json_array_at(items[i].reply, "value")) < 2)
            json_add(sole, json_text_new(json_text(json_array_get(owned, i), "id")));
    }
    graph_items_done(items, count);
    return good;
}

enum slot { SLOT_USER, SLOT_GROUPS, SLOT_OWNED, SLOT_REPORTS, SLOT_SKUS, SLOT_PEOPLE };

static bool take_graph_item(struct reading *reading, enum slot slot, struct graph_item *item,
                            const char *reference)
{
    json_t *facts = reading->graph;
    bool missing = item->err.kind == ERR_NOT_FOUND;
    if (!graph_item_ok(item) && !(missing && slot == SLOT_PEOPLE)) {
        reading->graph_err = item->err;
        return false;
    }
    switch (slot) {
    case SLOT_USER:
        json_put(facts, "user", json_incref(item->reply));
        json_put((json_t *)json_object_at(facts, "people"), "manager",
                 json_incref(json_object_get(item->reply, "manager") ?: json_null()));
        break;
    case SLOT_GROUPS:
        split_memberships(facts, item->reply);
        break;
    case SLOT_OWNED:
        keep_owned_groups(facts, item->reply);
        break;
    case SLOT_REPORTS:
        json_put(facts, "direct_reports",
                 json_integer(json_array_size(json_array_at(item->reply, "value")) > 0));
        break;
    case SLOT_SKUS:
        json_put(facts, "skus", json_incref((json_t *)json_array_at(item->reply, "value")));
        break;
    case SLOT_PEOPLE:
        json_put((json_t *)json_object_at(facts, "people"), reference,
                 missing ? json_null() : json_incref(item->reply));
        break;
    }
    return true;
}

static bool read_graph(struct reading *reading)
{
    static const struct {
        unsigned fact;
        enum slot slot;
        const char *path;
    } reads[] = {
        {FACT_USER, SLOT_USER, "?$select=" USER_PROPERTIES "&$expand=manager($select=" PERSON_PROPERTIES ")"},
        {FACT_GROUPS, SLOT_GROUPS, "/memberOf?$select=" GROUP_PROPERTIES "&$top=999"},
        {FACT_OWNED, SLOT_OWNED, "/ownedObjects?$select=id,displayName,groupTypes,onPremisesSyncEnabled"},
        {FACT_REPORTS, SLOT_REPORTS, "/directReports?$select=id"},
        {FACT_SKUS, SLOT_SKUS, "/subscribedSkus?$select=skuId,skuPartNumber,servicePlans"},
    };
    struct graph_item items[ITEMS_MAX];
    enum slot slots[ITEMS_MAX];
    size_t count = 0, people_from;
    reading->graph = json_make("{s:{}}", "people");
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        if (!(reading->wanted & reads[i].fact))
            continue;
        const char *user =
            reads[i].slot == SLOT_SKUS ? "" : graph_path(reading->arena, "/users/%s", reading->user_id);
        const char *path = arena_printf(reading->arena, "%s%s", user, reads[i].path);
        slots[count] = reads[i].slot;
        items[count++] = (struct graph_item){.method = "GET", .path = path, .after = -1};
    }
    people_from = count;
    for (size_t i = 0; (reading->wanted & FACT_PEOPLE) && i < reading->people_count; i++) {
        slots[count] = SLOT_PEOPLE;
        items[count++] = (struct graph_item){
            .method = "GET",
            .path = graph_path(reading->arena, "/users/%s?$select=" PERSON_PROPERTIES, reading->people[i]),
            .after = -1};
    }
    if (!count)
        return true;
    bool good = graph_batch(reading->m365, reading->target, items, count, &reading->graph_err);
    for (size_t i = 0; good && i < count; i++)
        good = take_graph_item(reading, slots[i], &items[i],
                               i >= people_from ? reading->people[i - people_from] : NULL);
    graph_items_done(items, count);
    return good && (!(reading->wanted & FACT_OWNED) || read_owners(reading));
}

/* "99 GB (106,300,440,576 bytes)" (contract/exchange.md, value formats); 0 for a mailbox never opened. */
static int64_t size_bytes(const char *text)
{
    int64_t bytes = 0;
    const char *c = text ? strchr(text, '(') : NULL;
    for (; c && *c && *c != ' '; c++) {
        if (*c >= '0' && *c <= '9')
            bytes = bytes * 10 + (*c - '0');
    }
    return bytes;
}

static bool read_exchange(struct reading *reading)
{
    static const struct {
        unsigned fact;
        const char *cmdlet;
        const char *name;
        bool list;
    } reads[] = {
        {FACT_MAILBOX, "Get-Mailbox", "mailbox", false},
        {FACT_SIZE, "Get-MailboxStatistics", "statistics", false},
        {FACT_AUTO_REPLY, "Get-MailboxAutoReplyConfiguration", "auto_reply", false},
        {FACT_PERMISSIONS, "Get-MailboxPermission", "permissions", true},
    };
    struct exchange_item items[sizeof reads / sizeof *reads];
    size_t which[sizeof reads / sizeof *reads], count = 0;
    AUTO_JSON json_t *identity = json_make("{s:s}", "Identity", reading->user_id);
    reading->exchange = json_object();
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        if (!(reading->wanted & reads[i].fact))
            continue;
        which[count] = i;
        items[count++] = (struct exchange_item){.cmdlet = reads[i].cmdlet, .params = identity};
    }
    bool good = exchange_batch(reading->m365, reading->target, items, count, &reading->exchange_err);
    for (size_t i = 0; good && i < count; i++) {
        const char *name = reads[which[i]].name;
        const json_t *first = items[i].ok ? json_array_get(items[i].rows, 0) : NULL;
        if (!items[i].ok && items[i].err.kind != ERR_NOT_FOUND) {
            reading->exchange_err = items[i].err;
            good = false;
        } else if (reads[which[i]].list) {
            json_put(reading->exchange, name, items[i].ok ? json_incref(items[i].rows) : json_array());
        } else {
            json_put(reading->exchange, name, first ? json_incref((json_t *)first) : json_null());
        }
    }
    exchange_items_done(items, count);
    if (good && (reading->wanted & FACT_SIZE))
        json_put(reading->exchange, "mailbox_size",
                 json_integer(size_bytes(
                     json_text(json_object_at(reading->exchange, "statistics"), "TotalItemSize"))));
    return good;
}

static void *exchange_thread(void *arg)
{
    struct reading *reading = arg;
    reading->exchange_ok = read_exchange(reading);
    return NULL;
}

json_t *facts_read(struct m365 *m365, const struct m365_target *target, const char *user_id,
                   const json_t *options, unsigned wanted, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct reading reading = {.m365 = m365,
                              .target = target,
                              .user_id = user_id,
                              .options = options,
                              .wanted = wanted,
                              .arena = arena,
                              .exchange_ok = true};
    bool both = wanted & FACT_EXCHANGE;
    pthread_t thread;
    options_each_person(options, collect_person, &reading);
    if (both)
        thread = thread_start("facts", exchange_thread, &reading);
    reading.graph_ok = read_graph(&reading);
    if (both)
        pthread_join(thread, NULL);
    if (reading.graph_ok && reading.exchange_ok) {
        if (reading.exchange)
            json_object_update(reading.graph, reading.exchange);
        json_decref(reading.exchange);
        return reading.graph;
    }
    json_decref(reading.graph);
    json_decref(reading.exchange);
    if (err)
        *err = reading.graph_ok ? reading.exchange_err : reading.graph_err;
    return NULL;
}
