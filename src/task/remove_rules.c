/* remove_rules — no inbox rules are left but the system's own; hidden ones are included.
 *
 * Exchange lists and removes them, since it alone sees the hidden ones. Graph's view of the same rules is
 * kept as evidence, because undo makes them again from it: it holds conditions and actions in the form that
 * creates a rule. A rule that Graph does not show cannot be made again. */
#include <string.h>

#include "connector/graph.h"
#include "task/calls.h"
#include "task/items.h"

/* contract/exchange.md, Inbox rules */
static bool is_systems_own(const char *name)
{
    return text_equal_nocase(name, "Junk E-mail Rule") || text_starts_nocase(name, "Microsoft.Exchange.OOF.");
}

static const json_t *rules_of(const json_t *facts)
{
    return json_array_at(facts, "rules");
}

#define BROKEN "broken_rule"

static bool is_broken(const json_t *item)
{
    return strcmp(json_text_or(item, "kind", ""), BROKEN) == 0;
}

static bool is_gone(const struct work *work, const json_t *facts, const json_t *item)
{
    const char *id = json_text_or(item, "id", "");
    (void)work;
    return is_broken(item) ? !json_array_find(json_array_at(facts, "message_rules"), "id", id)
                           : !json_array_find(rules_of(facts), "RuleIdentity", id);
}

/* Exchange only warns of a rule that is broken, Graph lists it: there it is removed. */
static void note_broken(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *rule;
    json_array_foreach ((json_t *)json_array_at(facts, "message_rules"), i, rule) {
        if (json_flag(rule, "hasError"))
            work_item(work, json_text_or(rule, "id", ""), json_text(rule, "displayName"), BROKEN);
    }
}

static enum observed observe(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *rule;
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    work_before(work, json_make("{s:O, s:O}", "rules", rules_of(facts), "message_rules",
                                json_array_at(facts, "message_rules")));
    json_array_foreach ((json_t *)rules_of(facts), i, rule) {
        const char *name = json_text_or(rule, "Name", "");
        if (is_systems_own(name))
            continue;
        json_t *item = work_item(work, json_text_or(rule, "RuleIdentity", ""), name, "inbox_rule");
        json_put_text(item, "identity", json_text(rule, "Identity"));
    }
    note_broken(work, facts);
    work_after(work, json_make("{s:O}", "rules", rules_of(facts)));
    return items_settle(work, facts, is_gone) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        if (is_broken(item))
            calls_graph(calls, work, item, "DELETE",
                        graph_path(work->arena, "/users/%s/mailFolders/inbox/messageRules/%s",
                                   work->run->user_id, json_text_or(item, "id", "")),
                        NULL);
        else
            calls_exchange(calls, work, item, "Remove-InboxRule",
                           json_make("{s:s, s:s, s:b, s:b}", "Identity", json_text_or(item, "identity", ""),
                                     "Mailbox", work->run->user_id, "Force", 1, "Confirm", 0));
    }
}

static bool already_so(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND;
}

/* --- undo ------------------------------------------------------------------------------------------------
 */

static const char *const rule_members[] = {"displayName", "sequence", "isEnabled",
                                           "conditions",  "actions",  "exceptions"};

/* What creates the rule again: the members that Graph lets a client write, those without a value left out. */
static json_t *rule_body(const json_t *rule)
{
    json_t *body = json_object();
    for (size_t i = 0; i < sizeof rule_members / sizeof *rule_members; i++) {
        json_t *value = json_object_get(rule, rule_members[i]);
        if (value && !json_is_null(value))
            json_put(body, rule_members[i], json_incref(value));
    }
    return body;
}

static json_t *essence(const json_t *value);

static json_t *essence_of_list(const json_t *list)
{
    json_t *all = json_array(), *element;
    size_t i;
    json_array_foreach ((json_t *)list, i, element)
        json_add(all, essence(element));
    return all;
}

static bool says_nothing(const json_t *value)
{
    return json_is_null(value) || json_is_false(value) || (json_is_array(value) && !json_array_size(value)) ||
           (json_is_object(value) && !json_object_size(value));
}

/* What a rule does, without what Graph may write in another way: members that say nothing, names of
 * recipients. */
static json_t *essence(const json_t *value)
{
    const char *name, *address = json_text(json_object_at(value, "emailAddress"), "address");
    json_t *member;
    if (json_is_array(value))
        return essence_of_list(value);
    if (!json_is_object(value))
        return json_incref((json_t *)value);
    if (address) {
        AUTO_FREE char *folded = text_fold(address);
        return json_text_new(folded);
    }
    json_t *object = json_object();
    json_object_foreach ((json_t *)value, name, member) {
        json_t *kept = essence(member);
        if (says_nothing(kept))
            json_decref(kept);
        else
            json_put(object, name, kept);
    }
    return object;
}

/* The same rule, whatever its id: ids are new when a rule is made again. Its place may have moved. */
static bool same_rule(const json_t *left, const json_t *right)
{
    AUTO_JSON json_t *a = rule_body(left), *b = rule_body(right);
    json_object_del(a, "sequence");
    json_object_del(b, "sequence");
    AUTO_JSON json_t *one = essence(a), *other = essence(b);
    return json_equal(one, other);
}

static const json_t *kept_rule(const struct work *work, const json_t *item)
{
    return json_array_find(json_array_at(work_forward_before(work), "message_rules"), "id",
                           json_text_or(item, "id", ""));
}

static bool is_back(const struct work *work, const json_t *facts, const json_t *item)
{
    size_t i;
    json_t *rule;
    json_array_foreach ((json_t *)json_array_at(facts, "message_rules"), i, rule) {
        if (same_rule(rule, kept_rule(work, item)))
            return true;
    }
    return false;
}

/* How many of the rules that were removed Graph did not show. */
static size_t hidden_rules(const json_t *before)
{
    size_t i, shown = json_array_size(json_array_at(before, "message_rules")), all = 0;
    json_t *rule;
    json_array_foreach ((json_t *)json_array_at(before, "rules"), i, rule)
        all += !is_systems_own(json_text_or(rule, "Name", ""));
    return all > shown ? all - shown : 0;
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    const json_t *before = work_forward_before(work);
    size_t i;
    json_t *rule;
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    work_before(work, json_make("{s:O}", "message_rules", json_array_at(facts, "message_rules")));
    json_array_foreach ((json_t *)json_array_at(before, "message_rules"), i, rule)
        work_item(work, json_text_or(rule, "id", ""), json_text(rule, "displayName"), "inbox_rule");
    if (hidden_rules(before))
        work_warn(
            work, "hidden_rules",
            "Hidden rules and rules of Outlook alone cannot be made again. The report shows what they did.");
    work_after(work, json_make("{s:O}", "message_rules", json_array_at(facts, "message_rules")));
    return items_settle(work, facts, is_back) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    const char *path =
        graph_path(work->arena, "/users/%s/mailFolders/inbox/messageRules", work->run->user_id);
    bool first = true;
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        /* One after the other: their order is their priority. */
        (first ? calls_graph : calls_graph_then)(calls, work, item, "POST", path,
                                                 rule_body(kept_rule(work, item)));
        first = false;
    }
}

const struct task_type task_remove_rules = {
    .facts = FACT(MAILBOX) | FACT(RULES) | FACT(MESSAGE_RULES),
    .proof = FACT(RULES) | FACT(MESSAGE_RULES),
    .forward = {.observe = observe, .act = act, .already_so = already_so},
    .undo = {.observe = observe_undo, .act = act_undo}};
