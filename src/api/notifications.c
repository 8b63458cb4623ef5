/* Notification settings: reading, replacing, trying out, previewing. */
#include <string.h>

#include "api/call.h"
#include "notify/event.h"
#include "notify/format.h"
#include "notify/mail.h"
#include "notify/message.h"
#include "notify/notifier.h"
#include "notify/psa.h"
#include "notify/settings.h"

static const struct notify_parts *parts_of(const struct call *call)
{
    return call->api->context.notify;
}

static json_t *load(struct call *call, int64_t *ret_version, struct err *err)
{
    json_t *settings = NULL;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    if (!tx || !notify_settings_load(tx, call->api->context.vault, &settings, ret_version, err))
        return NULL;
    return call_keep(call, settings);
}

/* Things that are allowed but will not work for long; shown with the settings. */
static json_t *hints(const json_t *settings)
{
    json_t *list = json_array(), *hook;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(settings, "webhooks"), i, hook) {
        const char *url = json_text_or(hook, "url", "");
        if (format_is_retired_connector(url))
            json_add(
                list,
                json_make(
                    "{s:O, s:s, s:s}", "webhook", json_object_get(hook, "id"), "code", "retired_connector",
                    "message",
                    "Microsoft has retired Office connectors: make a Workflows webhook in Teams instead."));
        else if (strcmp(format_of_url(url), "teams") == 0)
            json_add(
                list,
                json_make("{s:O, s:s, s:s}", "webhook", json_object_get(hook, "id"), "code", "personal_flow",
                          "message",
                          "A Workflows webhook belongs to the person who made it and ends when that person "
                          "leaves: give it a second owner."));
    }
    return list;
}

static bool show(struct call *call, const json_t *settings, int64_t version)
{
    json_t *shown = call_keep(call, notify_settings_masked(settings));
    json_put(shown, "hints", hints(settings));
    return call_json_versioned(call, 200, shown, version);
}

bool notifications_get(struct call *call, struct err *err)
{
    int64_t version;
    const json_t *settings = load(call, &version, err);
    return settings && show(call, settings, version);
}

bool notifications_put(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    int64_t version, now = clock_utc_ms(context->clock);
    const json_t *stored = load(call, &version, err);
    if (!stored || !call_if_match(call, version, err))
        return false;
    json_object_del(call->body, "hints"); /* ours, as GET showed them */
    json_t *settings = call_keep(call, notify_settings_read(call->body, stored, &parts_of(call)->policy,
                                                            context->rng, now, input_errors(&call->input)));
    if (!input_verdict(&call->input, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    /* What waits for an endpoint is tried at once: the change may be what was missing. */
    return tx && notify_settings_store(tx, context->vault, settings, version, call->who.name, now, err) &&
           deliveries_hurry(tx, now, err) &&
           call_note(call, tx, &(struct logbook_entry){.what = LOGBOOK_NOTIFICATIONS_CHANGED}, err) &&
           journal_commit(context->journal, &tx, err) && show(call, settings, version + 1);
}

/* --- trying out --- */

bool notifications_test_post(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {{"channel", INPUT_TEXT, INPUT_REQUIRED, 1, 20},
                                                {"webhook", INPUT_UUID, INPUT_NULLABLE, 0, 0}};
    int64_t version;
    struct outcome outcome;
    if (!INPUT_OBJECT_CHECK(&call->input, call->body, "", fields))
        return input_verdict(&call->input, err);
    const json_t *settings = load(call, &version, err);
    if (!settings || !notifier_test(parts_of(call), settings, json_text_or(call->body, "channel", ""),
                                    json_text(call->body, "webhook"), &outcome, err))
        return false;
    json_t *answer = call_keep(call, json_object());
    json_put(answer, "ok", json_boolean(outcome.delivered));
    json_put(answer, "status", outcome.status ? json_integer(outcome.status) : json_null());
    json_put_text(answer, "message", outcome.delivered ? "The receiver took it." : outcome.err.message);
    json_put(answer, "ms", json_integer(outcome.ms));
    json_put(answer, "request", outcome.request ? json_incref(outcome.request) : json_object());
    json_put_text(answer, "response", outcome.response ? outcome.response : "");
    outcome_done(&outcome);
    return call_json(call, 200, answer);
}

/* --- previewing --- */

static json_t *preview_mail(struct call *call, const json_t *message, bool ticket)
{
    struct mail mail = mail_make(message, call->arena);
    return json_make("{s:s, s:s, s:s}", "subject", mail.subject, "html", ticket ? mail.fragment : mail.html,
                     "text", mail.text);
}

static json_t *preview_body(struct call *call, const json_t *message, const struct format *format)
{
    const char *body = format_body(format, message, call->arena);
    json_t *value = json_read(body, strlen(body), NULL);
    return json_make("{s:s, s:s, s:o, s:i}", "format", format->name, "content_type", "application/json",
                     "body", value ? value : json_null(), "bytes", (int)strlen(body));
}

/* Which format, and is everything known? NULL for mail and tickets. */
static const struct format *preview_format(struct call *call)
{
    const char *channel = json_text_or(call->body, "channel", ""),
               *name = json_text_or(call->body, "format", "generic");
    const struct format *format = format_find(name);
    const char *event = json_text(call->body, "event");
    if (strcmp(channel, "webhook") != 0 && strcmp(channel, "email") != 0 && strcmp(channel, "psa") != 0)
        input_bad(&call->input, "/channel", "unknown_value",
                  "channel must be one of webhook, email and psa.");
    if (!format)
        input_bad(&call->input, "/format", "unknown_value",
                  "format must be one of generic, teams, slack, discord and cipp.");
    if (!event_is_choice(event))
        input_bad(&call->input, "/event", "unknown_event", "event must be one of %s.", event_choices());
    return strcmp(channel, "webhook") == 0 ? format : NULL;
}

bool notifications_preview_post(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {{"channel", INPUT_TEXT, INPUT_REQUIRED, 1, 20},
                                                {"format", INPUT_TEXT, INPUT_NULLABLE, 1, 20},
                                                {"event", INPUT_TEXT, INPUT_REQUIRED, 1, 40},
                                                {"private", INPUT_FLAG, 0, 0, 0}};
    const struct notify_parts *parts = parts_of(call);
    const struct format *format = NULL;
    if (INPUT_OBJECT_CHECK(&call->input, call->body, "", fields))
        format = preview_format(call);
    if (!input_verdict(&call->input, err))
        return false;
    const char *event = json_text(call->body, "event"), *url = parts->public_url;
    int64_t now = clock_utc_ms(parts->clock);
    AUTO_JSON json_t *data = message_sample(event, now);
    json_t *message =
        call_keep(call, message_make(event, data, now, url, "msg_0000000000004000800000000000sample"));
    if (json_flag(call->body, "private") && event_is_end(event))
        json_put_text(message, "password_url", arena_printf(call->arena, "%s/s/sample", url ? url : ""));
    bool ticket = strcmp(json_text_or(call->body, "channel", ""), "psa") == 0;
    json_t *answer =
        call_keep(call, format ? preview_body(call, message, format) : preview_mail(call, message, ticket));
    json_put_text(answer, "title", json_text(message, "title"));
    return call_json(call, 200, answer);
}

/* --- mapping tenants to companies --- */

bool notifications_companies_get(struct call *call, struct err *err)
{
    int64_t version;
    const char *search = call_query(call, "search", 100);
    if (!search)
        input_bad(&call->input, "?search", "missing",
                  "search is missing: give a part of the company's name.");
    if (!input_verdict(&call->input, err))
        return false;
    const json_t *settings = load(call, &version, err);
    json_t *list =
        settings ? psa_companies(parts_of(call), json_object_get(settings, "psa"), search, err) : NULL;
    return list && call_list(call, list, NULL);
}
