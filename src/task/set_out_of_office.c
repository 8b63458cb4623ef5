/* set_out_of_office — automatic replies are on with the given text, inside and (by audience) outside. */
#include <string.h>

#include "connector/exchange.h"
#include "plan/html.h"
#include "plan/options.h"
#include "task/facts.h"
#include "task/task.h"

struct words {
    const struct work *work;
    const json_t *facts;
};

static const char *value_of(void *ctx, const char *name)
{
    const struct words *words = ctx;
    const json_t *user = json_object_at(words->facts, "user");
    const json_t *manager = facts_person(words->facts, "manager");
    const char *to = json_text(options_of(words->work->run->options, TASK_forward_email), "to");
    const struct {
        const char *name, *value;
    } values[] = {
        {"tenantname", words->work->run->tenant_name},
        {"displayname", json_text(user, "displayName")},
        {"userprincipalname", json_text(user, "userPrincipalName")},
        {"managername", json_text(manager, "displayName")},
        {"manageremail", json_text(manager, "mail")},
        {"forwardto", to ? json_text(facts_person(words->facts, to), "mail") : NULL},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (strcmp(values[i].name, name) == 0)
            return values[i].value;
    }
    return NULL;
}

static char *message(const struct work *work, const json_t *facts, const char *param)
{
    const char *html = json_text(work->params, param);
    struct words words = {work, facts};
    return html_expand(html ? html : json_text_or(work->params, "message_html", ""), value_of, &words);
}

/* Exchange wraps what it stores in html and body tags: only the cleaned texts can be compared. */
static bool same_text(const char *stored, const char *wanted)
{
    AUTO_FREE char *is = html_clean(stored ? stored : "", NULL);
    AUTO_FREE char *should = html_clean(wanted, NULL);
    if (!is || !should)
        return false;
    size_t left = strlen(is), right = strlen(should);
    while (left && strchr(" \r\n\t", is[left - 1]))
        left--;
    while (right && strchr(" \r\n\t", should[right - 1]))
        right--;
    size_t skip = strspn(is, " \r\n\t");
    return left >= skip && left - skip == right && strncmp(is + skip, should, right) == 0;
}

static const char *audience(const struct work *work)
{
    const char *name = json_text_or(work->params, "audience", "all");
    return strcmp(name, "known") == 0 ? "Known" : strcmp(name, "none") == 0 ? "None" : "All";
}

static json_t *evidence(const json_t *reply)
{
    static const char *const names[] = {"AutoReplyState",   "InternalMessage", "ExternalMessage",
                                        "ExternalAudience", "StartTime",       "EndTime"};
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(reply, names[i]);
        json_put(object, names[i], value ? json_incref(value) : json_null());
    }
    return object;
}

static enum observed observe(struct work *work, const json_t *facts)
{
    const json_t *reply = json_object_at(facts, "auto_reply");
    if (!work_has_mailbox(work, facts))
        return OBSERVED_SKIP;
    if (!work->row->before)
        work->row->before = evidence(reply);
    AUTO_FREE char *inside = message(work, facts, "message_html");
    AUTO_FREE char *outside = message(work, facts, "external_message_html");
    bool none = strcmp(audience(work), "None") == 0;
    if (!text_equal_nocase(json_text(reply, "AutoReplyState"), "Enabled") ||
        !text_equal_nocase(json_text(reply, "ExternalAudience"), audience(work)) ||
        !same_text(json_text(reply, "InternalMessage"), inside) ||
        !(none || same_text(json_text(reply, "ExternalMessage"), outside)))
        return OBSERVED_NEEDED;
    json_decref(work->row->after);
    work->row->after = evidence(reply);
    return OBSERVED_DONE;
}

static bool apply(struct work *work, const json_t *facts, struct err *err)
{
    AUTO_FREE char *inside = message(work, facts, "message_html");
    AUTO_FREE char *outside = message(work, facts, "external_message_html");
    AUTO_JSON json_t *params =
        json_make("{s:s, s:s, s:s, s:s, s:s}", "Identity", work->run->user_id, "AutoReplyState", "Enabled",
                  "InternalMessage", inside, "ExternalMessage", outside, "ExternalAudience", audience(work));
    return exchange_call(work->run->m365, work->target, "Set-MailboxAutoReplyConfiguration", params,
                         work->run->user_principal_name, NULL, NULL, err);
}

const struct task_type task_set_out_of_office = {
    .facts = FACT_USER | FACT_PEOPLE | FACT_MAILBOX | FACT_AUTO_REPLY, .observe = observe, .apply = apply};
