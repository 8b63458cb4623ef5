/* What Graph knows of the user: one $batch, and a second one for what the first made known. */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "connector/parallel.h"
#include "plan/options.h"
#include "task/facts_internal.h"

#define USER_PROPERTIES                                                                                  \
    "id,displayName,userPrincipalName,mail,accountEnabled,userType,jobTitle,department,createdDateTime," \
    "usageLocation,onPremisesSyncEnabled,onPremisesImmutableId,onPremisesSamAccountName,"                \
    "assignedLicenses,licenseAssignmentStates,lastPasswordChangeDateTime,signInSessionsValidFromDateTime"
#define PERSON_PROPERTIES "id,displayName,userPrincipalName,mail,accountEnabled,userType"
#define GROUP_PROPERTIES                                                                               \
    "id,displayName,mail,mailEnabled,securityEnabled,groupTypes,membershipRule,onPremisesSyncEnabled," \
    "isAssignableToRole,assignedLicenses,resourceProvisioningOptions,isManagementRestricted"
#define MEMBERSHIP_PROPERTIES GROUP_PROPERTIES ",roleTemplateId" /* of roles, which are among them */

#define ITEMS_MAX (FACT_COUNT + FACTS_PEOPLE_MAX)
#define MEETINGS_DAYS 1825 /* as far as Remove-CalendarEvents can look (contract/exchange.md, Calendar) */
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define ADMINS_ASKED 5
#define GLOBAL_ADMINISTRATOR "62e90394-69f5-4237-9190-012177145e10" /* contract/identity.md section 6 */

/* One reading: what it asks and what it makes of the answer. */
struct read {
    enum fact fact;
    char *(*path)(const struct reading *reading);                  /* NULL: there is nothing to ask */
    json_t *(*take)(struct reading *reading, const json_t *reply); /* NULL: it is not what was asked for */
    /* This refusal is an answer: what it means; NULL when it is none. May be NULL itself. */
    json_t *(*refused)(const struct err *err);
};

/* --- paths --------------------------------------------------------------------------------------------- */

static char *below_user(const struct reading *reading, const char *rest)
{
    return arena_printf(reading->arena, "%s%s",
                        graph_path(reading->arena, "/users/%s", reading->request->user_id), rest);
}

#define PATH_BELOW_USER(name, rest)                         \
    static char *name##_path(const struct reading *reading) \
    {                                                       \
        return below_user(reading, rest);                   \
    }
PATH_BELOW_USER(user, "?$select=" USER_PROPERTIES "&$expand=manager($select=" PERSON_PROPERTIES ")")
PATH_BELOW_USER(groups, "/memberOf?$select=" MEMBERSHIP_PROPERTIES "&$top=999")
PATH_BELOW_USER(owned, "/ownedObjects?$select=id,displayName,groupTypes,onPremisesSyncEnabled")
PATH_BELOW_USER(reports, "/directReports?$select=id")
PATH_BELOW_USER(methods, "/authentication/methods")
PATH_BELOW_USER(apps, "/appRoleAssignments")
PATH_BELOW_USER(consents, "/oauth2PermissionGrants")
PATH_BELOW_USER(message_rules, "/mailFolders/inbox/messageRules")
PATH_BELOW_USER(drive, "/drive/root?$select=id,webUrl,sharepointIds,size")
PATH_BELOW_USER(sign_in, "?$select=id,signInActivity")

#define PATH_OF_PRINCIPAL(name, collection, more)                                               \
    static char *name##_path(const struct reading *reading)                                     \
    {                                                                                           \
        return graph_path(reading->arena, collection "?$filter=principalId%%20eq%%20'%s'" more, \
                          reading->request->user_id);                                           \
    }
#define ROLE_NAME "&$expand=roleDefinition($select=id,displayName,templateId)"
PATH_OF_PRINCIPAL(roles, "/roleManagement/directory/roleAssignments", ROLE_NAME)
PATH_OF_PRINCIPAL(roles_active, "/roleManagement/directory/roleAssignmentScheduleInstances", ROLE_NAME)
PATH_OF_PRINCIPAL(roles_eligible, "/roleManagement/directory/roleEligibilityScheduleInstances", ROLE_NAME)

static char *phones_path(const struct reading *reading)
{
    return graph_path(reading->arena,
                      "/admin/teams/telephoneNumberManagement/"
                      "numberAssignments?$filter=assignmentTargetId%%20eq%%20'%s'",
                      reading->request->user_id);
}

static char *skus_path(const struct reading *reading)
{
    return arena_text(reading->arena,
                      "/subscribedSkus?$select=skuId,skuPartNumber,servicePlans,prepaidUnits,consumedUnits");
}

static char *domains_path(const struct reading *reading)
{
    return arena_text(reading->arena, "/domains?$select=id,authenticationType");
}

static char *deleted_path(const struct reading *reading)
{
    return graph_path(reading->arena, "/directory/deletedItems/%s", reading->request->user_id);
}

static char *group_path(const struct reading *reading)
{
    const char *group = json_text(options_of(reading->request->options, TASK_add_to_group), "group");
    return group ? graph_path(reading->arena, "/groups/%s?$select=" GROUP_PROPERTIES, group) : NULL;
}

/* Occurrences, because a series that began long ago has an old start. */
static char *meetings_path(const struct reading *reading)
{
    char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
    int64_t now = clock_utc_ms(clock_system());
    return arena_printf(
        reading->arena,
        "%s/calendarView?startDateTime=%s&endDateTime=%s&$select=id,subject,start,end,type,isOrganizer,"
        "isCancelled,attendees,seriesMasterId&$top=999",
        graph_path(reading->arena, "/users/%s", reading->request->user_id), time_format(now, from),
        time_format(now + MEETINGS_DAYS * DAY_MS, to));
}

/* --- answers ------------------------------------------------------------------------------------------- */

static json_t *take_whole(struct reading *reading, const json_t *reply)
{
    (void)reading;
    return json_incref((json_t *)reply);
}

static json_t *take_list(struct reading *reading, const json_t *reply)
{
    (void)reading;
    return json_incref((json_t *)json_array_at(reply, "value"));
}

static json_t *people_of(struct reading *reading)
{
    json_t *people = json_object_get(reading->facts, fact_name(FACT_NUMBER_PEOPLE));
    if (people)
        return people;
    reading_keep(reading, FACT_NUMBER_PEOPLE, json_object());
    return json_object_get(reading->facts, fact_name(FACT_NUMBER_PEOPLE));
}

static json_t *take_user(struct reading *reading, const json_t *reply)
{
    json_t *manager = json_object_get(reply, "manager");
    if (!json_text(reply, "id"))
        return NULL;
    /* Whoever asks for the user alone must not make the people look read. */
    if (reading_wants(reading, FACT(PEOPLE)))
        json_put(people_of(reading), "manager", json_is_object(manager) ? json_incref(manager) : json_null());
    return json_incref((json_t *)reply);
}

static bool is_type(const json_t *object, const char *type)
{
    return strcmp(json_text_or(object, "@odata.type", ""), type) == 0;
}

static json_t *of_type(const json_t *reply, const char *type)
{
    json_t *list = json_array(), *object;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(reply, "value"), i, object) {
        if (is_type(object, type))
            json_add(list, json_incref(object));
    }
    return list;
}

/* What has no id could not be named in a change. */
static bool have_ids(const json_t *reply)
{
    size_t i;
    json_t *object;
    json_array_foreach ((json_t *)json_array_at(reply, "value"), i, object) {
        if (!*json_text_or(object, "id", ""))
            return false;
    }
    return true;
}

static json_t *take_groups(struct reading *reading, const json_t *reply)
{
    if (!have_ids(reply))
        return NULL;
    json_put(reading->facts, "roles", of_type(reply, "#microsoft.graph.directoryRole"));
    return of_type(reply, "#microsoft.graph.group");
}

static json_t *take_owned(struct reading *reading, const json_t *reply)
{
    if (!have_ids(reply))
        return NULL;
    json_t *apps = of_type(reply, "#microsoft.graph.application");
    AUTO_JSON json_t *principals = of_type(reply, "#microsoft.graph.servicePrincipal");
    json_array_extend(apps, principals);
    json_put(reading->facts, "owned_apps", apps);
    return of_type(reply, "#microsoft.graph.group");
}

static json_t *take_any(struct reading *reading, const json_t *reply)
{
    (void)reading;
    return json_integer(json_array_size(json_array_at(reply, "value")) > 0);
}

/* Consents that belong to everybody are not this user's to withdraw (contract/graph.md section 4). */
static json_t *take_consents(struct reading *reading, const json_t *reply)
{
    json_t *list = json_array(), *grant;
    size_t i;
    (void)reading;
    json_array_foreach ((json_t *)json_array_at(reply, "value"), i, grant) {
        if (strcmp(json_text_or(grant, "consentType", ""), "Principal") == 0)
            json_add(list, json_incref(grant));
    }
    return list;
}

static json_t *take_drive(struct reading *reading, const json_t *reply)
{
    json_t *drive = json_object();
    (void)reading;
    json_put_text(drive, "id", json_text(reply, "id"));
    json_put_text(drive, "webUrl", json_text(reply, "webUrl"));
    if (json_is_integer(json_object_get(reply, "size"))) /* of all that is in it */
        json_put(drive, "size", json_incref(json_object_get(reply, "size")));
    json_put_text(drive, "siteUrl", json_text(json_object_at(reply, "sharepointIds"), "siteUrl"));
    json_put_text(drive, "siteId", json_text(json_object_at(reply, "sharepointIds"), "siteId"));
    return drive;
}

static json_t *take_sign_in(struct reading *reading, const json_t *reply)
{
    json_t *activity = json_object_get(reply, "signInActivity");
    (void)reading;
    return json_is_object(activity) ? json_incref(activity) : json_null();
}

/* The meetings that others are invited to and that the user organises; a series once. */
static json_t *take_meetings(struct reading *reading, const json_t *reply)
{
    json_t *list = json_array(), *event;
    size_t i;
    (void)reading;
    json_array_foreach ((json_t *)json_array_at(reply, "value"), i, event) {
        size_t attendees = json_array_size(json_array_at(event, "attendees"));
        const char *series = json_text(event, "seriesMasterId");
        const char *id = series ? series : json_text_or(event, "id", "");
        if (!json_flag(event, "isOrganizer") || json_flag(event, "isCancelled") || !attendees ||
            json_array_find(list, "id", id))
            continue;
        json_t *row =
            json_make("{s:s, s:b, s:i}", "id", id, "series", series != NULL, "attendees", (int)attendees);
        json_put_text(row, "subject", json_text(event, "subject"));
        json_put_text(row, "start", json_text(json_object_at(event, "start"), "dateTime"));
        json_add(list, row);
    }
    return list;
}

/* --- refusals that are answers ------------------------------------------------------------------------- */

static json_t *none_when_missing(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND ? json_null() : NULL;
}

static json_t *empty_when_missing(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND ? json_array() : NULL;
}

/* "Unable to retrieve user's mysite URL." comes as a 400 (contract/graph.md section 8). */
static json_t *none_without_drive(const struct err *err)
{
    bool no_site = err->upstream_status == 400 && strcasestr(err->message, "mysite");
    bool no_license = strcasestr(err->message, "SPO license") != NULL;
    return err->kind == ERR_NOT_FOUND || no_site || no_license ? json_null() : NULL;
}

static json_t *empty_without_pim(const struct err *err)
{
    return strcmp(err->code, "AadPremiumLicenseRequired") == 0 ? json_array() : NULL;
}

/* Sign-in data is a nicety: without the license or the permission there is none. */
static json_t *none_when_refused(const struct err *err)
{
    return err->kind == ERR_REFUSED || err->kind == ERR_NOT_FOUND ? json_null() : NULL;
}

/* --- the first round ----------------------------------------------------------------------------------- */

static const struct read reads[] = {
    {FACT_NUMBER_USER, user_path, take_user, none_when_missing},
    {FACT_NUMBER_GROUPS, groups_path, take_groups, empty_when_missing},
    {FACT_NUMBER_OWNED, owned_path, take_owned, empty_when_missing},
    {FACT_NUMBER_REPORTS, reports_path, take_any, NULL},
    {FACT_NUMBER_SKUS, skus_path, take_list, NULL},
    {FACT_NUMBER_METHODS, methods_path, take_list, empty_when_missing},
    {FACT_NUMBER_ROLES, roles_path, take_list, NULL},
    {FACT_NUMBER_ROLES_ACTIVE, roles_active_path, take_list, empty_without_pim},
    {FACT_NUMBER_ROLES_ELIGIBLE, roles_eligible_path, take_list, empty_without_pim},
    {FACT_NUMBER_APPS, apps_path, take_list, empty_when_missing},
    {FACT_NUMBER_CONSENTS, consents_path, take_consents, empty_when_missing},
    {FACT_NUMBER_PHONES, phones_path, take_list, empty_when_missing},
    {FACT_NUMBER_MEETINGS, meetings_path, take_meetings, empty_when_missing},
    {FACT_NUMBER_MESSAGE_RULES, message_rules_path, take_list, empty_when_missing},
    {FACT_NUMBER_DRIVE, drive_path, take_drive, none_without_drive},
    {FACT_NUMBER_SIGN_IN, sign_in_path, take_sign_in, none_when_refused},
    {FACT_NUMBER_DOMAINS, domains_path, take_list, NULL},
    {FACT_NUMBER_GROUP, group_path, take_whole, none_when_missing},
    {FACT_NUMBER_DELETED, deleted_path, take_whole, none_when_missing},
};

/* What one place in the batch is for: a row of reads, or a person. */
struct place {
    const struct read *read;
    const char *reference;
};

static void take_person(struct reading *reading, const struct graph_item *item, const char *reference)
{
    if (graph_item_ok(item))
        json_put(people_of(reading), reference, item->reply ? json_incref(item->reply) : json_null());
    else if (item->err.kind == ERR_NOT_FOUND)
        json_put(people_of(reading), reference, json_null());
    else
        reading_fail(reading, FACT_NUMBER_PEOPLE, &item->err);
}

static void take_item(struct reading *reading, const struct place *place, const struct graph_item *item)
{
    const struct read *read = place->read;
    if (!read) {
        take_person(reading, item, place->reference);
        return;
    }
    struct err err = item->err;
    json_t *answer = NULL;
    if (graph_item_ok(item)) {
        answer = read->take(reading, item->reply);
        err_code(&err, ERR_UPSTREAM, "broken_answer", "Graph answered without what was asked for.");
    } else if (read->refused) {
        answer = read->refused(&item->err);
    }
    if (answer)
        reading_keep(reading, read->fact, answer);
    else
        reading_fail(reading, read->fact, &err);
}

void facts_graph_read(struct reading *reading)
{
    struct graph_item items[ITEMS_MAX];
    struct place places[ITEMS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        /* The manager comes with the user. */
        bool wanted = reading_wants(reading, (fact_set)1 << reads[i].fact) ||
                      (reads[i].fact == FACT_NUMBER_USER && reading_wants(reading, FACT(PEOPLE)));
        char *path = wanted ? reads[i].path(reading) : NULL;
        if (wanted && !path)
            reading_keep(reading, reads[i].fact, json_null());
        if (!path)
            continue;
        places[count] = (struct place){&reads[i], NULL};
        items[count++] = (struct graph_item){.method = "GET", .path = path, .after = -1};
    }
    for (size_t i = 0; reading_wants(reading, FACT(PEOPLE)) && i < reading->people_count; i++) {
        places[count] = (struct place){NULL, reading->people[i]};
        items[count++] =
            (struct graph_item){.method = "GET",
                                .path = graph_path(reading->arena, "/users/%s?$select=" PERSON_PROPERTIES,
                                                   reading_person(reading, reading->people[i])),
                                .after = -1};
    }
    graph_batches(reading->request->m365, reading->request->target, items, count);
    for (size_t i = 0; i < count; i++)
        take_item(reading, &places[i], &items[i]);
    graph_items_done(items, count);
}

/* --- the second round: owners of the owned groups, other administrators --------------------------------- */

static void owners_read(struct reading *reading, const json_t *owned)
{
    size_t count = json_array_size(owned);
    json_t *sole = json_array();
    json_put(reading->facts, "sole_owner_of", sole);
    struct graph_item *items = arena_alloc(reading->arena, count + 1, sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = (struct graph_item){.method = "GET",
                                       .path = graph_path(reading->arena, "/groups/%s/owners?$select=id",
                                                          json_text_or(json_array_get(owned, i), "id", "")),
                                       .after = -1};
    graph_batches(reading->request->m365, reading->request->target, items, count);
    for (size_t i = 0; i < count; i++) {
        const char *id = json_text(json_array_get(owned, i), "id");
        if (!graph_item_ok(&items[i]) && items[i].err.kind != ERR_NOT_FOUND)
            reading_fail(reading, FACT_NUMBER_OWNED, &items[i].err);
        else if (graph_item_ok(&items[i]) && json_array_size(json_array_at(items[i].reply, "value")) < 2)
            json_add(sole, json_text_new(id));
    }
    graph_items_done(items, count);
}

static bool is_global_admin(const json_t *known)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(known, fact_name(FACT_NUMBER_ROLES)), i, row) {
        if (text_equal_nocase(json_text(row, "roleDefinitionId"), GLOBAL_ADMINISTRATOR) ||
            text_equal_nocase(json_text(json_object_at(row, "roleDefinition"), "templateId"),
                              GLOBAL_ADMINISTRATOR))
            return true;
    }
    return false;
}

/* Counts enabled users among the first few others who hold the role: one is enough to know. */
static void admins_read(struct reading *reading)
{
    static const char path[] =
        "/roleManagement/directory/roleAssignments?$filter=roleDefinitionId%20eq%20'" GLOBAL_ADMINISTRATOR
        "'";
    struct err err;
    struct graph_item items[ADMINS_ASKED];
    size_t count = 0, i;
    json_t *row;
    int enabled = 0;
    AUTO_JSON json_t *holders =
        graph_collect(reading->request->m365, reading->request->target, path, false, 10000, &err);
    if (!holders) {
        reading_fail(reading, FACT_NUMBER_ADMINS, &err);
        return;
    }
    json_array_foreach (holders, i, row) {
        const char *id = json_text(row, "principalId");
        if (id && count < ADMINS_ASKED && !text_equal_nocase(id, reading->request->user_id))
            items[count++] = (struct graph_item){
                .method = "GET",
                .path = graph_path(reading->arena, "/users/%s?$select=id,accountEnabled", id),
                .after = -1};
    }
    graph_batches(reading->request->m365, reading->request->target, items, count);
    for (i = 0; i < count; i++) {
        enabled += graph_item_ok(&items[i]) && json_flag(items[i].reply, "accountEnabled");
        if (!graph_item_ok(&items[i]) && items[i].err.kind != ERR_NOT_FOUND)
            reading_fail(reading, FACT_NUMBER_ADMINS, &items[i].err);
    }
    graph_items_done(items, count);
    reading_keep(reading, FACT_NUMBER_ADMINS, json_integer(enabled));
}

void facts_graph_read_more(struct reading *reading, const json_t *known)
{
    if (reading_wants(reading, FACT(OWNED)))
        owners_read(reading, json_array_at(known, fact_name(FACT_NUMBER_OWNED)));
    if (!reading_wants(reading, FACT(ADMINS)))
        return;
    if (is_global_admin(known))
        admins_read(reading);
    else
        reading_keep(reading, FACT_NUMBER_ADMINS, json_null());
}
