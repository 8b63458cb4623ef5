/* exchange_permission — who may open a mailbox, send as it, and see its calendar. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "exchange.h"

#define SELF "NT AUTHORITY\\SELF"
#define ALREADY \
    "The appropriate access control entry is already present on the object \"%s\" for account \"%s\"."
#define HOLDERS \
    (RECIPIENT_MAILBOX | RECIPIENT_MAIL_USER | RECIPIENT_LIST | RECIPIENT_UNIFIED) /* of Send As */

static ptrdiff_t entry_find(const json_t *entries, const char *key, const char *id)
{
    const json_t *entry;
    size_t i;
    json_array_foreach (entries, i, entry)
        if (text_equal_nocase(json_text(entry, key), id))
            return (ptrdiff_t)i;
    return -1;
}

/* How a permission names its holder: the UPN, or a security id once the account is deleted. */
static void put_holder(struct cmdlet_run *run, json_t *row, const char *key, const char *id)
{
    struct recipient holder;
    if (recipient_by_id(run, id, &holder)) {
        json_put_text(row, key, recipient_principal(&holder));
        return;
    }
    unsigned long long number = 5381;
    for (const char *at = id; at && *at; at++)
        number = number * 33 + (unsigned char)*at;
    AUTO_STRBUF struct strbuf sid = STRBUF_MAX(100);
    strbuf_printf(&sid, "S-1-5-21-2127521184-1604012920-1887927527-%llu", number % 90000000 + 10000000);
    json_put_text(row, key, strbuf_text(&sid));
}

/* ---- mailbox permissions ---- */

static json_t *mailbox_permission_row(struct cmdlet_run *run, const struct recipient *recipient,
                                      const char *user_id, const json_t *rights)
{
    AUTO_FREE char *name = recipient_name(run, recipient);
    json_t *row = json_object();
    json_put_text(row, "Identity", name);
    if (user_id)
        put_holder(run, row, "User", user_id);
    else
        json_put_text(row, "User", SELF);
    json_put(row, "AccessRights",
             rights ? json_deep_copy(rights) : json_make("[s]", "FullAccess, ReadPermission"));
    json_put(row, "Deny", json_false());
    json_put(row, "IsInherited", json_false());
    json_put_text(row, "InheritanceType", "All");
    json_put_text(row, "UserSid", user_id ? json_text(row, "User") : "S-1-5-10");
    return row;
}

bool mailbox_permission_get(struct cmdlet_run *run)
{
    struct recipient *list, user = {0};
    size_t count;
    if (run_text(run, "User") && !recipient_param(run, "User", RECIPIENT_ANY, &user))
        return false;
    if (!recipient_asked(run, "Identity", RECIPIENT_MAILBOX, &list, &count))
        return false;
    bool room = true;
    for (size_t i = 0; room && i < count; i++) {
        const json_t *entry;
        size_t n;
        if (!user.id)
            room = run_add(run, mailbox_permission_row(run, &list[i], NULL, NULL));
        json_array_foreach (json_array_at(list[i].mailbox, "_permissions"), n, entry) {
            const char *id = json_text_or(entry, "user", "");
            if (room && (!user.id || !strcmp(id, user.id)))
                room =
                    run_add(run, mailbox_permission_row(run, &list[i], id, json_array_at(entry, "rights")));
        }
    }
    free(list);
    return true;
}

static bool rights_good(struct cmdlet_run *run, const char *const known[])
{
    const json_t *rights = json_array_at(run->params, "AccessRights"), *right;
    size_t i;
    json_array_foreach (rights, i, right) {
        bool found = false;
        for (size_t n = 0; known[n]; n++)
            found = found || text_equal_nocase(known[n], json_string_value(right));
        if (!found)
            return run_fail(
                run, RUN_TRANSFORM,
                "Cannot process argument transformation on parameter 'AccessRights'. Unable to match the "
                "identifier name %s to a valid enumerator name.",
                json_string_value(right));
    }
    return json_array_size(rights) > 0 ||
           run_fail(run, RUN_BINDING,
                    "Cannot bind argument to parameter 'AccessRights' because it is an empty array.");
}

static const char *const mailbox_rights[] = {
    "FullAccess", "ChangeOwner", "ChangePermission", "DeleteItem", "ExternalAccount", "ReadPermission", NULL};
static const char *const recipient_rights[] = {"SendAs", NULL};

/* Adds the wanted rights to an entry's. False when all were there. */
static bool rights_add(json_t *rights, const json_t *wanted)
{
    bool changed = false;
    const json_t *right;
    size_t i;
    json_array_foreach (wanted, i, right)
        if (sim_text_index(rights, json_string_value(right)) < 0) {
            json_add(rights, json_copy((json_t *)right));
            changed = true;
        }
    return changed;
}

static bool rights_remove(json_t *rights, const json_t *wanted)
{
    bool changed = false;
    const json_t *right;
    size_t i;
    json_array_foreach (wanted, i, right) {
        ptrdiff_t at = sim_text_index(rights, json_string_value(right));
        if (at >= 0) {
            json_array_remove(rights, (size_t)at);
            changed = true;
        }
    }
    return changed;
}

/* Adds to the list under `list`, whose entries name their holder under `key`. False: was all there. */
static bool entry_add(struct cmdlet_run *run, const struct recipient *recipient, const char *list,
                      const char *key, const struct recipient *holder, json_t **ret_entry)
{
    json_t *entries = recipient_list_at(recipient, list);
    ptrdiff_t at = entry_find(entries, key, holder->id);
    if (at < 0) {
        *ret_entry = json_make("{sss[]}", key, holder->id, "rights");
        json_add(entries, *ret_entry);
    } else {
        *ret_entry = json_array_get(entries, (size_t)at);
    }
    bool changed =
        rights_add(json_object_get(*ret_entry, "rights"), json_array_at(run->params, "AccessRights"));
    if (!changed)
        run_warn(run, ALREADY, recipient_display(recipient), recipient_principal(holder));
    return changed;
}

static void entry_remove(struct cmdlet_run *run, const struct recipient *recipient, const char *list,
                         const char *key, const struct recipient *holder)
{
    json_t *entries = recipient_list_at(recipient, list);
    ptrdiff_t at = entry_find(entries, key, holder->id);
    json_t *rights = at < 0 ? NULL : json_object_get(json_array_get(entries, (size_t)at), "rights");
    if (!rights_remove(rights, json_array_at(run->params, "AccessRights")))
        run_warn(run,
                 "Can't remove the access control entry on the object \"%s\" for account \"%s\" because the "
                 "ACE %s",
                 recipient_display(recipient), recipient_principal(holder),
                 sim_variant(run->sim, VARIANT_ace_doesnt_exist) ? "doesn't exist on the object."
                                                                 : "isn't present.");
    else if (!json_array_size(rights))
        json_array_remove(entries, (size_t)at);
}

static bool pair(struct cmdlet_run *run, const char *holder_parameter, unsigned kinds,
                 const char *const rights[], struct recipient *ret_recipient, struct recipient *ret_holder)
{
    return rights_good(run, rights) && recipient_param(run, "Identity", kinds, ret_recipient) &&
           recipient_param(run, holder_parameter, RECIPIENT_ANY, ret_holder);
}

bool mailbox_permission_add(struct cmdlet_run *run)
{
    struct recipient recipient, user;
    json_t *entry;
    if (!pair(run, "User", RECIPIENT_MAILBOX, mailbox_rights, &recipient, &user))
        return false;
    if (entry_add(run, &recipient, "_permissions", "user", &user, &entry)) {
        bool mapped = !json_is_false(json_object_get(run->params, "AutoMapping"));
        json_put(entry, "auto_mapping", json_boolean(mapped));
    }
    return run_add(run, mailbox_permission_row(run, &recipient, user.id, json_array_at(entry, "rights")));
}

bool mailbox_permission_remove(struct cmdlet_run *run)
{
    struct recipient recipient, user;
    if (!pair(run, "User", RECIPIENT_MAILBOX, mailbox_rights, &recipient, &user))
        return false;
    entry_remove(run, &recipient, "_permissions", "user", &user);
    return true;
}

/* ---- Send As ---- */

static json_t *recipient_permission_row(struct cmdlet_run *run, const struct recipient *recipient,
                                        const char *trustee_id, const json_t *rights)
{
    AUTO_FREE char *name = recipient_name(run, recipient);
    json_t *row = json_object();
    json_put_text(row, "Identity", name);
    if (trustee_id)
        put_holder(run, row, "Trustee", trustee_id);
    else
        json_put_text(row, "Trustee", SELF);
    json_put_text(row, "AccessControlType", "Allow");
    json_put(row, "AccessRights", rights ? json_deep_copy(rights) : json_make("[s]", "SendAs"));
    json_put(row, "IsInherited", json_false());
    json_put_text(row, "TrusteeSidString", trustee_id ? json_text(row, "Trustee") : "S-1-5-10");
    return row;
}

bool recipient_permission_get(struct cmdlet_run *run)
{
    struct recipient *list, trustee = {0};
    size_t count;
    if (run_text(run, "Trustee") && !recipient_param(run, "Trustee", RECIPIENT_ANY, &trustee))
        return false;
    if (!recipient_asked(run, "Identity", HOLDERS, &list, &count))
        return false;
    bool room = true;
    for (size_t i = 0; room && i < count; i++) {
        const json_t *entry;
        size_t n;
        if (!trustee.id && list[i].mailbox)
            room = run_add(run, recipient_permission_row(run, &list[i], NULL, NULL));
        const json_t *holder = list[i].mailbox ? list[i].mailbox : list[i].object;
        json_array_foreach (json_array_at(holder, "_recipient_permissions"), n, entry) {
            const char *id = json_text_or(entry, "trustee", "");
            if (room && (!trustee.id || !strcmp(id, trustee.id)))
                room =
                    run_add(run, recipient_permission_row(run, &list[i], id, json_array_at(entry, "rights")));
        }
    }
    free(list);
    return true;
}

bool recipient_permission_add(struct cmdlet_run *run)
{
    struct recipient recipient, trustee;
    json_t *entry;
    if (!pair(run, "Trustee", HOLDERS, recipient_rights, &recipient, &trustee))
        return false;
    entry_add(run, &recipient, "_recipient_permissions", "trustee", &trustee, &entry);
    return run_add(run,
                   recipient_permission_row(run, &recipient, trustee.id, json_array_at(entry, "rights")));
}

bool recipient_permission_remove(struct cmdlet_run *run)
{
    struct recipient recipient, trustee;
    if (!pair(run, "Trustee", HOLDERS, recipient_rights, &recipient, &trustee))
        return false;
    entry_remove(run, &recipient, "_recipient_permissions", "trustee", &trustee);
    return true;
}

/* ---- calendar folder ---- */

static const char *const folder_rights[] = {
    "Owner",    "PublishingEditor", "Editor",           "PublishingAuthor", "Author", "NonEditingAuthor",
    "Reviewer", "Contributor",      "AvailabilityOnly", "LimitedDetails",   "None",   NULL};

/* "mailbox:\Calendar"; only the calendar keeps permissions here. */
static bool folder_find(struct cmdlet_run *run, struct recipient *ret)
{
    const char *identity = run_text(run, "Identity"), *colon = identity ? strstr(identity, ":\\") : NULL;
    if (!colon)
        return run_fail(run, RUN_BINDING, "The folder identity '%s' must have the form 'mailbox:\\folder'.",
                        identity ? identity : "");
    AUTO_FREE char *mailbox = must(strndup(identity, (size_t)(colon - identity)));
    if (!recipient_find(run, mailbox, RECIPIENT_MAILBOX, ret))
        return false;
    return text_equal_nocase(colon + 2, json_text_or(ret->mailbox, "_calendar_name", "Calendar")) ||
           run_not_found(run, identity);
}

static const char *user_type(const char *user)
{
    return !strcmp(user, "Default")     ? "Default"
           : !strcmp(user, "Anonymous") ? "Anonymous"
           : strstr(user, "S-1-5-")     ? "Unknown"
                                        : "Internal";
}

static void folder_row(struct cmdlet_run *run, const struct recipient *recipient, const char *user,
                       const json_t *rights, const json_t *entry)
{
    json_t *row = run_row(run);
    json_put_text(row, "FolderName", json_text_or(recipient->mailbox, "_calendar_name", "Calendar"));
    if (sim_variant(run->sim, VARIANT_folder_user_object))
        json_put(row, "User", json_make("{ssss}", "DisplayName", user, "UserType", user_type(user)));
    else
        json_put_text(row, "User", user);
    json_put(row, "AccessRights", json_deep_copy(rights));
    json_put_text(row, "SharingPermissionFlags", json_text(entry, "flags"));
}

/* Rights in the state are an array or one text. */
static json_t *folder_entry_rights(const json_t *entry)
{
    json_t *rights = json_object_get(entry, "rights");
    return json_is_string(rights) ? json_make("[O]", rights) : json_deep_copy(json_array_at(entry, "rights"));
}

/* Everybody inside and everybody outside have entries of their own, named and not found in the directory. */
static const char *folder_everybody(const char *name)
{
    return text_equal_nocase(name, "Default")     ? "Default"
           : text_equal_nocase(name, "Anonymous") ? "Anonymous"
                                                  : NULL;
}

static void folder_entries_complete(const struct recipient *recipient)
{
    static const struct {
        const char *user;
        const char *rights;
    } everybody[] = {{"Anonymous", "None"}, {"Default", "AvailabilityOnly"}};
    json_t *entries = recipient_list_at(recipient, "_calendar_permissions");
    for (size_t i = 0; i < sizeof everybody / sizeof *everybody; i++)
        if (entry_find(entries, "user", everybody[i].user) < 0)
            json_array_insert_new(
                entries, 0, json_make("{sss[s]}", "user", everybody[i].user, "rights", everybody[i].rights));
}

/* The id that entries hold for the User parameter, and the name to show. */
static bool folder_user(struct cmdlet_run *run, struct recipient *ret)
{
    const char *everybody = folder_everybody(run_text(run, "User"));
    if (!everybody)
        return recipient_param(run, "User", RECIPIENT_ANY, ret);
    *ret = (struct recipient){.kind = RECIPIENT_USER, .id = everybody};
    return true;
}

static const char *folder_user_name(const struct recipient *user)
{
    return user->object ? recipient_display(user) : user->id;
}

static bool folder_no_entry(struct cmdlet_run *run, const struct recipient *user)
{
    return run_fail(run, RUN_NO_ENTRY, "There is no existing permission entry found for user: %s.",
                    folder_user_name(user));
}

bool folder_permission_get(struct cmdlet_run *run)
{
    struct recipient recipient = {0}, user = {0};
    if (!folder_find(run, &recipient) || (run_text(run, "User") && !folder_user(run, &user)))
        return false;
    folder_entries_complete(&recipient);
    const json_t *entry;
    size_t i;
    json_array_foreach (json_array_at(recipient.mailbox, "_calendar_permissions"), i, entry) {
        struct recipient holder;
        const char *id = json_text_or(entry, "user", "");
        AUTO_JSON json_t *rights = folder_entry_rights(entry);
        if (user.id && strcasecmp(id, user.id) != 0)
            continue;
        const char *name = folder_everybody(id);
        if (!name)
            name = recipient_by_id(run, id, &holder) ? recipient_display(&holder)
                                                     : "NT User:S-1-5-21-2127521184";
        folder_row(run, &recipient, name, rights, entry);
    }
    return !user.id || json_array_size(run->rows) > 0 ||
           !sim_variant(run->sim, VARIANT_folder_no_entry_fails) || folder_no_entry(run, &user);
}

static bool folder_pair(struct cmdlet_run *run, struct recipient *ret, struct recipient *ret_user,
                        ptrdiff_t *ret_at)
{
    if (!folder_find(run, ret) || !folder_user(run, ret_user))
        return false;
    folder_entries_complete(ret);
    *ret_at = entry_find(recipient_list_at(ret, "_calendar_permissions"), "user", ret_user->id);
    return true;
}

bool folder_permission_add(struct cmdlet_run *run)
{
    struct recipient recipient = {0}, user = {0};
    ptrdiff_t at = -1;
    if (!rights_good(run, folder_rights) || !folder_pair(run, &recipient, &user, &at))
        return false;
    if (at >= 0)
        return run_fail(run, RUN_IS_ENTRY, "An existing permission entry was found for user: %s.",
                        folder_user_name(&user));
    const json_t *rights = json_array_at(run->params, "AccessRights");
    json_t *entry = json_make("{sssO ss*}", "user", user.id, "rights", rights, "flags",
                              run_text(run, "SharingPermissionFlags"));
    json_add(recipient_list_at(&recipient, "_calendar_permissions"), entry);
    folder_row(run, &recipient, folder_user_name(&user), rights, entry);
    return true;
}

bool folder_permission_set(struct cmdlet_run *run)
{
    struct recipient recipient = {0}, user = {0};
    ptrdiff_t at = -1;
    if (!rights_good(run, folder_rights) || !folder_pair(run, &recipient, &user, &at))
        return false;
    if (at < 0)
        return folder_no_entry(run, &user);
    json_t *entry = json_array_get(json_array_at(recipient.mailbox, "_calendar_permissions"), (size_t)at);
    bool changed = value_change(entry, "rights", json_deep_copy(json_array_at(run->params, "AccessRights")));
    if (run_has(run, "SharingPermissionFlags"))
        changed |= value_change(entry, "flags", json_text_new(run_text(run, "SharingPermissionFlags")));
    if (!changed)
        run_warn_unchanged(run, run_text(run, "Identity"));
    return true;
}

bool folder_permission_remove(struct cmdlet_run *run)
{
    struct recipient recipient = {0}, user = {0};
    ptrdiff_t at = -1;
    if (!folder_pair(run, &recipient, &user, &at))
        return false;
    if (at < 0)
        return folder_no_entry(run, &user);
    json_array_remove(recipient_list_at(&recipient, "_calendar_permissions"), (size_t)at);
    return true;
}
