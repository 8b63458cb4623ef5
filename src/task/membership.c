#include "task/membership.h"

#include <string.h>

#include "connector/graph.h"

static json_t *exchange_params(const struct work *work, const char *group_id)
{
    return json_make("{s:s, s:s, s:b}", "Identity", group_id, "Member", work->run->user_id,
                     "BypassSecurityGroupManagerCheck", 1);
}

void group_leave(struct calls *calls, struct work *work, json_t *item, enum group_kind kind,
                 const char *group_id)
{
    if (group_kind_by_exchange(kind))
        calls_exchange(calls, work, item, "Remove-DistributionGroupMember",
                       json_put(exchange_params(work, group_id), "Confirm", json_false()));
    else
        calls_graph(calls, work, item, "DELETE",
                    graph_member_ref_path(work->arena, group_id, work->run->user_id), NULL);
}

json_t *group_reference(struct work *work, const char *object_id)
{
    return json_make(
        "{s:s}", "@odata.id",
        arena_printf(work->arena, "https://graph.microsoft.com/v1.0/directoryObjects/%s", object_id));
}

void group_join(struct calls *calls, struct work *work, json_t *item, enum group_kind kind,
                const char *group_id)
{
    if (group_kind_by_exchange(kind))
        calls_exchange(calls, work, item, "Add-DistributionGroupMember", exchange_params(work, group_id));
    else
        calls_graph(calls, work, item, "POST", graph_path(work->arena, "/groups/%s/members/$ref", group_id),
                    group_reference(work, work->run->user_id));
}

/* "Not a member" is what we want (contract/graph.md, exchange.md); the read-back decides. */
bool group_already_left(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND || strcmp(err->code, "MemberNotFoundException") == 0 ||
           strstr(err->message, "removed object references do not exist");
}

bool group_already_joined(const struct err *err)
{
    return strcmp(err->code, "MemberAlreadyExistsException") == 0 ||
           strstr(err->message, "added object references already exist");
}
