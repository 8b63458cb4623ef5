/* HaloPSA and HaloITSM: https://haloitsm.com/apidoc/ */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "notify/psa.h"

static bool sign_in(struct psa *psa, struct err *err)
{
    AUTO_STRBUF struct strbuf form = STRBUF_MAX(4096);
    AUTO_JSON json_t *answer = NULL;
    const char *base = json_text_or(psa->config, "auth_url", "");
    size_t path = strcspn(base, "?"); /* hosted instances carry ?tenant= in it */
    strbuf_text_add(&form, "grant_type=client_credentials&scope=all&client_id=");
    strbuf_percent(&form, json_text_or(psa->config, "client_id", ""));
    strbuf_text_add(&form, "&client_secret=");
    strbuf_percent(&form, json_text_or(psa->config, "client_secret", ""));
    const char *url = arena_printf(psa->arena, "%s%s",
                                   psa_url(psa, arena_text_n(psa->arena, base, path), "token"), base + path);
    bool sent = psa_send(psa, "POST", url, NULL, strbuf_text(&form), "application/x-www-form-urlencoded",
                         &answer, err);
    if (form.data)
        explicit_bzero(form.data, form.length);
    psa_done(psa); /* the answer holds the token: it goes into no record */
    if (!sent)
        return false;
    const char *token = json_text(answer, "access_token");
    if (!token || strpbrk(token, "\r\n"))
        return err_code(err, ERR_UPSTREAM, "broken_answer", "HaloPSA gave no token.");
    psa->authorization = arena_printf(psa->arena, "Authorization: Bearer %s", token);
    return true;
}

static const char *resource(struct psa *psa, const char *path)
{
    return psa_url(psa, json_text_or(psa->config, "resource_url", ""), path);
}

static bool find(struct psa *psa, const char *tag, const char **ret, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    size_t i;
    json_t *ticket;
    *ret = NULL;
    if (!psa_call(psa, "GET", resource(psa, arena_printf(psa->arena, "api/Tickets?search=%s", tag)), NULL,
                  NULL, &answer, err))
        return false;
    const json_t *list = json_is_array(answer) ? answer : json_array_at(answer, "tickets");
    json_array_foreach ((json_t *)list, i, ticket) /* a search finds more than what was meant */
        if (!*ret && strstr(json_text_or(ticket, "summary", ""), tag))
            *ret = psa_number(psa, ticket, "id");
    return true;
}

static json_t *one(json_t *object)
{
    return json_make("[o]", object);
}

static bool create(struct psa *psa, const struct psa_ticket *ticket, const char **ret, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    json_t *object = json_make("{s:s, s:s, s:I, s:{s:i, s:s}, s:b}", "summary", ticket->title, "details_html",
                               ticket->html, "client_id", (json_int_t)ticket->company, "userlookup", "id", -1,
                               "lookupdisplay", "Enter Details Manually", "donotapplytemplateintheapi", 1);
    psa_put_number(psa, object, "tickettype_id", "tickettype_id");
    psa_put_number(psa, object, "priority_id", "priority_id");
    AUTO_JSON json_t *body = one(object);
    if (!psa_call(psa, "POST", resource(psa, "api/Tickets"), NULL, body, &answer, err))
        return false;
    *ret = psa_number(psa, json_is_array(answer) ? json_array_get(answer, 0) : answer, "id");
    return *ret ||
           err_code(err, ERR_UPSTREAM, "broken_answer", "HaloPSA made a ticket without telling its number.");
}

static bool note(struct psa *psa, const char *ticket, const struct psa_ticket *words, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    json_t *object = json_make("{s:I, s:b, s:s}", "ticket_id", (json_int_t)strtoll(ticket, NULL, 10),
                               "hiddenfromuser", 1, "note_html", words->html);
    psa_put_number(psa, object, "outcome_id", "outcome_id");
    AUTO_JSON json_t *body = one(object);
    return psa_call(psa, "POST", resource(psa, "api/actions"), NULL, body, &answer, err);
}

static bool close_ticket(struct psa *psa, const char *ticket, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    json_t *object = json_make("{s:I}", "id", (json_int_t)strtoll(ticket, NULL, 10));
    psa_put_number(psa, object, "status_id", "closed_status_id");
    AUTO_JSON json_t *body = one(object);
    return psa_call(psa, "POST", resource(psa, "api/Tickets"), NULL, body, &answer, err);
}

static json_t *companies(struct psa *psa, const char *search, struct err *err)
{
    AUTO_JSON json_t *answer = NULL;
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(1024);
    json_t *list = NULL, *client;
    size_t i;
    strbuf_text_add(&path, "api/Client?search=");
    strbuf_percent(&path, search);
    if (!psa_call(psa, "GET", resource(psa, strbuf_text(&path)), NULL, NULL, &answer, err))
        return NULL;
    list = json_array();
    json_array_foreach ((json_t *)json_array_at(answer, "clients"), i, client)
        json_add(list, json_make("{s:I, s:o}", "id", (json_int_t)json_int(client, "id", 0), "name",
                                 json_text_new(json_text(client, "name"))));
    return list;
}

const struct psa_kind psa_halopsa = {"halopsa", sign_in, find, create, note, close_ticket, companies};
