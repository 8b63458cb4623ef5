/* What Exchange knows of the user: one $batch, and a second one for what the first made known. */
#include <string.h>

#include "connector/parallel.h"
#include "task/facts_internal.h"

#define ELSEWHERE_TIMEOUT_MS 30000 /* ten times 0.85 s, should the batch run one after the other */

struct read {
    enum fact fact;
    const char *cmdlet;
    const char *identity; /* the parameter that names the user */
    const char *extra;    /* a switch beside it; NULL for none */
    enum { ROW, ROWS, BYTES } shape;
};

/* Room for the user's own reads, and for each mailbox and calendar that the permission index names. */
struct asked {
    struct exchange_item *items;
    const struct read **reads; /* which row each item is */
    const json_t **about;      /* the candidate it is about, NULL for the user's own */
    size_t count;
    bool elsewhere; /* other mailboxes are asked about */
};

static const struct read reads[] = {
    {FACT_NUMBER_MAILBOX, "Get-Mailbox", "Identity", NULL, ROW},
    {FACT_NUMBER_SIZE, "Get-MailboxStatistics", "Identity", NULL, BYTES},
    {FACT_NUMBER_AUTO_REPLY, "Get-MailboxAutoReplyConfiguration", "Identity", NULL, ROW},
    {FACT_NUMBER_PERMISSIONS, "Get-MailboxPermission", "Identity", NULL, ROWS},
    {FACT_NUMBER_SEND_AS, "Get-RecipientPermission", "Identity", NULL, ROWS},
    {FACT_NUMBER_RULES, "Get-InboxRule", "Mailbox", "IncludeHidden", ROWS},
    {FACT_NUMBER_DEVICES, "Get-MobileDevice", "Mailbox", NULL, ROWS},
    {FACT_NUMBER_SEND_AS_ELSEWHERE, "Get-RecipientPermission", "Trustee", NULL, ROWS},
};
static const struct read access_read = {FACT_NUMBER_ACCESS_ELSEWHERE, "Get-MailboxPermission", NULL, NULL,
                                        ROWS};
static const struct read calendar_read = {FACT_NUMBER_CALENDARS_ELSEWHERE, "Get-MailboxFolderPermission",
                                          NULL, NULL, ROWS};
static const struct read recipient_read = {FACT_NUMBER_RECIPIENTS, "Get-Recipient", NULL, NULL, ROW};
static const struct read on_behalf_read = {FACT_NUMBER_ON_BEHALF_ELSEWHERE, "Get-Mailbox", NULL, NULL, ROWS};

/* "99 GB (106,300,440,576 bytes)" (contract/exchange.md, value formats); 0 for a mailbox never opened. */
static int64_t size_bytes(const char *text)
{
    int64_t bytes = 0;
    const char *c = text ? strchr(text, '(') : NULL;
    for (; c && *c && *c != ' '; c++) {
        if (*c >= '0' && *c <= '9')
            bytes = bytes * 10 + (*c - '0');
    }
    return bytes;
}

/* --- asking -------------------------------------------------------------------------------------------- */

static struct asked asked_new(const struct reading *reading)
{
    struct arena *arena = reading->arena;
    const json_t *elsewhere = reading->request->elsewhere;
    size_t most = sizeof reads / sizeof *reads + 2 + reading->people_count +
                  json_array_size(json_array_at(elsewhere, "mailboxes")) +
                  json_array_size(json_array_at(elsewhere, "calendars"));
    return (struct asked){.items = arena_alloc(arena, most, sizeof(struct exchange_item)),
                          .reads = arena_alloc(arena, most, sizeof(struct read *)),
                          .about = arena_alloc(arena, most, sizeof(json_t *))};
}

/* Takes params over. */
static void ask(struct asked *asked, const struct read *read, const json_t *about, json_t *params)
{
    asked->reads[asked->count] = read;
    asked->about[asked->count] = about;
    asked->items[asked->count++] = (struct exchange_item){.cmdlet = read->cmdlet, .params = params};
}

static void asked_done(struct asked *asked)
{
    exchange_items_done(asked->items, asked->count);
    for (size_t i = 0; i < asked->count; i++)
        json_decref((json_t *)asked->items[i].params);
}

/* --- answers ------------------------------------------------------------------------------------------- */

static json_t *shaped(const struct read *read, const struct exchange_item *item)
{
    const json_t *first = item->ok ? json_array_get(item->rows, 0) : NULL;
    switch (read->shape) {
    case ROW:
        return first ? json_incref((json_t *)first) : json_null();
    case BYTES:
        return json_integer(size_bytes(json_text(first, "TotalItemSize")));
    case ROWS:
        break;
    }
    return item->ok ? json_incref(item->rows) : json_array();
}

/* An AccessRights element may hold a comma-joined list (contract/exchange.md, value formats). */
static bool has_right(const json_t *row, const char *right)
{
    size_t i;
    json_t *element;
    json_array_foreach ((json_t *)json_array_at(row, "AccessRights"), i, element) {
        if (strstr(json_string_value(element) ? json_string_value(element) : "", right))
            return true;
    }
    return false;
}

/* What the candidate's answer says about the user: rows that are the mailbox' own business are left out. */
static void keep_elsewhere(struct reading *reading, const struct read *read, const json_t *candidate,
                           const struct exchange_item *item)
{
    size_t i;
    json_t *row, *list = json_object_get(reading->facts, fact_name(read->fact));
    json_array_foreach (item->rows, i, row) {
        bool full = read == &calendar_read || has_right(row, "FullAccess");
        if (json_flag(row, "IsInherited") || json_flag(row, "Deny") || !full)
            continue;
        json_t *kept = json_make("{s:s, s:O}", "mailbox", json_text_or(candidate, "id", ""), "rights",
                                 json_array_at(row, "AccessRights"));
        json_put_text(kept, "name", json_text(candidate, "name"));
        json_put_text(kept, "folder", json_text(candidate, "folder"));
        json_put_text(kept, "flags", json_text(row, "SharingPermissionFlags"));
        json_add(list, kept);
    }
}

static bool is_absent(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND || strcmp(err->code, "UserNotFoundInPermissionEntryException") == 0;
}

static void take_item(struct reading *reading, const struct asked *asked, size_t i)
{
    const struct read *read = asked->reads[i];
    struct exchange_item *item = &asked->items[i];
    if (!item->ok && !is_absent(&item->err))
        reading_fail(reading, read->fact, &item->err);
    else if (read == &recipient_read)
        json_put(json_object_get(reading->facts, fact_name(read->fact)), json_string_value(asked->about[i]),
                 shaped(read, item));
    else if (asked->about[i])
        keep_elsewhere(reading, read, asked->about[i], item);
    else
        reading_keep(reading, read->fact, shaped(read, item));
}

/* --- the first round ----------------------------------------------------------------------------------- */

static void ask_own(const struct reading *reading, struct asked *asked)
{
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        if (!reading_wants(reading, (fact_set)1 << reads[i].fact))
            continue;
        json_t *params = json_make("{s:s}", reads[i].identity, reading->request->user_id);
        if (reads[i].extra)
            json_put(params, reads[i].extra, json_true());
        if (reads[i].shape == ROWS)
            json_put_text(params, "ResultSize", "Unlimited");
        ask(asked, &reads[i], NULL, params);
    }
}

/* One question for each place where the index has seen the user: work in proportion to those, not to the
 * tenant. */
static void ask_elsewhere(struct reading *reading, struct asked *asked)
{
    const char *user = reading->request->user_id;
    size_t i, before = asked->count;
    json_t *candidate;
    if (reading_wants(reading, FACT(ACCESS_ELSEWHERE))) {
        reading_keep(reading, FACT_NUMBER_ACCESS_ELSEWHERE, json_array());
        json_array_foreach ((json_t *)json_array_at(reading->request->elsewhere, "mailboxes"), i, candidate)
            ask(asked, &access_read, candidate,
                json_make("{s:s, s:s}", "Identity", json_text_or(candidate, "id", ""), "User", user));
    }
    if (reading_wants(reading, FACT(CALENDARS_ELSEWHERE))) {
        reading_keep(reading, FACT_NUMBER_CALENDARS_ELSEWHERE, json_array());
        json_array_foreach ((json_t *)json_array_at(reading->request->elsewhere, "calendars"), i, candidate)
            ask(asked, &calendar_read, candidate,
                json_make("{s:s, s:s}", "Identity",
                          arena_printf(reading->arena, "%s:%s", json_text_or(candidate, "id", ""),
                                       json_text_or(candidate, "folder", "\\Calendar")),
                          "User", user));
    }
    asked->elsewhere |= asked->count > before;
}

/* Those whom the options name by id or address; who the manager is, the first round finds out. */
static void ask_recipients(struct reading *reading, struct asked *asked)
{
    if (!reading_wants(reading, FACT(RECIPIENTS)))
        return;
    reading_keep(reading, FACT_NUMBER_RECIPIENTS, json_object());
    for (size_t i = 0; i < reading->people_count; i++)
        ask(asked, &recipient_read, json_array_get(reading->references, i),
            json_make("{s:s}", "Identity", reading_person(reading, reading->people[i])));
}

static const char *directory_name(const json_t *known)
{
    return json_text(json_object_get(known, fact_name(FACT_NUMBER_MAILBOX)), "DistinguishedName");
}

/* A quote is doubled in a filter literal. */
static void ask_on_behalf(struct reading *reading, struct asked *asked, const json_t *known)
{
    AUTO_STRBUF struct strbuf filter = STRBUF_MAX(16384); /* one that is cut is refused */
    const char *distinguished_name = directory_name(known);
    reading_keep(reading, FACT_NUMBER_ON_BEHALF_ELSEWHERE, json_array());
    if (!distinguished_name) /* no recipient: nobody can have named it */
        return;
    strbuf_text_add(&filter, "GrantSendOnBehalfTo -eq '");
    for (const char *c = distinguished_name; *c; c++) {
        if (*c == '\'')
            strbuf_char(&filter, '\'');
        strbuf_char(&filter, *c);
    }
    strbuf_char(&filter, '\'');
    ask(asked, &on_behalf_read, NULL,
        json_make("{s:o, s:s}", "Filter", json_text_new(strbuf_text(&filter)), "ResultSize", "Unlimited"));
}

/* Who has named the user as sender is asked for by the mailbox' directory name, which the first time has to
 * be found out: then the questions about other mailboxes go in that request too. */
static bool elsewhere_comes_second(const struct reading *reading)
{
    return reading_wants(reading, FACT(ON_BEHALF_ELSEWHERE)) && !directory_name(reading->request->known);
}

static void send(struct reading *reading, struct asked *asked)
{
    struct m365_target target = *reading->request->target;
    if (asked->elsewhere) /* these only read, so no lease has to outlast them */
        target.timeout_ms = ELSEWHERE_TIMEOUT_MS;
    exchange_batches(reading->request->m365, &target, asked->items, asked->count);
    for (size_t i = 0; i < asked->count; i++)
        take_item(reading, asked, i);
    asked_done(asked);
}

void facts_exchange_read(struct reading *reading)
{
    struct asked asked = asked_new(reading);
    bool all = !elsewhere_comes_second(reading);
    ask_own(reading, &asked);
    ask_recipients(reading, &asked);
    if (all)
        ask_elsewhere(reading, &asked);
    if (all && reading_wants(reading, FACT(ON_BEHALF_ELSEWHERE)))
        ask_on_behalf(reading, &asked, reading->request->known);
    send(reading, &asked);
}

/* --- the second round ---------------------------------------------------------------------------------- */

void facts_exchange_read_more(struct reading *reading, const json_t *known)
{
    struct asked asked = asked_new(reading);
    bool all = elsewhere_comes_second(reading);
    AUTO_JSON json_t *manager = json_string("manager");
    const char *manager_id =
        json_text(json_object_get(json_object_at(known, fact_name(FACT_NUMBER_PEOPLE)), "manager"), "id");
    const char *recipients = fact_name(FACT_NUMBER_RECIPIENTS);
    bool unread = json_object_get(json_object_at(known, "unread"), recipients) != NULL;
    if (reading_wants(reading, FACT(RECIPIENTS)) && !unread && reading->manager_named && manager_id) {
        /* This round adds to what the first has found. */
        reading_keep(reading, FACT_NUMBER_RECIPIENTS, json_copy((json_t *)json_object_at(known, recipients)));
        ask(&asked, &recipient_read, manager, json_make("{s:s}", "Identity", manager_id));
    }
    if (all) {
        ask_on_behalf(reading, &asked, known);
        ask_elsewhere(reading, &asked);
    }
    send(reading, &asked);
}
