/* E-mail, by Graph's sendMail or by a mail server. The Message-ID (SMTP) or x-lastday-message header (Graph)
 * is the same for each try, so that a mail which arrived twice after a lost answer can be told. */
#include <stdlib.h>
#include <string.h>

#include "connector/graph.h"
#include "notify/channel.h"
#include "notify/fields.h"
#include "notify/mail.h"
#include "store/tenants.h"

#define RECIPIENTS_MAX 100
#define REPLY_MAX 2048

/* --- to whom --- */

static void add(json_t *list, const char *address)
{
    size_t i;
    json_t *there;
    if (!fields_is_address(address) || json_array_size(list) >= RECIPIENTS_MAX)
        return;
    json_array_foreach (list, i, there)
        if (text_equal_nocase(json_string_value(there), address))
            return;
    json_add(list, json_text_new(address));
}

static void add_all(json_t *list, const json_t *addresses)
{
    size_t i;
    json_t *address;
    json_array_foreach ((json_t *)addresses, i, address)
        add(list, json_string_value(address));
}

/* Those of the settings, or the tenant's own in their place; those of the request; the manager; who asked. */
static json_t *recipients_of(const struct attempt *attempt)
{
    const json_t *own = json_array_at(attempt->tenant, "email_to"), *config = attempt->config;
    const json_t *manager = json_object_at(attempt->request, "manager");
    const json_t *offboarding = json_object_at(attempt->message, "offboarding");
    json_t *list = json_array();
    add_all(list, json_array_size(own) > 0 ? own : json_array_at(config, "to"));
    add_all(list, json_array_at(attempt->request, "email_to"));
    if (json_flag(config, "to_manager") && json_object_size(offboarding) > 0)
        add(list, json_text_or(manager, "mail", json_text(manager, "user_principal_name")));
    if (json_flag(config, "to_requester"))
        add(list, json_text(offboarding, "requested_by"));
    return list;
}

/* --- by Graph --- */

static const char *sender_tenant(const struct attempt *attempt, struct err *err)
{
    const char *name = json_text(attempt->config, "tenant");
    struct tenant tenant = {0};
    if (!name)
        name = attempt->delivery ? attempt->delivery->tenant_id : NULL;
    if (!name) {
        err_code(err, ERR_CONFIG, "no_sender_tenant",
                 "email.tenant is not set: name the tenant that the sender's mailbox is in.");
        return NULL;
    }
    AUTO_TX struct tx *tx = store_begin_read(attempt->parts->store, err);
    if (!tx || !tenant_find(tx, attempt->arena, name, &tenant, err))
        return NULL;
    tenant_done(&tenant);
    return tenant.id;
}

static json_t *graph_mail(const struct attempt *attempt, const struct mail *mail, const json_t *to)
{
    json_t *recipients = json_array(), *address;
    size_t i;
    json_array_foreach ((json_t *)to, i, address)
        json_add(recipients, json_make("{s:{s:O}}", "emailAddress", "address", address));
    return json_make("{s:{s:s, s:{s:s, s:s}, s:o, s:[{s:s, s:s}]}, s:b}", "message", "subject", mail->subject,
                     "body", "contentType", "HTML", "content", mail->html, "toRecipients", recipients,
                     "internetMessageHeaders", "name", "x-lastday-message", "value", attempt->message_id,
                     "saveToSentItems", 0);
}

static void send_by_graph(const struct attempt *attempt, const struct mail *mail, const json_t *to,
                          struct outcome *ret)
{
    struct err err = {0};
    AUTO_GRAPH_REPLY struct graph_reply reply = {0};
    AUTO_JSON json_t *body = graph_mail(attempt, mail, to);
    const struct m365_target target = {.tenant_id = sender_tenant(attempt, &err),
                                       .cancel = attempt->cancel,
                                       .timeout_ms = CHANNEL_TIMEOUT_MS};
    if (!attempt->parts->m365 && !err.kind)
        err_code(&err, ERR_CONFIG, "no_graph", "This server has no application to call Graph with.");
    const char *path =
        graph_path(attempt->arena, "/users/%s/sendMail", json_text_or(attempt->config, "from", ""));
    if (!err.kind && graph_call(attempt->parts->m365, &target, "POST", path, body, false, &reply, &err)) {
        ret->delivered = true;
        ret->status = reply.status;
        return;
    }
    ret->status = err.upstream_status;
    outcome_fail(ret, &err);
}

/* --- by a mail server --- */

static void send_by_smtp(const struct attempt *attempt, const struct mail *mail, const json_t *to,
                         struct outcome *ret)
{
    const struct notify_parts *parts = attempt->parts;
    struct arena *arena = attempt->arena;
    const char *from = json_text(attempt->config, "from") ?: parts->smtp_from;
    const char *at = from ? strchr(from, '@') : NULL;
    size_t count = json_array_size(to);
    const char **addresses = arena_alloc(arena, count + 1, sizeof *addresses);
    char reply[REPLY_MAX] = "";
    struct err err = {0};
    for (size_t i = 0; i < count; i++)
        addresses[i] = json_string_value(json_array_get(to, i));
    const struct smtp_mail sent = {.from = from,
                                   .to = addresses,
                                   .message_id =
                                       arena_printf(arena, "%s%s", attempt->message_id, at ? at : "@lastday"),
                                   .subject = mail->subject,
                                   .text = mail->text,
                                   .html = mail->html,
                                   .date = clock_utc_ms(parts->clock)};
    bool ready =
        (parts->smtp.url || err_code(&err, ERR_CONFIG, "no_mail_server",
                                     "smtp.url is not set: name the mail server in the configuration.")) &&
        (from ||
         err_code(&err, ERR_CONFIG, "no_sender", "The mail has no sender: set email.from or smtp.from."));
    ret->delivered =
        ready && smtp_send(&parts->smtp, &sent, attempt->cancel, &ret->status, reply, sizeof reply, &err);
    outcome_response(ret, attempt, reply, strlen(reply));
    if (!ret->delivered)
        outcome_fail(ret, &err);
}

void channel_email(const struct attempt *attempt, struct outcome *ret)
{
    AUTO_JSON json_t *to = recipients_of(attempt);
    struct mail mail = mail_make(attempt->message, attempt->arena);
    bool graph = strcmp(json_text_or(attempt->config, "via", "graph"), "graph") == 0;
    ret->request = json_make("{s:s, s:O, s:s, s:s}", "via", graph ? "graph" : "smtp", "to", to, "subject",
                             mail.subject, "message_id", attempt->message_id);
    if (json_array_size(to) == 0) {
        ret->hopeless = true;
        err_code(&ret->err, ERR_CONFIG, "no_recipient",
                 "Nobody is to get this mail: add a recipient to the settings, the tenant or the request.");
        return;
    }
    (graph ? send_by_graph : send_by_smtp)(attempt, &mail, to, ret);
}
