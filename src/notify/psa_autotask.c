/* Autotask PSA: https://autotask.net/help/developerhelp/Content/APIs/REST/REST_API_Home.htm */
#include <stdlib.h>
#include <string.h>

#include "notify/psa.h"

static bool call(struct psa *psa, const char *method, const char *path, const json_t *body, json_t **ret,
                 struct err *err)
{
    const char *const headers[] = {
        arena_printf(psa->arena, "ApiIntegrationcode: %s", json_text_or(psa->config, "integration_code", "")),
        arena_printf(psa->arena, "UserName: %s", json_text_or(psa->config, "user", "")),
        arena_printf(psa->arena, "Secret: %s", json_text_or(psa->config, "password", "")), NULL};
    const char *url =
        psa_url(psa, json_text_or(psa->config, "url", ""), arena_printf(psa->arena, "V1.0/%s", path));
    return psa_call(psa, method, url, headers, body, ret, err);
}

static bool sign_in(struct psa *psa, struct err *err)
{
    (void)psa, (void)err; /* each call carries the credentials */
    return true;
}

static json_t *contains(const char *field, const char *value)
{
    return json_make("{s:[{s:s, s:s, s:s}]}", "filter", "op", "contains", "field", field, "value", value);
}

static bool find(struct psa *psa, const char *tag, const char **ret, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *body = contains("title", tag);
    size_t i;
    json_t *ticket;
    *ret = NULL;
    if (!call(psa, "POST", "Tickets/query", body, &answer, err))
        return false;
    json_array_foreach ((json_t *)json_array_at(answer, "items"), i, ticket)
        if (!*ret && strstr(json_text_or(ticket, "title", ""), tag))
            *ret = psa_number(psa, ticket, "id");
    return true;
}

static bool create(struct psa *psa, const struct psa_ticket *ticket, const char **ret, struct err *err)
{
    static const char *const numbers[][2] = {{"status", "status"},
                                             {"priority", "priority"},
                                             {"queueID", "queue_id"},
                                             {"ticketType", "ticket_type"}};
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *body = json_make("{s:I, s:s, s:s}", "companyID", (json_int_t)ticket->company, "title",
                                       ticket->title, "description", ticket->text);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        psa_put_number(psa, body, numbers[i][0], numbers[i][1]);
    json_put_time(body, "dueDateTime", clock_utc_ms(psa->parts->clock) + INT64_C(24) * 3600 * 1000);
    if (!call(psa, "POST", "Tickets", body, &answer, err))
        return false;
    *ret = psa_number(psa, answer, "itemId");
    return *ret ||
           err_code(err, ERR_UPSTREAM, "broken_answer", "Autotask made a ticket without telling its number.");
}

static bool note(struct psa *psa, const char *ticket, const struct psa_ticket *words, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *body = json_make("{s:s, s:s}", "title", words->title, "description", words->text);
    psa_put_number(psa, body, "noteType", "note_type");
    psa_put_number(psa, body, "publish", "publish");
    return call(psa, "POST", arena_printf(psa->arena, "Tickets/%s/Notes", ticket), body, &answer, err);
}

static bool close_ticket(struct psa *psa, const char *ticket, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *body = json_make("{s:I}", "id", (json_int_t)strtoll(ticket, NULL, 10));
    psa_put_number(psa, body, "status", "closed_status");
    return call(psa, "PATCH", "Tickets", body, &answer, err);
}

static json_t *companies(struct psa *psa, const char *search, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *body = contains("companyName", search);
    json_t *list, *company;
    size_t i;
    if (!call(psa, "POST", "Companies/query", body, &answer, err))
        return NULL;
    list = json_array();
    json_array_foreach ((json_t *)json_array_at(answer, "items"), i, company)
        json_add(list, json_make("{s:I, s:o}", "id", (json_int_t)json_int(company, "id", 0), "name",
                                 json_text_new(json_text(company, "companyName"))));
    return list;
}

const struct psa_kind psa_autotask = {"autotask", sign_in, find, create, note, close_ticket, companies};
