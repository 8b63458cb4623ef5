/* Microsoft Teams (Workflows), Slack and Discord. */
#include <string.h>

#include "base/text.h"
#include "sink.h"

/* ---- Teams ---- */

#define TEAMS_MAX_BYTES (28 * 1024)

static const char *card_element_wrong(const json_t *element)
{
    const char *type = json_text_or(element, "type", "");
    size_t i;
    json_t *fact;

    if (!strcmp(type, "TextBlock"))
        return json_text(element, "text") ? NULL : "TextBlock needs text";
    if (strcmp(type, "FactSet") != 0)
        return "unknown element type";
    json_array_foreach ((json_t *)json_array_at(element, "facts"), i, fact)
        if (!json_text(fact, "title") || !json_text(fact, "value"))
            return "a fact needs title and value";
    return json_array_size(json_array_at(element, "facts")) ? NULL : "FactSet needs facts";
}

static const char *card_wrong(const json_t *card)
{
    size_t i;
    json_t *one;
    const char *wrong;

    if (strcmp(json_text_or(card, "type", ""), "AdaptiveCard") != 0 ||
        strncmp(json_text_or(card, "version", ""), "1.", 2) != 0)
        return "content must be an AdaptiveCard of version 1.x";
    json_array_foreach ((json_t *)json_array_at(card, "body"), i, one)
        if ((wrong = card_element_wrong(one)))
            return wrong;
    json_array_foreach ((json_t *)json_array_at(card, "actions"), i, one)
        if (strcmp(json_text_or(one, "type", ""), "Action.OpenUrl") != 0 || !json_text(one, "title") ||
            !sink_is_url(json_text(one, "url")))
            return "an action must be Action.OpenUrl with title and url";
    return json_array_size(json_array_at(card, "body")) ? NULL : "the card is empty";
}

static const char *teams_wrong(const json_t *body)
{
    const json_t *attachment = json_array_get(json_array_at(body, "attachments"), 0);

    if (strcmp(json_text_or(body, "type", ""), "message") != 0)
        return "type must be message";
    if (strcmp(json_text_or(attachment, "contentType", ""), "application/vnd.microsoft.card.adaptive") != 0)
        return "an Adaptive Card must be attached";
    return card_wrong(json_object_get(attachment, "content"));
}

void sink_teams(struct sim *sim, struct sim_call *call)
{
    const char *wrong = call->json ? teams_wrong(call->json) : "the body is no JSON";

    if (!strstr(call->query, "sig=sim-teams-signature"))
        sink_json(call, 401,
                  json_make("{s:{s:s, s:s}}", "error", "code", "DirectApiAuthorizationRequired", "message",
                            "The request must be authenticated only by Shared Access scheme."));
    else if (call->body_length > TEAMS_MAX_BYTES)
        sink_text(call, 413, "Request Entity Too Large");
    else if (wrong)
        sink_json(
            call, 400,
            json_make("{s:{s:s, s:s}}", "error", "code", "TriggerInputSchemaMismatch", "message", wrong));
    else {
        sink_arrived(sim, call, "teams");
        call->status = 202;
    }
}

/* ---- Slack ---- */

static bool slack_text(const json_t *text, const char *type, size_t max)
{
    const char *words = json_text(text, "text");

    return words && *words && !strcmp(json_text_or(text, "type", ""), type) && sink_units(words) <= max;
}

static bool slack_section(const json_t *block)
{
    const json_t *text = json_object_get(block, "text"), *fields = json_array_at(block, "fields");
    size_t i;
    json_t *field;

    if ((!text && json_array_size(fields) == 0) || (text && !slack_text(text, "mrkdwn", 3000)) ||
        json_array_size(fields) > 10)
        return false;
    json_array_foreach ((json_t *)fields, i, field)
        if (!slack_text(field, "mrkdwn", 2000))
            return false;
    return true;
}

static bool slack_actions(const json_t *block)
{
    const json_t *elements = json_array_at(block, "elements");
    size_t i;
    json_t *element;

    json_array_foreach ((json_t *)elements, i, element)
        if (strcmp(json_text_or(element, "type", ""), "button") != 0 ||
            !slack_text(json_object_get(element, "text"), "plain_text", 75) ||
            !sink_is_url(json_text(element, "url")) || strlen(json_text(element, "url")) > 3000)
            return false;
    return json_array_size(elements) > 0 && json_array_size(elements) <= 25;
}

static bool slack_block(const json_t *block)
{
    const char *type = json_text_or(block, "type", "");

    if (!strcmp(type, "header"))
        return slack_text(json_object_get(block, "text"), "plain_text", 150);
    if (!strcmp(type, "section"))
        return slack_section(block);
    return !strcmp(type, "actions") && slack_actions(block);
}

static const char *slack_wrong(const json_t *body)
{
    const json_t *blocks = json_array_at(body, "blocks");
    size_t i;
    json_t *block;

    if (!json_is_object(body))
        return "invalid_payload";
    if (!json_text(body, "text") && json_array_size(blocks) == 0)
        return "no_text";
    if (json_array_size(blocks) > 50)
        return "invalid_blocks";
    json_array_foreach ((json_t *)blocks, i, block)
        if (!slack_block(block))
            return "invalid_blocks";
    return NULL;
}

void sink_slack(struct sim *sim, struct sim_call *call)
{
    const char *wrong = slack_wrong(call->json), *rest = sink_under(call, "/slack");

    if (strncmp(rest, "/services/T0000/B0000/", 22) != 0)
        sink_text(call, 404, "no_service");
    else if (strcmp(rest + 22, "sim-slack-secret") != 0)
        sink_text(call, 403, "invalid_token");
    else if (wrong)
        sink_text(call, 400, wrong);
    else {
        sink_arrived(sim, call, "slack");
        sink_text(call, 200, "ok");
    }
}

/* ---- Discord ---- */

/* Adds an error at the place when the text is too long, or empty where it must not be; counts it. */
static void discord_text(json_t *errors, const char *place, const char *text, size_t min, size_t max,
                         size_t *sum)
{
    size_t units = text ? sink_units(text) : 0;

    *sum += units;
    if (units < min || units > max)
        json_put(errors, place, json_make("{s:[{s:s}]}", "_errors", "code", "BASE_TYPE_BAD_LENGTH"));
}

static void discord_embed(json_t *errors, const json_t *embed, size_t *sum)
{
    const json_t *fields = json_array_at(embed, "fields");
    const char *url = json_text(embed, "url"), *timestamp = json_text(embed, "timestamp");
    int64_t colour = json_int(embed, "color", 0), at;
    size_t i;
    json_t *field;

    discord_text(errors, "title", json_text(embed, "title"), 0, 256, sum);
    discord_text(errors, "description", json_text(embed, "description"), 0, 4096, sum);
    discord_text(errors, "footer", json_text(json_object_get(embed, "footer"), "text"), 0, 2048, sum);
    if (json_array_size(fields) > 25 || (url && !sink_is_url(url)) || colour < 0 || colour > 0xffffff ||
        (timestamp && !time_parse(timestamp, &at)))
        json_put(errors, "embed", json_make("{s:[{s:s}]}", "_errors", "code", "BASE_TYPE_INVALID"));
    json_array_foreach ((json_t *)fields, i, field) {
        discord_text(errors, "name", json_text(field, "name"), 1, 256, sum);
        discord_text(errors, "value", json_text(field, "value"), 1, 1024, sum);
    }
}

static json_t *discord_errors(const json_t *body)
{
    const json_t *embeds = json_array_at(body, "embeds");
    const char *content = json_text_or(body, "content", "");
    json_t *errors = json_object(), *embed;
    size_t i, sum = 0, uncounted = 0;

    discord_text(errors, "content", content, 0, 2000, &uncounted);
    json_array_foreach ((json_t *)embeds, i, embed)
        discord_embed(errors, embed, &sum);
    if (json_array_size(embeds) > 10 || sum > 6000 || (!*content && json_array_size(embeds) == 0))
        json_put(errors, "embeds", json_make("{s:[{s:s}]}", "_errors", "code", "MAX_EMBED_SIZE_EXCEEDED"));
    return errors;
}

void sink_discord(struct sim *sim, struct sim_call *call)
{
    const char *rest = sink_under(call, "/discord");
    AUTO_JSON json_t *errors = discord_errors(call->json);

    if (strncmp(rest, "/api/webhooks/4242/", 19) != 0)
        sink_json(call, 404, json_make("{s:s, s:i}", "message", "Unknown Webhook", "code", 10015));
    else if (strcmp(rest + 19, "sim-discord-token") != 0)
        sink_json(call, 401, json_make("{s:s, s:i}", "message", "Invalid Webhook Token", "code", 50027));
    else if (!json_is_object(call->json) || json_object_size(errors) > 0)
        sink_json(
            call, 400,
            json_make("{s:s, s:i, s:O}", "message", "Invalid Form Body", "code", 50035, "errors", errors));
    else {
        sink_arrived(sim, call, "discord");
        if (strstr(call->query, "wait=true"))
            sink_json(call, 200,
                      json_make("{s:s, s:s}", "id", "1", "content", json_text_or(call->json, "content", "")));
        else
            call->status = 204;
    }
}
