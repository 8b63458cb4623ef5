/* Stands in for src/connector and the part of src/task that reads facts: everybody at contoso.example exists;
 * "boss" holds a role, "breakglass" has the id that tenants protect, "down@x" cannot be asked for. */
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "connector/directory.h"
#include "plan/options.h"
#include "task/elsewhere.h"
#include "task/facts.h"
#include "task/task.h"

#include "api/api_fake.h"

static void make_id(const char *name, char id[37])
{
    unsigned hash = 5381;
    if (strncmp(name, "breakglass", 10) == 0) {
        snprintf(id, 37, "%s", FAKE_PROTECTED_USER);
        return;
    }
    for (const char *c = name; *c; c++)
        hash = hash * 33 + (unsigned char)*c;
    snprintf(id, 37, "aaaaaaaa-0000-4000-8000-0000%08x", hash);
}

/* Names that ids were made of, so that an id can be told back. */
static struct {
    pthread_mutex_t lock;
    char names[64][100];
    size_t count;
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void remember(const char *name)
{
    WITH_LOCK(&known.lock);
    for (size_t i = 0; i < known.count; i++) {
        if (strcmp(known.names[i], name) == 0)
            return;
    }
    if (known.count < sizeof known.names / sizeof *known.names)
        snprintf(known.names[known.count++], sizeof *known.names, "%s", name);
}

static const char *name_of_id(const char *id)
{
    WITH_LOCK(&known.lock);
    for (size_t i = 0; i < known.count; i++) {
        char other[37];
        make_id(known.names[i], other);
        if (strcmp(other, id) == 0)
            return known.names[i];
    }
    return "somebody@contoso.example";
}

json_t *directory_user(struct directory *directory, const char *tenant_id, const char *id_or_upn,
                       struct err *err)
{
    char id[37];
    (void)directory;
    (void)tenant_id;
    if (strcmp(id_or_upn, "down@x") == 0) {
        err_set(err, ERR_UNREACHABLE, "graph.example cannot be reached");
        return NULL;
    }
    if (!strstr(id_or_upn, "@contoso.example")) {
        err_set(err, ERR_NOT_FOUND, "no such user");
        return NULL;
    }
    make_id(id_or_upn, id);
    remember(id_or_upn);
    return json_make("{s:s, s:s, s:s, s:b, s:s, s:b, s:b, s:[s], s:s}", "id", id, "user_principal_name",
                     id_or_upn, "display_name", id_or_upn, "account_enabled", 1, "user_type", "Member",
                     "synced", 0, "licensed", 1, "licenses", "Microsoft 365 E3", "last_sign_in_at",
                     "2026-11-01T08:00:00Z");
}

json_t *directory_search(struct directory *directory, const char *tenant_id, const char *query, size_t limit,
                         const char *cursor, char **ret_next_cursor, size_t *ret_total, struct err *err)
{
    (void)query;
    (void)cursor;
    json_t *users = json_array();
    for (size_t i = 0; i < limit; i++)
        json_add(users, directory_user(directory, tenant_id,
                                       i ? "adele@contoso.example" : "ann@contoso.example", err));
    *ret_next_cursor = strdup("next");
    *ret_total = 7;
    return users;
}

json_t *directory_find(struct directory *directory, const char *tenant_id, const json_t *ids, struct err *err)
{
    (void)directory;
    (void)tenant_id;
    (void)err;
    json_t *found = json_array(), *id;
    size_t i;
    json_array_foreach ((json_t *)ids, i, id)
        if (strcmp(json_string_value(id), FAKE_PROTECTED_USER) == 0)
            json_add(found, json_make("{s:O, s:s, s:s}", "id", id, "user_principal_name",
                                      "breakglass@contoso.example", "display_name", "Break Glass"));
    return found;
}

void directory_forget(struct directory *directory, const char *tenant_id)
{
    (void)directory;
    (void)tenant_id;
}

static void add_person(void *arg, const char *reference, enum task_id task, const char *pointer)
{
    json_t *people = arg;
    char id[37];
    (void)task;
    (void)pointer;
    make_id(reference, id);
    json_put(people, reference,
             strstr(reference, "@contoso.example")
                 ? json_make("{s:s, s:s, s:b, s:s}", "id", id, "displayName", reference, "accountEnabled", 1,
                             "mail", reference)
                 : json_null());
}

fact_set facts_of_plan(const json_t *options)
{
    (void)options;
    return FACT(USER);
}

const char *fact_name(enum fact fact)
{
    return fact == FACT_NUMBER_USER ? "user" : "other";
}

bool facts_missing(const json_t *facts, fact_set wanted, struct err *err)
{
    (void)facts;
    (void)wanted;
    (void)err;
    return false;
}

const struct task_type *task_type(enum task_id task)
{
    static const struct task_type type = {.facts = FACT(USER)};
    (void)task;
    return &type;
}

fact_set facts_of_tasks(const json_t *options)
{
    (void)options;
    return FACT(USER);
}

json_t *elsewhere_read(struct tx *tx, const struct elsewhere *about, int64_t now, struct err *err)
{
    (void)err;
    (void)tx;
    (void)about;
    (void)now;
    return json_object();
}

bool elsewhere_want(struct tx *tx, const struct elsewhere *about, const json_t *elsewhere, int64_t now,
                    struct err *err)
{
    (void)tx;
    (void)about;
    (void)elsewhere;
    (void)now;
    (void)err;
    return true;
}

const json_t *facts_person(const json_t *facts, const char *reference)
{
    const json_t *person = json_object_get(json_object_at(facts, "people"), reference);
    return json_is_object(person) ? person : NULL;
}

json_t *facts_read(const struct facts_request *request, struct err *err)
{
    char boss[37];
    (void)err;
    make_id("boss@contoso.example", boss);
    json_t *people = json_object();
    options_each_person(request->options, add_person, people);
    json_t *facts = json_make("{s:{s:s, s:s, s:s, s:b}, s:o}", "user", "id", request->user_id,
                              "userPrincipalName", name_of_id(request->user_id), "displayName",
                              name_of_id(request->user_id), "accountEnabled", 1, "people", people);
    if (strcmp(request->user_id, boss) == 0)
        json_put(facts, "roles", json_make("[{s:s}]", "displayName", "Exchange Administrator"));
    return facts;
}

void task_forecast(json_t *plan, const struct run_view *run, const json_t *facts)
{
    size_t i;
    json_t *step;
    (void)run;
    (void)facts;
    json_array_foreach (plan, i, step) {
        json_put_text(step, "expected", "change");
    }
}
