/* Mailbox settings and sending. */
#include <string.h>

#include "graph.h"
#include "sink.h"

/* ---- mailboxSettings: one truth with Exchange's automatic reply ---- */

struct word {
    const char *graph, *exchange;
};

static const struct word states[] = {
    {"disabled", "Disabled"}, {"alwaysEnabled", "Enabled"}, {"scheduled", "Scheduled"}};
static const struct word audiences[] = {{"none", "None"}, {"contactsOnly", "Known"}, {"all", "All"}};
static const struct word purposes[] = {{"user", "UserMailbox"},
                                       {"shared", "SharedMailbox"},
                                       {"room", "RoomMailbox"},
                                       {"equipment", "EquipmentMailbox"},
                                       {"linked", "LinkedMailbox"}};

#define TO_GRAPH(table, text, fallback) to_graph((table), sizeof(table) / sizeof *(table), (text), (fallback))
#define TO_EXCHANGE(table, text) to_exchange((table), sizeof(table) / sizeof *(table), (text))

static const char *to_graph(const struct word *words, size_t count, const char *text, const char *fallback)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_nocase(words[i].exchange, text))
            return words[i].graph;
    return fallback;
}

/* NULL when it is no word of Graph's. */
static const char *to_exchange(const struct word *words, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_nocase(words[i].graph, text))
            return words[i].exchange;
    return NULL;
}

static json_t *moment(const json_t *reply, const char *key)
{
    char text[64];

    snprintf(text, sizeof text, "%.19s.0000000", json_text_or(reply, key, "2026-08-01T08:00:00"));
    return json_make("{s:s, s:s}", "dateTime", text, "timeZone", "UTC");
}

json_t *graph_mailbox_settings(const json_t *mailbox)
{
    const json_t *reply = json_object_at(mailbox, "_auto_reply");
    json_t *setting =
        json_make("{s:s, s:s, s:s, s:s, s:o, s:o}", "status",
                  TO_GRAPH(states, json_text(reply, "AutoReplyState"), "disabled"), "externalAudience",
                  TO_GRAPH(audiences, json_text(reply, "ExternalAudience"), "all"), "internalReplyMessage",
                  json_text_or(reply, "InternalMessage", ""), "externalReplyMessage",
                  json_text_or(reply, "ExternalMessage", ""), "scheduledStartDateTime",
                  moment(reply, "StartTime"), "scheduledEndDateTime", moment(reply, "EndTime"));

    return json_make("{s:s, s:s, s:s, s:s, s:s, s:o, s:{s:s, s:s}}", "timeZone", "W. Europe Standard Time",
                     "delegateMeetingMessageDeliveryOptions", "sendToDelegateOnly", "dateFormat",
                     "dd.MM.yyyy", "timeFormat", "HH:mm", "userPurpose",
                     TO_GRAPH(purposes, json_text(mailbox, "RecipientTypeDetails"), "others"),
                     "automaticRepliesSetting", setting, "language", "locale", "en-GB", "displayName",
                     "English (United Kingdom)");
}

static void settings_get(struct graph *g)
{
    const json_t *mailbox = graph_mailbox(g, g->param[0]);

    if (!mailbox)
        return;
    AUTO_JSON json_t *settings = graph_mailbox_settings(mailbox);

    graph_entity(g, &graph_type_any, settings, "users('x')/mailboxSettings");
}

/* NULL text is allowed: the setting stays. */
static bool put_word(struct graph *g, json_t *reply, const char *key, const json_t *setting, const char *name,
                     const char *word)
{
    const char *text = json_text(setting, name);

    if (text && !word) {
        graph_fail(g->call, 400, "ErrorInvalidRequest", "'%.60s' is no value of %s.", text, name);
        return false;
    }
    if (word)
        json_put_text(reply, key, word);
    return true;
}

static void put_moment(json_t *reply, const char *key, const json_t *setting, const char *name)
{
    const char *text = json_text(json_object_get(setting, name), "dateTime");
    char moment_text[20];

    if (!text)
        return;
    snprintf(moment_text, sizeof moment_text, "%.19s", text);
    json_put_text(reply, key, moment_text);
}

static void settings_patch(struct graph *g)
{
    static const char known[] =
        " automaticRepliesSetting timeZone language dateFormat timeFormat workingHours "
        "delegateMeetingMessageDeliveryOptions ";
    static const char known_inside[] = " status externalAudience internalReplyMessage externalReplyMessage "
                                       "scheduledStartDateTime scheduledEndDateTime ";
    json_t *mailbox = graph_mailbox(g, g->param[0]), *body = mailbox ? graph_body(g) : NULL, *value;
    const char *name;

    if (!body)
        return;
    json_object_foreach (body, name, value) {
        if (*name != '@' && !graph_lists(known, name)) {
            graph_fail(g->call, 400, "ErrorInvalidRequest",
                       "The property '%.60s' cannot be set on mailboxSettings.", name);
            return;
        }
    }
    const json_t *setting = json_object_at(body, "automaticRepliesSetting");

    json_object_foreach ((json_t *)setting, name, value) {
        if (*name != '@' && !graph_lists(known_inside, name)) {
            graph_fail(
                g->call, 400, "RequestBodyRead",
                "The property '%.60s' does not exist on type 'microsoft.graph.automaticRepliesSetting'.",
                name);
            return;
        }
    }
    json_t *reply = json_copy((json_t *)json_object_at(mailbox, "_auto_reply"));
    const char *texts[][2] = {{"internalReplyMessage", "InternalMessage"},
                              {"externalReplyMessage", "ExternalMessage"}};

    if (!put_word(g, reply, "AutoReplyState", setting, "status",
                  TO_EXCHANGE(states, json_text(setting, "status"))) ||
        !put_word(g, reply, "ExternalAudience", setting, "externalAudience",
                  TO_EXCHANGE(audiences, json_text(setting, "externalAudience")))) {
        json_decref(reply);
        return;
    }
    for (size_t i = 0; i < 2; i++)
        if (json_text(setting, texts[i][0]))
            json_put_text(reply, texts[i][1], json_text(setting, texts[i][0]));
    put_moment(reply, "StartTime", setting, "scheduledStartDateTime");
    put_moment(reply, "EndTime", setting, "scheduledEndDateTime");
    json_put(mailbox, "_auto_reply", reply);
    settings_get(g);
}

static void send_mail(struct graph *g)
{
    json_t *mailbox = graph_mailbox(g, g->param[0]), *body = mailbox ? graph_body(g) : NULL;
    const json_t *message = json_object_get(body, "message");

    if (!body)
        return;
    message = message ? message : json_object_get(body, "Message");
    if (json_array_size(json_array_at(message, "toRecipients")) == 0) {
        graph_fail(g->call, 400, "ErrorInvalidRecipients", "At least one recipient isn't valid.");
    } else {
        sink_mail(g->sim, g->tenant, g->param[0], message);
        g->call->status = 202;
    }
}

#define READ "MailboxSettings.Read|MailboxSettings.ReadWrite"

const struct graph_route graph_routes_mail[] = {
    {"GET", "/users/{}/mailboxSettings", READ, settings_get, "ErrorAccessDenied"},
    {"PATCH", "/users/{}/mailboxSettings", "MailboxSettings.ReadWrite", settings_patch, "ErrorAccessDenied"},
    {"POST", "/users/{}/sendMail", "Mail.Send", send_mail, "ErrorAccessDenied"},
    {0}};
