/* Autotask PSA: Tickets, their Notes and queries, Companies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sink.h"

static const struct sink_company companies[] = {{175, "Contoso"}, {176, "Fabrikam"}, {0}};

static void fail(struct sim_call *call, int status, const char *message)
{
    sink_json(call, status, json_make("{s:[s]}", "errors", message));
}

static const char *ticket_wrong(const json_t *sent)
{
    static const char *const known[] = {"id",       "companyID", "title",       "description", "status",
                                        "priority", "queueID",   "dueDateTime", "ticketType"};
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)sent, name, value) {
        bool found = false;

        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found |= !strcmp(known[i], name);
        if (!found)
            return "Unable to find a field of that name in the Ticket Entity.";
    }
    return NULL;
}

static void ticket_post(struct sim_call *call, json_t *psa)
{
    const json_t *sent = call->json;
    const char *wrong = ticket_wrong(sent), *title = json_text(sent, "title");
    char key[24];

    if (wrong || !title || !*title || sink_units(title) > 255 || json_int(sent, "status", 0) <= 0 ||
        json_int(sent, "priority", 0) <= 0 || !json_text(sent, "dueDateTime")) {
        fail(call, 500,
             wrong ? wrong : "Missing or invalid required field: title, status, priority or dueDateTime.");
        return;
    }
    if (!sink_company_known(companies, json_int(sent, "companyID", 0))) {
        fail(call, 500, "Reference value on field: companyID of type: Account does not exist or is invalid.");
        return;
    }
    json_t *ticket = json_deep_copy(sent);
    int64_t id = sink_next(psa, 98000);

    snprintf(key, sizeof key, "%lld", (long long)id);
    json_put(ticket, "id", json_integer(id));
    json_put(ticket, "notes", json_array());
    json_put(sink_member(psa, "tickets", json_object), key, ticket);
    sink_json(call, 200, json_make("{s:I}", "itemId", (json_int_t)id));
}

static json_t *ticket_of(json_t *psa, const char *id)
{
    return json_object_get(sink_member(psa, "tickets", json_object), id);
}

static void ticket_patch(struct sim_call *call, json_t *psa)
{
    char key[24];

    snprintf(key, sizeof key, "%lld", (long long)json_int(call->json, "id", 0));
    json_t *ticket = ticket_of(psa, key);

    if (!ticket || ticket_wrong(call->json)) {
        fail(call, ticket ? 500 : 404, "The ticket cannot be changed so.");
        return;
    }
    json_object_update(ticket, call->json);
    sink_json(call, 200, json_make("{s:O}", "itemId", json_object_get(ticket, "id")));
}

static void note_post(struct sim_call *call, json_t *psa, const char *rest)
{
    char id[24];

    snprintf(id, sizeof id, "%.*s", (int)strcspn(rest, "/"), rest);
    json_t *ticket = ticket_of(psa, id);

    if (!ticket || strcmp(rest + strcspn(rest, "/"), "/Notes") != 0 ||
        !json_text(call->json, "description") || json_int(call->json, "noteType", 0) <= 0 ||
        json_int(call->json, "publish", 0) <= 0) {
        fail(call, ticket ? 500 : 404, "The note needs title, description, noteType and publish.");
        return;
    }
    json_add(json_object_get(ticket, "notes"), json_deep_copy(call->json));
    sink_json(call, 200,
              json_make("{s:i}", "itemId", (int)json_array_size(json_object_get(ticket, "notes"))));
}

static void answer_items(struct sim_call *call, json_t *items)
{
    sink_json(call, 200,
              json_make("{s:o, s:{s:i, s:i, s:n, s:n}}", "items", items, "pageDetails", "count",
                        (int)json_array_size(items), "requestCount", 500, "prevPageUrl", "nextPageUrl"));
}

/* One filter, op contains; the value when it is about that field. */
static const char *filter_value(const struct sim_call *call, const char *field)
{
    const json_t *filter = json_array_get(json_array_at(call->json, "filter"), 0);

    return !strcmp(json_text_or(filter, "op", ""), "contains") &&
                   !strcmp(json_text_or(filter, "field", ""), field)
               ? json_text(filter, "value")
               : NULL;
}

static void query(struct sim_call *call, json_t *psa, bool tickets)
{
    const char *value = filter_value(call, tickets ? "title" : "companyName"), *key;
    json_t *found, *ticket;

    if (!value) {
        fail(call, 500, "The filter is not right.");
        return;
    }
    if (!tickets) {
        answer_items(call, sink_companies(companies, value, "companyName"));
        return;
    }
    found = json_array();
    json_object_foreach (sink_member(psa, "tickets", json_object), key, ticket)
        if (strcasestr(json_text_or(ticket, "title", ""), value))
            json_add(found, json_deep_copy(ticket));
    answer_items(call, found);
}

void sink_autotask(struct sim *sim, struct sim_call *call)
{
    json_t *psa = sink_object(sim, "autotask");
    const char *rest = sink_under(call, "/autotask/V1.0");
    bool post = !strcmp(call->method, "POST");

    if (!sink_header_is(call, "ApiIntegrationcode", "sim-at-code") ||
        !sink_header_is(call, "UserName", "api@sim.example") ||
        !sink_header_is(call, "Secret", "sim-at-secret"))
        fail(call, 401, "The credentials are not right.");
    else if (!rest || !json_is_object(call->json))
        fail(call, 404, "No HTTP resource was found that matches the request URI.");
    else if (!strcmp(rest, "/Tickets"))
        (post ? ticket_post : ticket_patch)(call, psa);
    else if (post && !strcmp(rest, "/Tickets/query"))
        query(call, psa, true);
    else if (post && !strcmp(rest, "/Companies/query"))
        query(call, psa, false);
    else if (post && !strncmp(rest, "/Tickets/", 9))
        note_post(call, psa, rest + 9);
    else
        fail(call, 404, "No HTTP resource was found that matches the request URI.");
}
