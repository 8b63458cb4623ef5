/* exchange_group — distribution lists and mail-enabled security groups; members are those Graph shows. */
#include <stdlib.h>
#include <string.h>

#include "exchange.h"

static json_t *dns_of(struct cmdlet_run *run, const json_t *ids)
{
    json_t *dns = json_array(), *id;
    size_t i;
    json_array_foreach ((json_t *)ids, i, id) {
        struct recipient recipient;
        if (!recipient_by_id(run, json_string_value(id), &recipient))
            continue;
        AUTO_FREE char *dn = recipient_dn(run, &recipient);
        json_add(dns, json_text_new(dn));
    }
    return dns;
}

json_t *group_filter_values(struct cmdlet_run *run, const struct recipient *group)
{
    return json_make("{soso}", "Members", dns_of(run, json_array_at(group->object, "_members")), "ManagedBy",
                     dns_of(run, json_array_at(group->object, "_owners")));
}

static json_t *group_row(struct cmdlet_run *run, const struct recipient *group)
{
    AUTO_FREE char *name = recipient_name(run, group);
    AUTO_FREE char *dn = recipient_dn(run, group);
    json_t *row = json_object();
    json_put_text(row, "Identity", name);
    json_put_text(row, "Name", name);
    json_put_text(row, "DisplayName", recipient_display(group));
    json_put_text(row, "DistinguishedName", dn);
    json_put_text(row, "PrimarySmtpAddress", recipient_address(group));
    json_put_text(row, "Alias", json_text(group->object, "mailNickname"));
    json_put_text(row, "ExternalDirectoryObjectId", group->id);
    json_put_text(row, "Guid", group->id);
    json_put_text(row, "RecipientTypeDetails", recipient_type(group));
    json_put(row, "ManagedBy", recipient_names(run, json_array_at(group->object, "_owners")));
    json_put(row, "GrantSendOnBehalfTo",
             recipient_names(run, json_array_at(group->object, "_send_on_behalf")));
    json_put(row, "IsDirSynced", json_boolean(recipient_synced(group)));
    json_put_text(row, "MemberDepartRestriction",
                  json_flag(group->object, "securityEnabled") ? "Closed" : "Open");
    json_put_text(row, "MemberJoinRestriction", "Closed");
    return row;
}

bool group_get(struct cmdlet_run *run)
{
    struct recipient *list;
    size_t count;
    const char *filter = run_text(run, "Filter");
    bool bad = false, room = true;
    if (!recipient_asked(run, "Identity", RECIPIENT_LIST, &list, &count))
        return false;
    for (size_t i = 0; !bad && room && i < count; i++) {
        json_t *row = group_row(run, &list[i]);
        AUTO_JSON json_t *more = filter ? group_filter_values(run, &list[i]) : NULL;
        if (!filter || filter_fits(filter, row, more, &bad))
            room = run_add(run, row);
        else
            json_decref(row);
    }
    free(list);
    return !bad ||
           run_fail(run, RUN_TRANSFORM,
                    "Cannot process argument transformation on parameter 'Filter'. Invalid filter syntax: %s",
                    filter);
}

bool group_member_get(struct cmdlet_run *run)
{
    struct recipient group, member;
    json_t *id;
    size_t i;
    if (!recipient_param(run, "Identity", RECIPIENT_LIST, &group))
        return false;
    json_array_foreach (json_array_at(group.object, "_members"), i, id) {
        if (!recipient_by_id(run, json_string_value(id), &member))
            continue;
        AUTO_FREE char *name = recipient_name(run, &member);
        json_t *row = json_object();
        json_put_text(row, "Identity", name);
        json_put_text(row, "Name", name);
        json_put_text(row, "DisplayName", recipient_display(&member));
        json_put_text(row, "PrimarySmtpAddress", recipient_address(&member));
        json_put_text(row, "ExternalDirectoryObjectId", member.id);
        json_put_text(row, "RecipientTypeDetails", recipient_type(&member));
        if (!run_add(run, row))
            break;
    }
    return true;
}

/* An application manages no group, so every change needs the bypass. */
static bool group_open(struct cmdlet_run *run, const char *property, struct recipient *ret)
{
    if (!recipient_param(run, "Identity", RECIPIENT_LIST, ret) || !recipient_writable(run, ret, property))
        return false;
    return run_flag(run, "BypassSecurityGroupManagerCheck") ||
           run_fail(run, RUN_MANAGER,
                    "You don't have sufficient permissions. This operation can only be performed by a "
                    "manager of the "
                    "group.");
}

bool group_member_add(struct cmdlet_run *run)
{
    struct recipient group, member;
    if (!group_open(run, "Members", &group) || !recipient_param(run, "Member", RECIPIENT_ANY, &member))
        return false;
    if (sim_text_index(json_array_at(group.object, "_members"), member.id) >= 0)
        return run_fail(run, RUN_IS_MEMBER, "The recipient \"%s\" is already a member of the group \"%s\".",
                        recipient_display(&member), recipient_display(&group));
    sim_touch(run->sim, group.object);
    json_add(recipient_list_at(&group, "_members"), json_text_new(member.id));
    sim_member_changed(run->sim, run->tenant, group.object, member.id);
    return true;
}

bool group_member_remove(struct cmdlet_run *run)
{
    struct recipient group, member;
    if (!group_open(run, "Members", &group) || !recipient_param(run, "Member", RECIPIENT_ANY, &member))
        return false;
    ptrdiff_t at = sim_text_index(json_array_at(group.object, "_members"), member.id);
    if (at < 0)
        return run_fail(run, RUN_NO_MEMBER, "The recipient \"%s\" isn't a member of the group \"%s\".",
                        recipient_display(&member), recipient_display(&group));
    sim_touch(run->sim, group.object);
    json_array_remove(recipient_list_at(&group, "_members"), (size_t)at);
    sim_member_changed(run->sim, run->tenant, group.object, member.id);
    return true;
}

bool group_set(struct cmdlet_run *run)
{
    struct recipient group;
    if (!group_open(run, "ManagedBy", &group))
        return false;
    if (!run_has(run, "ManagedBy")) {
        run_warn_unchanged(run, recipient_display(&group));
        return true;
    }
    AUTO_JSON json_t *change = run_ids(run, "ManagedBy");
    if (!change)
        return false;
    json_t *owners = value_list_merge(recipient_list_at(&group, "_owners"), change);
    if (!json_array_size(owners)) {
        json_decref(owners);
        return run_fail(run, RUN_TASK, "The group \"%s\" must have at least one owner.",
                        recipient_display(&group));
    }
    sim_touch(run->sim, group.object);
    if (!value_change(group.object, "_owners", owners))
        run_warn_unchanged(run, recipient_display(&group));
    return true;
}
