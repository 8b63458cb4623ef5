/* HaloPSA: token endpoint, Tickets, actions, Client. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "odata.h"
#include "sink.h"

static const struct sink_company clients[] = {{12, "Contoso"}, {13, "Fabrikam"}, {0}};

static void token(struct sim *sim, struct sim_call *call)
{
    json_t *halo = sink_object(sim, "halopsa");
    char id[UUID_SIZE];
    bool good = strstr(call->body, "grant_type=client_credentials") &&
                strstr(call->body, "client_id=sim-halo&") &&
                strstr(call->body, "client_secret=sim-halo-secret") && strstr(call->body, "scope=all");

    if (!good) {
        sink_json(call, 400,
                  json_make("{s:s, s:s}", "error", "invalid_client", "error_description",
                            "The client credentials are not right."));
        return;
    }
    if (!json_is_array(json_object_get(halo, "_token")))
        json_put(halo, "_token", json_array());
    json_add(json_object_get(halo, "_token"), json_string(uuid_v4(rng_system(), id)));
    sink_json(call, 200,
              json_make("{s:s, s:s, s:s, s:i, s:n, s:n}", "scope", "all", "token_type", "Bearer",
                        "access_token", id, "expires_in", 3600, "refresh_token", "id_token"));
}

static bool signed_in(const json_t *halo, const struct sim_call *call)
{
    const char *given = call->header(call, "Authorization");

    return given && text_starts_nocase(given, "Bearer ") &&
           sim_text_index(json_object_get(halo, "_token"), given + strlen("Bearer ")) >= 0;
}

static void ticket_new(struct sim_call *call, json_t *halo, const json_t *sent)
{
    const char *missing = !json_text(sent, "summary") || !*json_text(sent, "summary") ? "Summary"
                          : json_int(sent, "tickettype_id", 0) <= 0                   ? "Ticket Type"
                                                                                      : NULL;
    char key[24];

    if (missing || !sink_company_known(clients, json_int(sent, "client_id", 0))) {
        AUTO_STRBUF struct strbuf text = STRBUF_MAX(200);

        strbuf_printf(&text, "\"Please enter a value for %s\"", missing ? missing : "Client");
        sink_text(call, 400, strbuf_text(&text));
        return;
    }
    json_t *ticket = json_deep_copy(sent);
    int64_t id = sink_next(halo, 1000);

    snprintf(key, sizeof key, "%lld", (long long)id);
    json_put(ticket, "id", json_integer(id));
    json_put(ticket, "status_id", json_integer(1));
    json_put(ticket, "notes", json_array());
    json_put(sink_member(halo, "tickets", json_object), key, ticket);
    sink_json(call, 201, json_deep_copy(ticket));
}

static json_t *ticket_of(json_t *halo, int64_t id)
{
    char key[24];

    snprintf(key, sizeof key, "%lld", (long long)id);
    return json_object_get(sink_member(halo, "tickets", json_object), key);
}

static void tickets_post(struct sim_call *call, json_t *halo)
{
    const json_t *sent = json_array_get(call->json, 0);
    json_t *ticket = ticket_of(halo, json_int(sent, "id", 0));

    if (!json_is_object(sent))
        sink_text(call, 400, "\"An array of tickets is wanted\"");
    else if (!json_object_get(sent, "id"))
        ticket_new(call, halo, sent);
    else if (!ticket)
        sink_text(call, 404, "\"Not found\"");
    else {
        json_object_update(ticket, (json_t *)sent);
        sink_json(call, 201, json_deep_copy(ticket));
    }
}

static void tickets_get(struct sim_call *call, json_t *halo)
{
    AUTO_JSON json_t *query = odata_query(call->query);
    const char *search = json_text_or(query, "search", ""), *key;
    json_t *found = json_array(), *ticket;

    json_object_foreach (sink_member(halo, "tickets", json_object), key, ticket)
        if (strcasestr(json_text_or(ticket, "summary", ""), search))
            json_add(found, json_deep_copy(ticket));
    sink_json(call, 200,
              json_make("{s:i, s:o}", "record_count", (int)json_array_size(found), "tickets", found));
}

static void actions_post(struct sim_call *call, json_t *halo)
{
    const json_t *sent = json_array_get(call->json, 0);
    json_t *ticket = ticket_of(halo, json_int(sent, "ticket_id", 0));

    if (!ticket || !json_text(sent, "note_html") || json_int(sent, "outcome_id", 0) <= 0) {
        sink_text(call, 400, "\"ticket_id, outcome_id and a note are wanted\"");
        return;
    }
    json_add(json_object_get(ticket, "notes"), json_deep_copy(sent));
    sink_json(call, 201, json_make("{s:i}", "id", (int)json_array_size(json_object_get(ticket, "notes"))));
}

void sink_halopsa(struct sim *sim, struct sim_call *call)
{
    json_t *halo = sink_object(sim, "halopsa");
    const char *rest = sink_under(call, "/halopsa");
    bool post = !strcmp(call->method, "POST");

    if (post && !strcmp(rest, "/auth/token"))
        token(sim, call);
    else if (!signed_in(halo, call))
        sink_json(call, 401,
                  json_make("{s:s}", "Message", "Authorization has been denied for this request."));
    else if (!strcmp(rest, "/api/Tickets"))
        (post ? tickets_post : tickets_get)(call, halo);
    else if (post && !strcmp(rest, "/api/actions"))
        actions_post(call, halo);
    else if (!post && !strcmp(rest, "/api/Client")) {
        AUTO_JSON json_t *query = odata_query(call->query);
        json_t *found = sink_companies(clients, json_text_or(query, "search", ""), "name");

        sink_json(call, 200,
                  json_make("{s:i, s:o}", "record_count", (int)json_array_size(found), "clients", found));
    } else
        sink_text(call, 404, "\"Not found\"");
}
