/* ConnectWise PSA (Manage): https://developer.connectwise.com/Products/ConnectWise_PSA/REST */
#include <stdlib.h>
#include <string.h>

#include "notify/psa.h"

#define ACCEPT "Accept: application/vnd.connectwise.com+json; version=2020.1"

static bool sign_in(struct psa *psa, struct err *err)
{
    AUTO_STRBUF struct strbuf pair = STRBUF_MAX(1024), encoded = STRBUF_MAX(2048);
    (void)err;
    strbuf_printf(&pair, "%s+%s:%s", json_text_or(psa->config, "company_id", ""),
                  json_text_or(psa->config, "public_key", ""), json_text_or(psa->config, "private_key", ""));
    strbuf_base64(&encoded, strbuf_text(&pair), pair.length);
    psa->authorization = arena_printf(psa->arena, "Authorization: Basic %s", strbuf_text(&encoded));
    explicit_bzero(pair.data, pair.length);
    return true;
}

static bool call(struct psa *psa, const char *method, const char *path, const json_t *body, json_t **ret,
                 struct err *err)
{
    const char *const headers[] = {
        ACCEPT, arena_printf(psa->arena, "clientId: %s", json_text_or(psa->config, "client_id", "")), NULL};
    return psa_call(psa, method, psa_url(psa, json_text_or(psa->config, "url", ""), path), headers, body, ret,
                    err);
}

static bool find(struct psa *psa, const char *tag, const char **ret, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(400);
    size_t i;
    json_t *ticket;
    *ret = NULL;
    strbuf_text_add(&path, "service/tickets?conditions=");
    strbuf_percent(&path, arena_printf(psa->arena, "summary like \"%%%s%%\"", tag));
    strbuf_text_add(&path, "&pageSize=10&page=1");
    if (!call(psa, "GET", strbuf_text(&path), NULL, &answer, err))
        return false;
    json_array_foreach (answer, i, ticket)
        if (!*ret && strstr(json_text_or(ticket, "summary", ""), tag))
            *ret = psa_number(psa, ticket, "id");
    return true;
}

static bool create(struct psa *psa, const struct psa_ticket *ticket, const char **ret, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *body = json_make(
        "{s:s, s:{s:I}, s:{s:I}, s:{s:s}, s:s}", "summary", ticket->title, "company", "id",
        (json_int_t)ticket->company, "board", "id", (json_int_t)json_int(psa->config, "board_id", 0),
        "status", "name", json_text_or(psa->config, "status", "New"), "initialDescription", ticket->text);
    json_t *priority = json_object();
    psa_put_number(psa, priority, "id", "priority_id");
    if (json_object_size(priority) > 0)
        json_put(body, "priority", json_incref(priority));
    json_decref(priority);
    if (ticket->user_principal_name)
        json_put_text(body, "contactEmailAddress", ticket->user_principal_name);
    if (!call(psa, "POST", "service/tickets", body, &answer, err))
        return false;
    *ret = psa_number(psa, answer, "id");
    return *ret || err_code(err, ERR_UPSTREAM, "broken_answer",
                            "ConnectWise made a ticket without telling its number.");
}

static bool note(struct psa *psa, const char *ticket, const struct psa_ticket *words, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *body = json_make("{s:s, s:b}", "text", words->text, "internalAnalysisFlag", 1);
    return call(psa, "POST", arena_printf(psa->arena, "service/tickets/%s/notes", ticket), body, &answer,
                err);
}

static bool close_ticket(struct psa *psa, const char *ticket, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *body = json_make("[{s:s, s:s, s:{s:s}}]", "op", "replace", "path", "status", "value",
                                       "name", json_text_or(psa->config, "closed_status", "Closed"));
    return call(psa, "PATCH", arena_printf(psa->arena, "service/tickets/%s", ticket), body, &answer, err);
}

static json_t *companies(struct psa *psa, const char *search, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(2048), name = STRBUF_MAX(400);
    json_t *list, *company;
    size_t i;
    for (const char *c = search; *c; c++) /* a quote would end the condition */
        if (*c != '"' && *c != '\\')
            strbuf_char(&name, *c);
    strbuf_text_add(&path, "company/companies?conditions=");
    strbuf_percent(&path, arena_printf(psa->arena, "name like \"%%%s%%\"", strbuf_text(&name)));
    strbuf_text_add(&path, "&pageSize=100&page=1");
    if (!call(psa, "GET", strbuf_text(&path), NULL, &answer, err))
        return NULL;
    list = json_array();
    json_array_foreach (answer, i, company)
        json_add(list, json_make("{s:I, s:o}", "id", (json_int_t)json_int(company, "id", 0), "name",
                                 json_text_new(json_text(company, "name"))));
    return list;
}

const struct psa_kind psa_connectwise = {"connectwise", sign_in, find, create, note, close_ticket, companies};
