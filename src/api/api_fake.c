/* Stands in for src/connector and the part of src/task that reads facts: everybody at contoso.example exists;
 * "boss" holds a role, "breakglass" has the id that tenants protect, "down@x" cannot be asked for. */
#include <stdlib.h>
#include <string.h>

#include "connector/directory.h"
#include "plan/options.h"
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
    return json_make("{s:s, s:s, s:s, s:b, s:s, s:b, s:b}", "id", id, "user_principal_name", id_or_upn,
                     "display_name", id_or_upn, "account_enabled", 1, "user_type", "Member", "synced", 0,
                     "licensed", 1);
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

unsigned facts_wanted(const json_t *options)
{
    (void)options;
    return FACT_USER;
}

const json_t *facts_person(const json_t *facts, const char *reference)
{
    const json_t *person = json_object_get(json_object_at(facts, "people"), reference);
    return json_is_object(person) ? person : NULL;
}

json_t *facts_read(struct m365 *m365, const struct m365_target *target, const char *user_id,
                   const json_t *options, unsigned wanted, struct err *err)
{
    char boss[37];
    (void)m365;
    (void)target;
    (void)wanted;
    (void)err;
    make_id("boss@contoso.example", boss);
    json_t *people = json_object();
    options_each_person(options, add_person, people);
    json_t *facts =
        json_make("{s:{s:s, s:b}, s:o}", "user", "id", user_id, "accountEnabled", 1, "people", people);
    if (strcmp(user_id, boss) == 0)
        json_put(facts, "roles", json_make("[{s:s}]", "displayName", "Exchange Administrator"));
    return facts;
}

void task_forecast(json_t *plan, const json_t *options, const json_t *facts)
{
    size_t i;
    json_t *step;
    (void)options;
    (void)facts;
    json_array_foreach (plan, i, step) {
        json_put_text(step, "expected", "change");
    }
}
