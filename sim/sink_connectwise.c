/* ConnectWise PSA: service/tickets with notes, company/companies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "odata.h"
#include "sink.h"

static const struct sink_company companies[] = {{250, "Contoso"}, {251, "Fabrikam"}, {0}};

static void add_missing(json_t *errors, const char *code, const char *field, const char *message)
{
    json_add(errors, json_make("{s:s, s:s, s:s, s:s}", "code", code, "message", message, "resource", "ticket",
                               "field", field));
}

static void ticket_post(struct sim_call *call, json_t *psa)
{
    const char *summary = json_text(call->json, "summary");
    json_t *errors = json_array();

    if (!summary || !*summary)
        add_missing(errors, "MissingRequiredField", "summary", "The summary field is required.");
    else if (sink_units(summary) > 100)
        add_missing(errors, "InvalidField", "summary",
                    "The field summary must be a string with a maximum length of 100.");
    if (!sink_company_known(companies, json_int(json_object_get(call->json, "company"), "id", 0)))
        add_missing(errors, "MissingRequiredField", "company", "The company field is required.");
    if (json_int(json_object_get(call->json, "board"), "id", 0) <= 0)
        add_missing(errors, "MissingRequiredField", "board", "The board field is required.");
    if (json_array_size(errors) > 0) {
        sink_json(call, 400,
                  json_make("{s:s, s:s, s:o}", "code", "InvalidObject", "message", "ticket object is invalid",
                            "errors", errors));
        return;
    }
    json_decref(errors);
    json_t *ticket = json_deep_copy(call->json);
    int64_t id = sink_next(psa, 5000);
    char key[24];

    snprintf(key, sizeof key, "%lld", (long long)id);
    json_put(ticket, "id", json_integer(id));
    json_put(ticket, "notes", json_array());
    json_put(sink_member(psa, "tickets", json_object), key, ticket);
    sink_json(call, 201, json_deep_copy(ticket));
}

/* `field like "%part%"`, the one condition that is used; the part. */
static bool condition(const json_t *query, const char *field, char *ret, size_t size)
{
    char start[40];
    const char *text = json_text_or(query, "conditions", "");

    snprintf(start, sizeof start, "%s like \"%%", field);
    size_t length = strlen(start);

    if (strncmp(text, start, length) != 0 || strlen(text) < length + 2 ||
        strcmp(text + strlen(text) - 2, "%\"") != 0)
        return false;
    snprintf(ret, size, "%.*s", (int)(strlen(text) - length - 2), text + length);
    return true;
}

static void tickets_get(struct sim_call *call, json_t *psa)
{
    AUTO_JSON json_t *query = odata_query(call->query);
    char part[200];
    const char *key;
    json_t *found = json_array(), *ticket;

    if (!condition(query, "summary", part, sizeof part)) {
        json_decref(found);
        sink_json(
            call, 400,
            json_make("{s:s, s:s}", "code", "InvalidCondition", "message", "The conditions are not right."));
        return;
    }
    json_object_foreach (sink_member(psa, "tickets", json_object), key, ticket)
        if (strcasestr(json_text_or(ticket, "summary", ""), part))
            json_add(found, json_deep_copy(ticket));
    sink_json(call, 200, found);
}

static void companies_get(struct sim_call *call)
{
    AUTO_JSON json_t *query = odata_query(call->query);
    char part[200];

    if (condition(query, "name", part, sizeof part))
        sink_json(call, 200, sink_companies(companies, part, "name"));
    else
        sink_json(
            call, 400,
            json_make("{s:s, s:s}", "code", "InvalidCondition", "message", "The conditions are not right."));
}

static void ticket_patch(struct sim_call *call, json_t *ticket)
{
    size_t i;
    json_t *step;

    json_array_foreach (call->json, i, step) {
        if (strcmp(json_text_or(step, "op", ""), "replace") != 0 || !json_text(step, "path")) {
            sink_json(call, 400,
                      json_make("{s:s, s:s}", "code", "InvalidObject", "message", "patch is invalid"));
            return;
        }
        json_put(ticket, json_text(step, "path"), json_incref(json_object_get(step, "value")));
    }
    sink_json(call, 200, json_deep_copy(ticket));
}

/* /service/tickets/{id} and /service/tickets/{id}/notes */
static void one_ticket(struct sim_call *call, json_t *psa, const char *rest)
{
    char id[24];

    snprintf(id, sizeof id, "%.*s", (int)strcspn(rest, "/"), rest);
    json_t *ticket = json_object_get(sink_member(psa, "tickets", json_object), id);
    const char *more = rest + strcspn(rest, "/");

    if (!ticket)
        sink_json(call, 404, json_make("{s:s, s:s}", "code", "NotFound", "message", "Ticket not found"));
    else if (!strcmp(call->method, "PATCH") && !*more)
        ticket_patch(call, ticket);
    else if (!strcmp(call->method, "POST") && !strcmp(more, "/notes") && json_text(call->json, "text")) {
        json_add(json_object_get(ticket, "notes"), json_deep_copy(call->json));
        sink_json(call, 201,
                  json_make("{s:i}", "id", (int)json_array_size(json_object_get(ticket, "notes"))));
    } else
        sink_json(call, 400,
                  json_make("{s:s, s:s}", "code", "InvalidObject", "message", "note object is invalid"));
}

void sink_connectwise(struct sim *sim, struct sim_call *call)
{
    static const char base[] = "/connectwise/v4_6_release/apis/3.0", tickets[] = "/service/tickets";
    json_t *psa = sink_object(sim, "connectwise");
    const char *rest = sink_under(call, base);

    if (!sink_is_basic(call, "simco+sim-public:sim-private-key") ||
        !sink_header_is(call, "clientId", "sim-cw-client"))
        sink_json(call, 401, json_make("{s:s, s:s}", "code", "Unauthorized", "message", "Unauthorized"));
    else if (rest && !strcmp(rest, tickets) && !strcmp(call->method, "POST"))
        ticket_post(call, psa);
    else if (rest && !strcmp(rest, tickets))
        tickets_get(call, psa);
    else if (rest && !strncmp(rest, tickets, strlen(tickets)))
        one_ticket(call, psa, rest + strlen(tickets) + 1);
    else if (rest && !strcmp(rest, "/company/companies"))
        companies_get(call);
    else
        sink_json(call, 404, json_make("{s:s, s:s}", "code", "NotFound", "message", "Not found"));
}
