#include <string.h>

#include "seed.h"

/* What makes each kind (contract: graph, section 2). */
static const struct {
    const char *kind;
    bool unified, team, mail, security, dynamic, role;
} kinds[] = {
    {"team", .unified = true, .team = true, .mail = true},
    {"unified", .unified = true, .mail = true},
    {"security", .security = true},
    {"distribution", .mail = true},
    {"mail-security", .mail = true, .security = true},
    {"dynamic", .security = true, .dynamic = true},
    {"role", .security = true, .role = true},
};

json_t *seed_group(json_t *tenant, const struct company *company, struct dice *dice, const char *kind,
                   const char *name)
{
    json_t *group = json_object(), *types = json_array();
    char id[37], nickname[120], mail[300], proxy[320];
    size_t k = 0;

    while (strcmp(kinds[k].kind, kind))
        k++;
    seed_ascii(name, nickname, sizeof nickname);
    json_put_text(group, "id", dice_uuid(dice, id));
    json_put_text(group, "displayName", name);
    json_put_text(group, "mailNickname", nickname);
    json_put_text(group, "createdDateTime", SEED_TIME);
    json_put(group, "mailEnabled", json_boolean(kinds[k].mail));
    json_put(group, "securityEnabled", json_boolean(kinds[k].security));
    if (kinds[k].unified)
        json_add(types, json_string("Unified"));
    if (kinds[k].dynamic) {
        json_add(types, json_string("DynamicMembership"));
        json_put_text(group, "membershipRule",
                      "(user.accountEnabled -eq true) and (user.userType -eq \"Member\")");
        json_put_text(group, "membershipRuleProcessingState", "On");
    }
    json_put(group, "groupTypes", types);
    json_put(group, "resourceProvisioningOptions", kinds[k].team ? json_make("[s]", "Team") : json_array());
    if (kinds[k].unified)
        json_put_text(group, "visibility", "Private");
    if (kinds[k].role)
        json_put(group, "isAssignableToRole", json_true());
    if (kinds[k].mail) {
        snprintf(mail, sizeof mail, "%s@%s", nickname, company->default_domain);
        snprintf(proxy, sizeof proxy, "SMTP:%s", mail);
        json_put_text(group, "mail", mail);
        json_put(group, "proxyAddresses", json_make("[s]", proxy));
    }
    json_put(group, "assignedLicenses", json_array());
    json_put(group, "_members", json_array());
    json_put(group, "_owners", json_array());
    json_put(json_object_get(tenant, "groups"), json_text(group, "id"), group);
    return group;
}

/* Members by chance, with an owner that is one of them. */
static void fill(struct dice *dice, json_t *group, const json_t *ids, unsigned percent)
{
    json_t *members = json_object_get(group, "_members"), *id;
    size_t i;

    json_array_foreach (ids, i, id) {
        if (dice_percent(dice, percent))
            json_add(members, json_incref(id));
    }
    if (json_array_size(members) > 0)
        json_add(json_object_get(group, "_owners"), json_incref(json_array_get(members, 0)));
}

static void department_groups(json_t *tenant, const struct company *company, struct dice *dice,
                              const char *department, const json_t *ids)
{
    static const struct {
        const char *kind, *before, *after;
        unsigned percent;
    } forms[] = {{"team", "", "", 95}, {"security", "SG-", "", 100}, {"distribution", "", " News", 80}};
    char name[120];

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(name, sizeof name, "%s%s%s", forms[i].before, department, forms[i].after);
        json_t *group = seed_group(tenant, company, dice, forms[i].kind, name);

        if (company->synced_percent && !strcmp(forms[i].kind, "security")) {
            json_put(group, "onPremisesSyncEnabled", json_true());
            json_put_text(group, "onPremisesSamAccountName", name);
        }
        fill(dice, group, ids, forms[i].percent);
    }
}

/* Group licences: those who get it are members of the group that bears it. */
static void license_group(json_t *tenant, const struct company *company, struct dice *dice, const json_t *ids,
                          const char *name, const char *sku, unsigned percent)
{
    json_t *group = seed_group(tenant, company, dice, "security", name), *id;
    size_t i;

    json_put(group, "assignedLicenses",
             json_make("[{s:[], s:s}]", "disabledPlans", "skuId", seed_sku_id(sku)));
    fill(dice, group, ids, percent);
    json_array_foreach (json_object_get(group, "_members"), i, id)
        seed_license(json_object_get(json_object_get(tenant, "users"), json_string_value(id)), sku,
                     json_text(group, "id"));
}

static void projects(json_t *tenant, const struct company *company, struct dice *dice, const json_t *ids)
{
    static const char *const words[] = {"Aurora",   "Delta", "Horizon", "Magnolia",
                                        "Nautilus", "Orion", "Pegasus", "Quartz"};
    static const char *const kind[] = {"team", "unified", "distribution", "mail-security", "security"};
    unsigned count = 4 + company->users / 40, people = (unsigned)json_array_size(ids);
    char name[80];

    if (count > 400)
        count = 400;
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "Project %s %u", words[dice_below(dice, 8)], i + 1);
        json_t *group = seed_group(tenant, company, dice, kind[dice_below(dice, 5)], name);
        json_t *members = json_object_get(group, "_members");
        unsigned start = dice_below(dice, people), step = 1 + dice_below(dice, 7),
                 size = 3 + dice_below(dice, 12);

        for (unsigned j = 0; j < size && start + j * step < people; j++)
            json_add(members, json_incref(json_array_get(ids, start + j * step)));
        json_add(json_object_get(group, "_owners"), json_incref(json_array_get(members, 0)));
    }
}

void seed_groups(json_t *tenant, const struct company *company, struct dice *dice)
{
    AUTO_JSON json_t *by_department = json_object();
    AUTO_JSON json_t *everybody = json_array();
    json_t *user, *ids;
    const char *key;

    json_object_foreach (json_object_get(tenant, "users"), key, user) {
        const char *department = json_text(user, "department");

        if (!department)
            continue;
        json_add(everybody, json_string(key));
        if (!json_object_get(by_department, department))
            json_put(by_department, department, json_array());
        json_add(json_object_get(by_department, department), json_string(key));
    }
    json_object_foreach (by_department, key, ids)
        department_groups(tenant, company, dice, key, ids);
    fill(dice, seed_group(tenant, company, dice, "dynamic", "All Employees"), everybody, 100);
    fill(dice, seed_group(tenant, company, dice, "mail-security", "Invoice Approvers"), everybody, 5);
    license_group(tenant, company, dice, everybody, "LIC-PowerBI-Pro", "POWER_BI_PRO", 8);
    json_t *helpdesk = seed_group(tenant, company, dice, "role", "Helpdesk Administrators");

    json_add(json_object_get(helpdesk, "_members"), json_incref(json_array_get(everybody, 12)));
    json_add(json_object_get(helpdesk, "_owners"), json_incref(json_array_get(everybody, 10)));
    projects(tenant, company, dice, everybody);
}

void seed_join(json_t *group, const char *user_id)
{
    json_t *members = json_object_get(group, "_members"), *member;
    size_t i;

    json_array_foreach (members, i, member)
        if (!strcmp(json_string_value(member), user_id))
            return;
    json_add(members, json_string(user_id));
}
