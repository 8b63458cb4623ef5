/* Deleting users, and what the deleted items keep for thirty days (contract: graph, section 1.7). */
#include <string.h>

#include "graph.h"
#include "license.h"

#define PURGE_MS ((int64_t)30 * 24 * 60 * 60 * 1000)
#define PRIVILEGED "Privileged Authentication Administrator|Global Administrator"

static bool privileged_refused(struct graph *g, const json_t *user)
{
    bool refused = graph_is_privileged(g, user) && !graph_has_role(g, PRIVILEGED);

    if (refused)
        graph_denied(g);
    return refused;
}

bool graph_user_delete(struct graph *g, json_t *user)
{
    const char *id = json_text(user, "id");
    char now[TIME_TEXT_SIZE];

    if (privileged_refused(g, user))
        return false;
    if (json_flag(user, "onPremisesSyncEnabled") && !sim_variant(g->sim, VARIANT_synced_delete)) {
        graph_fail(
            g->call, 400, "Request_BadRequest",
            "Unable to delete on-premises mastered Directory Sync objects or objects currently undergoing "
            "migration.");
        return false;
    }
    sim_touch(g->sim, user);
    license_release(g->tenant, user);
    json_put_text(user, "deletedDateTime", sim_now_text(g->sim, now));
    json_put(json_object_get(g->tenant, "deleted_users"), id, json_incref(user));
    json_object_del(json_object_get(g->tenant, "users"), id);
    return true;
}

static void user_delete(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]);

    if (user && graph_user_delete(g, user))
        graph_no_content(g);
}

/* Deleted more than thirty days ago: gone for good. */
static bool is_purged(const struct graph *g, const json_t *user)
{
    int64_t at;

    return time_parse(json_text_or(user, "deletedDateTime", ""), &at) && at + PURGE_MS <= sim_now_ms(g->sim);
}

/* As the deleted items show it; the caller owns it. */
static json_t *deleted_view(const struct graph *g, const json_t *user)
{
    json_t *view = json_copy((json_t *)user);
    const char *id = json_text_or(user, "id", "");
    AUTO_STRBUF struct strbuf upn = STRBUF_MAX(500);

    for (const char *c = id; *c && sim_variant(g->sim, VARIANT_deleted_upn_prefix); c++)
        if (*c != '-')
            strbuf_char(&upn, *c);
    strbuf_text_add(&upn, json_text_or(user, "userPrincipalName", ""));
    json_put_text(view, "userPrincipalName", strbuf_text(&upn));
    json_put_text(view, "@odata.type", "#microsoft.graph.user");
    return view;
}

static void deleted_list(struct graph *g)
{
    json_t *items = json_array(), *user;
    const char *id;

    json_object_foreach (json_object_get(g->tenant, "deleted_users"), id, user)
        if (!is_purged(g, user))
            json_add(items, deleted_view(g, user));
    graph_collection(g, &graph_type_user, items, "directoryObjects", true);
}

static json_t *deleted_find(struct graph *g)
{
    json_t *user = json_object_get(json_object_get(g->tenant, "deleted_users"), g->param[0]);

    if (user && !is_purged(g, user))
        return user;
    graph_not_found(g, g->param[0]);
    return NULL;
}

static void deleted_get(struct graph *g)
{
    const json_t *user = deleted_find(g);
    AUTO_JSON json_t *view = user ? deleted_view(g, user) : NULL;

    if (view)
        graph_entity(g, &graph_type_user, view, "directoryObjects");
}

static void conflict(struct graph *g, const char *what)
{
    if (sim_variant(g->sim, VARIANT_restore_conflict_409))
        graph_fail(g->call, 409, "Request_MultipleObjectsWithSameKeyValue",
                   "Another object with the same value for property %s already exists.", what);
    else
        graph_fail(g->call, 400, "Request_BadRequest",
                   "Another object with the same value for property %s already exists.", what);
}

/* An address of the deleted user that somebody has got meanwhile. */
static bool address_taken(const struct graph *g, const json_t *user, json_t *addresses)
{
    const json_t *all = json_object_get(g->tenant, "users");
    json_t *address, *other;
    const char *id;
    size_t i;

    json_array_foreach (addresses, i, address)
        json_object_foreach ((json_t *)all, id, other)
            if (other != user &&
                sim_text_index(json_array_at(other, "proxyAddresses"), json_string_value(address)) >= 0)
                return true;
    return false;
}

static void drop_taken_addresses(const struct graph *g, json_t *user)
{
    json_t *kept = json_array(), *address;
    size_t i;

    json_array_foreach (json_array_at(user, "proxyAddresses"), i, address) {
        AUTO_JSON json_t *one = json_make("[O]", address);

        if (!address_taken(g, user, one))
            json_add(kept, json_incref(address));
    }
    json_put(user, "proxyAddresses", kept);
}

/* Groups, roles and app assignments were kept; direct licences come back as far as there are some left,
 * licences by group settle as after a join. */
static void deleted_restore(struct graph *g)
{
    json_t *user = deleted_find(g);
    const char *upn = json_text(g->call->json, "newUserPrincipalName");
    bool reconcile = json_flag(g->call->json, "autoReconcileProxyConflict");

    if (!user || privileged_refused(g, user))
        return;
    if (sim_user(g->tenant, upn ? upn : json_text(user, "userPrincipalName"))) {
        conflict(g, "userPrincipalName");
        return;
    }
    if (!reconcile && address_taken(g, user, json_object_get(user, "proxyAddresses"))) {
        conflict(g, "proxyAddresses");
        return;
    }
    if (reconcile)
        drop_taken_addresses(g, user);
    if (upn)
        json_put_text(user, "userPrincipalName", upn);
    json_object_del(user, "deletedDateTime");
    json_object_del(user, "_stale");
    json_put(json_object_get(g->tenant, "users"), g->param[0], json_incref(user));
    json_object_del(json_object_get(g->tenant, "deleted_users"), g->param[0]);
    sim_touch(g->sim, user);
    license_restore(g->sim, g->tenant, user);
    sim_index_user(g->tenant, json_text(user, "id"));
    AUTO_JSON json_t *view = graph_tagged(user, "#microsoft.graph.user");

    graph_entity(g, &graph_type_user, view, "directoryObjects");
}

static void deleted_purge(struct graph *g)
{
    static const char *const places[] = {"deleted_users", "mailboxes", "sites"};

    if (!deleted_find(g))
        return;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        json_object_del(json_object_get(g->tenant, places[i]), g->param[0]);
    graph_no_content(g);
}

#define READ "User.Read.All|User.ReadWrite.All|Directory.Read.All|Directory.ReadWrite.All"
#define DELETE "User.DeleteRestore.All|User.ReadWrite.All"

const struct graph_route graph_routes_deleted[] = {
    {"DELETE", "/users/{}", DELETE, user_delete},
    {"GET", "/directory/deletedItems/microsoft.graph.user", READ, deleted_list},
    {"GET", "/directory/deletedItems/{}", READ, deleted_get},
    {"POST", "/directory/deletedItems/{}/restore", DELETE, deleted_restore},
    {"DELETE", "/directory/deletedItems/{}", DELETE, deleted_purge},
    {0}};
