/* set_out_of_office — automatic replies are on with the given text, inside and (by audience) outside. */
#include <string.h>

#include "base/memory.h"
#include "plan/html.h"
#include "plan/options.h"
#include "task/calls.h"

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

/* The text without white space at its ends; cleaned, where it can be. */
static char *bare_text(const char *html)
{
    static const char space[] = " \r\n\t";
    const char *text = html ? html : "";
    char *clean = html_clean(text, NULL);
    if (!clean)
        clean = must(strdup(text)); /* too long or too deep: another program's */
    size_t skip = strspn(clean, space), length = strlen(clean);
    while (length > skip && strchr(space, clean[length - 1]))
        length--;
    memmove(clean, clean + skip, length - skip);
    clean[length - skip] = '\0';
    return clean;
}

/* Exchange wraps what it stores in html and body tags: only the cleaned texts can be compared. */
static bool same_text(const char *left, const char *right)
{
    AUTO_FREE char *one = bare_text(left), *other = bare_text(right);
    return strcmp(one, other) == 0;
}

static const char *audience(const struct work *work)
{
    const char *name = json_text_or(work->params, "audience", "all");
    return strcmp(name, "known") == 0 ? "Known" : strcmp(name, "none") == 0 ? "None" : "All";
}

static const char *const evidence_names[] = {
    "AutoReplyState", "InternalMessage", "ExternalMessage", "ExternalAudience", "StartTime", "EndTime", NULL};

static const json_t *reply_of(const json_t *facts)
{
    return json_object_at(facts, "auto_reply");
}

static enum observed observe(struct work *work, const json_t *facts)
{
    const json_t *reply = reply_of(facts);
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    work_before(work, evidence_of(reply, evidence_names));
    work_after(work, evidence_of(reply, evidence_names));
    AUTO_FREE char *inside = message(work, facts, "message_html");
    AUTO_FREE char *outside = message(work, facts, "external_message_html");
    bool none = strcmp(audience(work), "None") == 0;
    bool there = text_equal_nocase(json_text(reply, "AutoReplyState"), "Enabled") &&
                 text_equal_nocase(json_text(reply, "ExternalAudience"), audience(work)) &&
                 same_text(json_text(reply, "InternalMessage"), inside) &&
                 (none || same_text(json_text(reply, "ExternalMessage"), outside));
    return there ? OBSERVED_DONE : OBSERVED_NEEDED;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    AUTO_FREE char *inside = message(work, facts, "message_html");
    AUTO_FREE char *outside = message(work, facts, "external_message_html");
    calls_exchange(calls, work, NULL, "Set-MailboxAutoReplyConfiguration",
                   json_make("{s:s, s:s, s:s, s:s, s:s}", "Identity", work->run->user_id, "AutoReplyState",
                             "Enabled", "InternalMessage", inside, "ExternalMessage", outside,
                             "ExternalAudience", audience(work)));
}

/* --- undo ------------------------------------------------------------------------------------------------
 */

/* Start and end count only for a reply that is scheduled. */
static bool is_scheduled(const json_t *reply)
{
    return text_equal_nocase(json_text(reply, "AutoReplyState"), "Scheduled");
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    const json_t *was = work_forward_before(work), *is = reply_of(facts);
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    work_before(work, evidence_of(is, evidence_names));
    work_after(work, evidence_of(is, evidence_names));
    bool same = text_equal_nocase(json_text(was, "AutoReplyState"), json_text(is, "AutoReplyState")) &&
                text_equal_nocase(json_text(was, "ExternalAudience"), json_text(is, "ExternalAudience")) &&
                same_text(json_text(was, "InternalMessage"), json_text_or(is, "InternalMessage", "")) &&
                same_text(json_text(was, "ExternalMessage"), json_text_or(is, "ExternalMessage", ""));
    return same ? OBSERVED_DONE : OBSERVED_NEEDED;
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    const json_t *was = work_forward_before(work);
    (void)facts;
    json_t *params = json_make("{s:s, s:s, s:s, s:s, s:s}", "Identity", work->run->user_id, "AutoReplyState",
                               json_text_or(was, "AutoReplyState", "Disabled"), "InternalMessage",
                               json_text_or(was, "InternalMessage", ""), "ExternalMessage",
                               json_text_or(was, "ExternalMessage", ""), "ExternalAudience",
                               json_text_or(was, "ExternalAudience", "All"));
    if (is_scheduled(was)) {
        json_put_text(params, "StartTime", json_text(was, "StartTime"));
        json_put_text(params, "EndTime", json_text(was, "EndTime"));
    }
    calls_exchange(calls, work, NULL, "Set-MailboxAutoReplyConfiguration", params);
}

const struct task_type task_set_out_of_office = {.facts = FACT(USER) | FACT(PEOPLE) | FACT(MAILBOX) |
                                                          FACT(AUTO_REPLY),
                                                 .proof = FACT(AUTO_REPLY),
                                                 .forward = {.observe = observe, .act = act},
                                                 .undo = {.observe = observe_undo, .act = act_undo}};
