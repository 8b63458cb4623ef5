/* PSA tickets: one per offboarding, found again by its tag before one is made; later events become notes;
 * closed by outcome. */
#include <stdio.h>
#include <string.h>

#include "notify/event.h"
#include "notify/mail.h"
#include "notify/message.h"
#include "notify/psa.h"

#define TITLE_UNITS 100

static bool ticket_kept(const struct attempt *attempt, const char **ret, struct err *err)
{
    const struct delivery *d = attempt->delivery;
    *ret = NULL;
    AUTO_TX struct tx *tx = store_begin_read(attempt->parts->store, err);
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err, "SELECT ticket FROM tickets WHERE offboarding_id = $1 AND endpoint = $2",
                      P_TEXT(d->offboarding_id), P_TEXT(d->endpoint))
           : NULL;
    if (rows && rows_next(rows))
        *ret = arena_text(attempt->arena, row_text(rows, 0));
    return rows && !rows_failed(rows, err);
}

static bool keep_ticket(const struct attempt *attempt, const char *ticket, struct err *err)
{
    const struct delivery *d = attempt->delivery;
    AUTO_TX struct tx *tx = store_begin(attempt->parts->store, err);
    return tx &&
           tx_exec(
               tx, err,
               "INSERT INTO tickets(offboarding_id, endpoint, ticket, created_at) VALUES ($1, $2, $3, $4) "
               "ON CONFLICT (offboarding_id, endpoint) DO NOTHING",
               P_TEXT(d->offboarding_id), P_TEXT(d->endpoint), P_TEXT(ticket),
               P_INT(clock_utc_ms(attempt->parts->clock))) &&
           tx_commit(&tx, err);
}

/* Just before the one call that may not happen twice: is the delivery still ours? */
static bool still_ours(const struct attempt *attempt, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(attempt->parts->store, err);
    return tx && delivery_renew(tx, attempt->delivery, clock_utc_ms(attempt->parts->clock), err) &&
           tx_commit(&tx, err);
}

/* "Offboarding: Ann Leaver [TICKET-1234] (LD-0123456789ab)"; of a long one the middle gives way. */
static const char *title_of(const struct attempt *attempt, const char *tag)
{
    struct arena *arena = attempt->arena;
    const char *name = json_text_or(attempt->message, "name", ""),
               *reference = json_text(attempt->message, "reference");
    const char *full = reference && *reference ? arena_printf(arena, "Offboarding: %s [%s]", name, reference)
                                               : arena_printf(arena, "Offboarding: %s", name);
    return arena_printf(arena, "%s (%s)",
                        text_cut(arena, text_clean(arena, full), TITLE_UNITS - 3 - strlen(tag)), tag);
}

static bool company_of(const struct attempt *attempt, int64_t *ret, struct err *err)
{
    *ret = json_int(attempt->tenant, "psa_company", json_int(attempt->config, "default_company", 0));
    return *ret > 0 ||
           err_code(err, ERR_CONFIG, "no_company",
                    "This tenant is mapped to no company of the PSA: set notify.psa_company in the tenant's "
                    "defaults, or default_company in the settings.");
}

static bool closes(const struct attempt *attempt)
{
    const char *when = json_text_or(attempt->config, "close", "finished"), *event = attempt->delivery->event;
    return (strcmp(when, "always") == 0 && event_is_end(event)) ||
           (strcmp(when, "finished") == 0 && strcmp(event, "finished") == 0);
}

static bool deliver(const struct attempt *attempt, const struct psa_kind *kind, struct psa *psa,
                    struct psa_ticket *words, const char *tag, const char **ret_ticket, struct err *err)
{
    const char *ticket = NULL;
    bool made = false;
    if (!ticket_kept(attempt, &ticket, err) || !kind->open(psa, err))
        return false;
    if (!ticket) {
        if (!kind->find(psa, tag, &ticket, err))
            return false;
        made = !ticket;
        if (made && (!company_of(attempt, &words->company, err) || !still_ours(attempt, err) ||
                     !kind->create(psa, words, &ticket, err)))
            return false;
        if (!keep_ticket(attempt, ticket, err))
            return false;
    }
    *ret_ticket = ticket;
    return (made || kind->note(psa, ticket, words, err)) &&
           (!closes(attempt) || kind->close(psa, ticket, err));
}

/* Without a ticket: do address and credentials work? */
static bool try_out(const struct psa_kind *kind, struct psa *psa, struct err *err)
{
    AUTO_JSON json_t *list = kind->open(psa, err) ? kind->companies(psa, "a", err) : NULL;
    return list != NULL;
}

void channel_psa(const struct attempt *attempt, struct outcome *ret)
{
    const struct psa_kind *kind = psa_kind_find(json_text(attempt->config, "kind"));
    const json_t *user = json_object_at(json_object_at(attempt->message, "offboarding"), "user");
    struct psa psa = {.parts = attempt->parts,
                      .config = attempt->config,
                      .arena = attempt->arena,
                      .cancel = attempt->cancel};
    struct mail mail = mail_make(attempt->message, attempt->arena);
    const char *id = json_text(json_object_at(attempt->message, "offboarding"), "id");
    const char *ticket = NULL;
    char tag[PSA_TAG_SIZE];
    struct err err = {0};
    struct psa_ticket words = {
        .html = arena_printf(attempt->arena, "%s<p>%s</p>", mail.fragment, attempt->message_id),
        .text = arena_printf(attempt->arena, "%s\r\n%s\r\n", mail.text, attempt->message_id),
        .user_principal_name = json_text(user, "user_principal_name"),
        .display_name = json_text(user, "display_name")};
    words.title = title_of(attempt, psa_tag(id ? id : "", tag));
    ret->delivered = kind && (attempt->delivery ? deliver(attempt, kind, &psa, &words, tag, &ticket, &err)
                                                : try_out(kind, &psa, &err));
    ret->status = psa.status;
    ret->retry_after_ms = psa.retry_after_ms;
    ret->request = json_make("{s:o, s:s, s:o}", "psa", json_text_new(json_text(attempt->config, "kind")),
                             "title", words.title, "ticket", json_text_new(ticket));
    if (psa.response)
        outcome_response(ret, attempt, psa.response, strlen(psa.response));
    psa_done(&psa);
    if (!ret->delivered) {
        outcome_fail(ret, &err);
        ret->endpoint_fault = psa.status != 400 && psa.status != 422 && strcmp(err.code, "no_company") != 0;
    }
}
