/* Inbox rules as Graph shows and makes them (contract: graph, section 6); the rules are those of
 * Get-InboxRule. */
#include <string.h>

#include "graph.h"
#include "inbox_rule.h"

static const struct graph_type type_rule = {
    "messageRule", " id actions conditions displayName exceptions hasError isEnabled isReadOnly sequence ",
    NULL};

#define SET "users('x')/mailFolders('inbox')/messageRules"

static json_t *rules_at(json_t *mailbox)
{
    if (!json_is_array(json_object_get(mailbox, "_rules")))
        json_put(mailbox, "_rules", json_array());
    return json_object_get(mailbox, "_rules");
}

static bool is_shown(const json_t *rule)
{
    return !json_flag(rule, "_hidden") && !json_flag(rule, "_client_only");
}

static void rules_get(struct graph *g)
{
    json_t *mailbox = graph_mailbox(g, g->param[0]), *items, *rule;
    size_t i;

    if (!mailbox)
        return;
    items = json_array();
    json_array_foreach (rules_at(mailbox), i, rule)
        if (is_shown(rule))
            json_add(items, rule_to_graph(g->tenant, rule));
    graph_collection(g, &type_rule, items, SET, false);
}

static json_t *rule_find(struct graph *g, json_t **ret_rules, size_t *ret_at)
{
    json_t *mailbox = graph_mailbox(g, g->param[0]), *rule;
    char id[RULE_ID_SIZE];
    size_t i;

    if (!mailbox)
        return NULL;
    *ret_rules = rules_at(mailbox);
    json_array_foreach (*ret_rules, i, rule) {
        *ret_at = i;
        if (is_shown(rule) && !strcmp(rule_graph_id(rule, id), g->param[1]))
            return rule;
    }
    graph_fail(g->call, 404, "ErrorItemNotFound", "The specified object was not found in the store.");
    return NULL;
}

static void rule_get_one(struct graph *g)
{
    json_t *rules, *rule;
    size_t at;

    if (!(rule = rule_find(g, &rules, &at)))
        return;
    AUTO_JSON json_t *view = rule_to_graph(g->tenant, rule);

    graph_entity(g, &type_rule, view, SET);
}

static void rule_post(struct graph *g)
{
    json_t *mailbox = graph_mailbox(g, g->param[0]);
    const json_t *body = mailbox ? graph_body(g) : NULL;
    struct err err = {0};

    if (!body)
        return;
    if (!json_text(body, "displayName") || json_object_size(json_object_at(body, "actions")) == 0) {
        graph_fail(g->call, 400, "ErrorInvalidRequest", "A rule needs displayName and actions.");
        return;
    }
    json_t *rule = json_make("{s:b}", "Enabled", 1);

    if (!rule_from_graph(g->tenant, body, rule, &err)) {
        json_decref(rule);
        graph_fail(g->call, 400, "ErrorInvalidRequest", "%s", err.message);
        return;
    }
    rule_insert(rules_at(mailbox), rule, json_int(body, "sequence", 0));
    AUTO_JSON json_t *view = rule_to_graph(g->tenant, rule);

    g->call->status = 201;
    graph_entity(g, &type_rule, view, SET);
}

static void rule_patch(struct graph *g)
{
    json_t *rules, *rule;
    const json_t *body;
    struct err err = {0};
    size_t at;

    if (!(rule = rule_find(g, &rules, &at)) || !(body = graph_body(g)))
        return;
    AUTO_JSON json_t *changed = json_deep_copy(rule);

    if (!rule_from_graph(g->tenant, body, changed, &err)) {
        graph_fail(g->call, 400, "ErrorInvalidRequest", "%s", err.message);
        return;
    }
    json_object_clear(rule);
    json_object_update(rule, changed);
    AUTO_JSON json_t *view = rule_to_graph(g->tenant, rule);

    graph_entity(g, &type_rule, view, SET);
}

static void rule_delete(struct graph *g)
{
    json_t *rules;
    size_t at;

    if (!rule_find(g, &rules, &at))
        return;
    json_array_remove(rules, at);
    rule_renumber(rules);
    graph_no_content(g);
}

#define READ "MailboxSettings.Read|MailboxSettings.ReadWrite"
#define WRITE "MailboxSettings.ReadWrite"
#define PATH "/users/{}/mailFolders/inbox/messageRules"

const struct graph_route graph_routes_rules[] = {
    {"GET", PATH, READ, rules_get, "ErrorAccessDenied"},
    {"POST", PATH, WRITE, rule_post, "ErrorAccessDenied"},
    {"GET", PATH "/{}", READ, rule_get_one, "ErrorAccessDenied"},
    {"PATCH", PATH "/{}", WRITE, rule_patch, "ErrorAccessDenied"},
    {"DELETE", PATH "/{}", WRITE, rule_delete, "ErrorAccessDenied"},
    {0}};
