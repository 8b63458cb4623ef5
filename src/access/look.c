#include "access/look.h"

#include <string.h>

#include "connector/exchange.h"

#define FOLDERS_MAX 50 /* calendars of one mailbox */

/* --- what the rows say -----------------------------------------------------------------------------------
 */

/* An AccessRights element may hold a comma-joined list (contract/exchange.md, value formats). */
static bool grants_full_access(const json_t *row)
{
    size_t i;
    json_t *right;
    if (json_flag(row, "IsInherited") || json_flag(row, "Deny"))
        return false;
    json_array_foreach ((json_t *)json_array_at(row, "AccessRights"), i, right) {
        if (strstr(json_string_value(right) ? json_string_value(right) : "", "FullAccess"))
            return true;
    }
    return false;
}

/* Text, or an object (contract/exchange.md, calendar). */
static const char *user_of(const json_t *row)
{
    const json_t *user = json_object_get(row, "User");
    return json_is_object(user) ? json_text(user, "DisplayName") : json_string_value(user);
}

/* "NT AUTHORITY\SELF", "NAMPR01A001\Organization Management": the system's own. */
static bool is_somebody(const char *user)
{
    return user && *user && !strchr(user, '\\');
}

json_t *look_full_access(const json_t *rows)
{
    json_t *holders = json_array(), *row;
    size_t i;
    json_array_foreach ((json_t *)rows, i, row) {
        if (grants_full_access(row) && is_somebody(user_of(row)))
            json_add(holders, json_text_new(user_of(row)));
    }
    return holders;
}

/* Birthdays, holidays and the like are made by the service; only these two types are shared by people. */
static bool is_shareable(const json_t *row)
{
    const char *type = json_text(row, "FolderType");
    return text_equal_nocase(type, "Calendar") || text_equal_nocase(type, "User Created");
}

/* "/Kalender/Team" becomes "\Kalender\Team"; a slash that is part of a name comes as U+F8FF. */
static json_t *folder_identity(const char *path)
{
    AUTO_STRBUF struct strbuf identity = STRBUF_MAX(2000);
    for (; *path; path++) {
        bool slash = strncmp(path, "\xEF\xA3\xBF", 3) == 0;
        strbuf_char(&identity, slash ? '/' : *path == '/' ? '\\' : *path);
        path += slash ? 2 : 0;
    }
    return json_text_new(strbuf_text(&identity));
}

json_t *look_folders(const json_t *rows)
{
    json_t *folders = json_array(), *row;
    size_t i;
    json_array_foreach ((json_t *)rows, i, row) {
        const char *path = json_text(row, "FolderPath");
        if (is_shareable(row) && path && *path == '/' && json_array_size(folders) < FOLDERS_MAX)
            json_add(folders, folder_identity(path));
    }
    return folders;
}

/* Everybody inside and everybody outside have entries of their own. */
static bool is_everybody(const json_t *row)
{
    const char *type = json_text(json_object_get(row, "User"), "UserType");
    const char *name = type ? type : user_of(row);
    return text_equal_nocase(name, "Default") || text_equal_nocase(name, "Anonymous");
}

json_t *look_named(const json_t *rows)
{
    json_t *named = json_array(), *row;
    size_t i;
    json_array_foreach ((json_t *)rows, i, row) {
        if (!is_everybody(row) && is_somebody(user_of(row)))
            json_add(named, json_text_new(user_of(row)));
    }
    return named;
}

/* --- asking ----------------------------------------------------------------------------------------------
 */

/* One question about one mailbox; folder is the one it asks about. */
struct question {
    struct look *look;
    const char *folder;
};

struct round {
    struct m365 *m365;
    const struct m365_target *target;
    struct arena *arena;
    const char *cmdlet;
    struct exchange_item *items;
    struct question *questions;
    size_t count;
};

static struct round round_new(struct m365 *m365, const struct m365_target *target, struct arena *arena,
                              const char *cmdlet, size_t capacity)
{
    return (struct round){m365,
                          target,
                          arena,
                          cmdlet,
                          arena_alloc(arena, capacity + 1, sizeof(struct exchange_item)),
                          arena_alloc(arena, capacity + 1, sizeof(struct question)),
                          0};
}

/* Takes params over. */
static void ask(struct round *round, struct look *look, const char *folder, json_t *params)
{
    round->questions[round->count] = (struct question){look, folder};
    round->items[round->count++] =
        (struct exchange_item){.cmdlet = round->cmdlet, .params = params, .anchor_upn = look->principal};
}

/* A refusal of the cmdlet itself, not of one mailbox. */
static bool is_denied(const struct err *err)
{
    return err->upstream_status == 401 || err->upstream_status == 403 ||
           strcmp(err->code, "CmdletAccessDeniedException") == 0;
}

/* What stops the whole, though it came as the answer of one. */
static bool concerns_all(const struct round *round, struct err *err)
{
    size_t denied = 0;
    for (size_t i = 0; i < round->count; i++) {
        const struct err *one = &round->items[i].err;
        if (one->kind == ERR_LIMIT && one->retry_after_ms >= err->retry_after_ms)
            *err = *one;
        denied += !round->items[i].ok && is_denied(one);
    }
    if (err->kind == ERR_NONE && denied == round->count && denied)
        *err = round->items[0].err;
    return err->kind != ERR_NONE;
}

/* Batch after batch; what was not asked in the end carries the error that ended it. */
static bool send(struct round *round, struct err *err)
{
    struct err problem = {0};
    for (size_t at = 0; at < round->count && problem.kind == ERR_NONE; at += EXCHANGE_BATCH_MAX) {
        size_t left = round->count - at;
        struct round part = *round;
        part.items = round->items + at;
        part.count = left < EXCHANGE_BATCH_MAX ? left : EXCHANGE_BATCH_MAX;
        if (exchange_batch(round->m365, round->target, part.items, part.count, &problem))
            concerns_all(&part, &problem);
    }
    for (size_t i = 0; i < round->count; i++) {
        struct look *look = round->questions[i].look;
        struct exchange_item *item = &round->items[i];
        if (!item->ok && item->err.kind == ERR_NONE)
            item->err = problem;
        if (!item->ok && item->err.kind != ERR_NOT_FOUND && look->err.kind == ERR_NONE)
            look->err = item->err;
    }
    *err = problem;
    return problem.kind == ERR_NONE;
}

static void round_done(struct round *round)
{
    exchange_items_done(round->items, round->count);
    for (size_t i = 0; i < round->count; i++)
        json_decref((json_t *)round->items[i].params);
}

static bool ask_permissions(struct m365 *m365, const struct m365_target *target, struct arena *arena,
                            struct look *looks, size_t count, struct err *err)
{
    struct round round = round_new(m365, target, arena, "Get-MailboxPermission", count);
    for (size_t i = 0; i < count; i++)
        ask(&round, &looks[i], NULL,
            json_make("{s:s, s:s}", "Identity", looks[i].id, "ResultSize", "Unlimited"));
    bool good = send(&round, err);
    for (size_t i = 0; i < count; i++) {
        looks[i].gone = !round.items[i].ok && round.items[i].err.kind == ERR_NOT_FOUND;
        looks[i].access = round.items[i].ok ? look_full_access(round.items[i].rows) : NULL;
    }
    round_done(&round);
    return good;
}

/* Folder names follow the language of the mailbox. */
static bool ask_folders(struct m365 *m365, const struct m365_target *target, struct arena *arena,
                        struct look *looks, size_t count, json_t *ret_folders[], struct err *err)
{
    struct round round = round_new(m365, target, arena, "Get-MailboxFolderStatistics", count);
    for (size_t i = 0; i < count; i++) {
        if (!looks[i].gone && looks[i].err.kind == ERR_NONE)
            ask(&round, &looks[i], NULL,
                json_make("{s:s, s:s}", "Identity", looks[i].id, "FolderScope", "Calendar"));
    }
    bool good = send(&round, err);
    for (size_t i = 0; i < round.count; i++)
        ret_folders[round.questions[i].look - looks] =
            round.items[i].ok ? look_folders(round.items[i].rows) : NULL;
    round_done(&round);
    return good;
}

static void take_named(const struct question *question, const json_t *rows)
{
    AUTO_JSON json_t *named = look_named(rows);
    size_t i;
    json_t *who;
    json_array_foreach (named, i, who)
        json_add(question->look->calendars, json_make("{s:s, s:O}", "folder", question->folder, "who", who));
}

static bool ask_calendars(struct m365 *m365, const struct m365_target *target, struct arena *arena,
                          struct look *looks, size_t count, json_t *folders[], struct err *err)
{
    struct round round =
        round_new(m365, target, arena, "Get-MailboxFolderPermission", count * (size_t)FOLDERS_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t f;
        json_t *folder;
        if (looks[i].gone || looks[i].err.kind != ERR_NONE)
            continue;
        looks[i].calendars = json_array();
        json_array_foreach (folders[i], f, folder)
            ask(&round, &looks[i], json_string_value(folder),
                json_make("{s:s}", "Identity",
                          arena_printf(arena, "%s:%s", looks[i].id, json_string_value(folder))));
    }
    bool good = send(&round, err);
    for (size_t i = 0; i < round.count; i++) {
        if (round.items[i].ok)
            take_named(&round.questions[i], round.items[i].rows);
    }
    for (size_t i = 0; i < count; i++) {
        if (looks[i].err.kind == ERR_NONE)
            continue;
        json_decref(looks[i].calendars); /* half of them is as good as none */
        looks[i].calendars = NULL;
    }
    round_done(&round);
    return good;
}

bool looks_run(struct m365 *m365, const struct m365_target *target, struct look *looks, size_t count,
               struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    json_t *folders[LOOKS_MAX] = {0};
    bool good = ask_permissions(m365, target, arena, looks, count, err) &&
                ask_folders(m365, target, arena, looks, count, folders, err) &&
                ask_calendars(m365, target, arena, looks, count, folders, err);
    for (size_t i = 0; i < count; i++)
        json_decref(folders[i]);
    return good;
}

void looks_done(struct look *looks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_decref(looks[i].access);
        json_decref(looks[i].calendars);
        looks[i].access = looks[i].calendars = NULL;
    }
}
