/* exchange_recipient — who is who: users, mailboxes and groups as Exchange sees them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "exchange.h"
#include "inbox_rule.h"

#define DN_SUFFIX "OU=Microsoft Exchange Hosted Organizations,DC=EURPR00A001,DC=PROD,DC=OUTLOOK,DC=COM"

static struct recipient of_user(const struct cmdlet_run *run, const char *id, json_t *user)
{
    json_t *mailbox = json_object_get(json_object_get(run->tenant, "mailboxes"), id);
    if (json_object_get(mailbox, "_disconnected_at"))
        mailbox = NULL;
    const char *mail = json_text(user, "mail");
    enum recipient_kind kind = mailbox         ? RECIPIENT_MAILBOX
                               : mail && *mail ? RECIPIENT_MAIL_USER
                                               : RECIPIENT_USER;
    return (struct recipient){kind, id, user, mailbox};
}

static struct recipient of_group(const char *id, json_t *group)
{
    enum recipient_kind kind = sim_text_index(json_array_at(group, "groupTypes"), "Unified") >= 0
                                   ? RECIPIENT_UNIFIED
                               : json_flag(group, "mailEnabled") ? RECIPIENT_LIST
                                                                 : RECIPIENT_SECURITY;
    return (struct recipient){kind, id, group, NULL};
}

bool recipient_by_id(struct cmdlet_run *run, const char *id, struct recipient *ret)
{
    if (!id)
        return false;
    json_t *user = json_object_get(json_object_get(run->tenant, "users"), id);
    json_t *group = user ? NULL : json_object_get(json_object_get(run->tenant, "groups"), id);
    if (user)
        *ret = of_user(run, json_text_or(user, "id", id), user);
    else if (group)
        *ret = of_group(json_text_or(group, "id", id), group);
    return user || group;
}

/* All recipients of these kinds; the caller frees the list. */
static size_t list_all(const struct cmdlet_run *run, unsigned kinds, struct recipient **ret)
{
    json_t *users = json_object_get(run->tenant, "users"), *groups = json_object_get(run->tenant, "groups"),
           *object;
    const char *id;
    size_t count = 0;
    struct recipient *list =
        must(calloc(json_object_size(users) + json_object_size(groups) + 1, sizeof *list));
    if (kinds & (RECIPIENT_MAILBOX | RECIPIENT_MAIL_USER | RECIPIENT_USER))
        json_object_foreach (users, id, object) {
            list[count] = of_user(run, id, object);
            count += (list[count].kind & kinds) != 0;
        }
    if (kinds & (RECIPIENT_LIST | RECIPIENT_UNIFIED | RECIPIENT_SECURITY))
        json_object_foreach (groups, id, object) {
            list[count] = of_group(id, object);
            count += (list[count].kind & kinds) != 0;
        }
    *ret = list;
    return count;
}

static const json_t *addresses_of(const struct recipient *recipient)
{
    const json_t *own = json_array_at(recipient->mailbox, "EmailAddresses");
    return json_array_size(own) ? own : json_array_at(recipient->object, "proxyAddresses");
}

/* Names that belong to one recipient only. */
static bool known_as(struct cmdlet_run *run, const struct recipient *recipient, const char *identity)
{
    if (text_equal_nocase(identity, json_text(recipient->object, "userPrincipalName")) ||
        text_equal_nocase(identity, json_text(recipient->object, "mail")) ||
        text_equal_nocase(identity, json_text(recipient->object, "mailNickname")) ||
        text_equal_nocase(identity, json_text(recipient->mailbox, "Alias")) ||
        text_equal_nocase(identity, json_text(recipient->mailbox, "PrimarySmtpAddress")) ||
        text_equal_nocase(identity, json_text(recipient->mailbox, "ExchangeGuid")) ||
        text_equal_nocase(identity, json_text(recipient->mailbox, "Guid")))
        return true;
    const json_t *address;
    size_t i;
    json_array_foreach (addresses_of(recipient), i, address) {
        const char *text = json_string_value(address), *colon = text ? strchr(text, ':') : NULL;
        if (text_equal_nocase(identity, text) ||
            (colon && !strncasecmp(text, "smtp:", 5) && text_equal_nocase(identity, colon + 1)))
            return true;
    }
    if (!strncasecmp(identity, "/o=", 3))
        return text_equal_nocase(legacy_dn_owner(run->tenant, identity), recipient->id);
    if (!strncasecmp(identity, "CN=", 3)) {
        AUTO_FREE char *dn = recipient_dn(run, recipient);
        return !strcasecmp(dn, identity);
    }
    /* A directory name differs from the display name only where the latter is not unique. */
    if (strchr(identity, '_')) {
        AUTO_FREE char *name = recipient_name(run, recipient);
        return !strcasecmp(name, identity);
    }
    return text_equal_nocase(identity, json_text(recipient->mailbox, "Name"));
}

static bool find_by_name(struct cmdlet_run *run, const char *identity, const struct recipient *list,
                         size_t count, struct recipient *ret)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (known_as(run, &list[i], identity)) {
            *ret = list[i];
            return true;
        }
    for (size_t i = 0; i < count; i++)
        if (text_equal_nocase(identity, recipient_display(&list[i]))) {
            *ret = list[i];
            found++;
        }
    if (found > 1)
        return run_fail(run, RUN_AMBIGUOUS,
                        "The operation couldn't be performed because '%s' matches multiple "
                        "entries.",
                        identity);
    return found == 1 || run_not_found(run, identity);
}

bool recipient_find(struct cmdlet_run *run, const char *identity, unsigned kinds, struct recipient *ret)
{
    char lower[64];
    size_t length = strlen(identity);
    if (length < sizeof lower) {
        for (size_t i = 0; i <= length; i++)
            lower[i] = identity[i] >= 'A' && identity[i] <= 'Z' ? (char)(identity[i] + 32) : identity[i];
        if (text_is_uuid(lower) && recipient_by_id(run, lower, ret))
            return (ret->kind & kinds) || run_not_found(run, identity);
    }
    struct recipient *list;
    size_t count = list_all(run, kinds, &list);
    bool found = find_by_name(run, identity, list, count, ret);
    free(list);
    return found;
}

bool recipient_param(struct cmdlet_run *run, const char *parameter, unsigned kinds, struct recipient *ret)
{
    const char *identity = run_text(run, parameter);
    return identity ? recipient_find(run, identity, kinds, ret)
                    : run_fail(run, RUN_BINDING, "Cannot bind argument to parameter '%s' because it is null.",
                               parameter);
}

bool recipient_asked(struct cmdlet_run *run, const char *parameter, unsigned kinds, struct recipient **ret,
                     size_t *ret_count)
{
    const char *identity = run_text(run, parameter);
    *ret = NULL;
    *ret_count = 0;
    if (!identity) {
        *ret_count = list_all(run, kinds, ret);
        return true;
    }
    struct recipient one;
    if (!recipient_find(run, identity, kinds, &one))
        return false;
    *ret = must(calloc(1, sizeof **ret));
    **ret = one;
    *ret_count = 1;
    return true;
}

size_t recipient_soft_deleted(struct cmdlet_run *run, const char *identity, struct recipient **ret)
{
    static const char *const places[] = {"deleted_users", "users"};
    json_t *mailboxes = json_object_get(run->tenant, "mailboxes"), *user;
    const char *id;
    size_t count = 0;
    *ret = must(calloc(json_object_size(mailboxes) + 1, sizeof **ret));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        json_object_foreach (json_object_get(run->tenant, places[i]), id, user) {
            struct recipient one = {RECIPIENT_MAILBOX, id, user, json_object_get(mailboxes, id)};
            bool gone = !i || json_object_get(one.mailbox, "_disconnected_at");
            if (one.mailbox && gone &&
                (!identity || text_equal_nocase(identity, id) || known_as(run, &one, identity) ||
                 text_equal_nocase(identity, recipient_display(&one))))
                (*ret)[count++] = one;
        }
    return count;
}

bool recipient_synced(const struct recipient *recipient)
{
    return json_flag(recipient->object, "onPremisesSyncEnabled");
}

const char *recipient_address(const struct recipient *recipient)
{
    const char *own = json_text(recipient->mailbox, "PrimarySmtpAddress");
    const char *mail = json_text(recipient->object, "mail");
    return own ? own : mail ? mail : recipient->mailbox ? recipient_principal(recipient) : "";
}

const char *recipient_principal(const struct recipient *recipient)
{
    const char *upn = json_text(recipient->object, "userPrincipalName");
    const char *mail = json_text(recipient->object, "mail");
    return upn ? upn : mail ? mail : recipient_display(recipient);
}

const char *recipient_display(const struct recipient *recipient)
{
    return json_text_or(recipient->object, "displayName", "");
}

/* How often each display name is used, so that directory names can be kept unique. */
static json_int_t name_uses(struct cmdlet_run *run, const char *display)
{
    if (!run->name_uses) {
        run->name_uses = json_object();
        struct recipient *list;
        size_t count = list_all(run, RECIPIENT_ANY, &list);
        for (size_t i = 0; i < count; i++) {
            AUTO_FREE char *key = text_fold(recipient_display(&list[i]));
            json_put(run->name_uses, key, json_integer(json_int(run->name_uses, key, 0) + 1));
        }
        free(list);
    }
    AUTO_FREE char *key = text_fold(display);
    return json_int(run->name_uses, key, 0);
}

char *recipient_name(struct cmdlet_run *run, const struct recipient *recipient)
{
    const char *own = json_text(recipient->mailbox, "Name");
    const char *display = recipient_display(recipient);
    struct strbuf name = STRBUF_MAX(600);
    strbuf_text_add(&name, own ? own : *display ? display : recipient->id);
    if (!own && *display && name_uses(run, display) > 1)
        strbuf_printf(&name, "_%.8s", recipient->id);
    return strbuf_take(&name);
}

char *recipient_dn(struct cmdlet_run *run, const struct recipient *recipient)
{
    const char *own =
        json_text(recipient->mailbox ? recipient->mailbox : recipient->object, "DistinguishedName");
    AUTO_FREE char *name = recipient_name(run, recipient);
    struct strbuf dn = STRBUF_MAX(1500);
    if (own) {
        strbuf_text_add(&dn, own);
        return strbuf_take(&dn);
    }
    strbuf_printf(&dn, "CN=%s,OU=%s," DN_SUFFIX, name, json_text_or(run->tenant, "initial_domain", ""));
    return strbuf_take(&dn);
}

const char *recipient_type(const struct recipient *recipient)
{
    switch (recipient->kind) {
    case RECIPIENT_MAILBOX:
        return json_text_or(recipient->mailbox, "RecipientTypeDetails", "UserMailbox");
    case RECIPIENT_MAIL_USER:
        return text_equal_nocase(json_text(recipient->object, "userType"), "Guest") ? "GuestMailUser"
                                                                                    : "MailUser";
    case RECIPIENT_LIST:
        return json_flag(recipient->object, "securityEnabled") ? "MailUniversalSecurityGroup"
                                                               : "MailUniversalDistributionGroup";
    case RECIPIENT_UNIFIED:
        return "GroupMailbox";
    case RECIPIENT_SECURITY:
        return "UniversalSecurityGroup";
    case RECIPIENT_USER:
        break;
    }
    return json_is_false(json_object_get(recipient->object, "accountEnabled")) ? "DisabledUser" : "User";
}

json_t *recipient_names(struct cmdlet_run *run, const json_t *ids)
{
    json_t *names = json_array(), *id;
    size_t i;
    json_array_foreach ((json_t *)ids, i, id) {
        struct recipient recipient;
        if (!recipient_by_id(run, json_string_value(id), &recipient))
            continue;
        AUTO_FREE char *name = recipient_name(run, &recipient);
        json_add(names, json_text_new(name));
    }
    return names;
}

const char *recipient_guid(const struct recipient *recipient)
{
    return json_text_or(recipient->mailbox, "ExchangeGuid", recipient->id);
}

json_t *recipient_list_at(const struct recipient *recipient, const char *key)
{
    json_t *holder = recipient->mailbox ? recipient->mailbox : recipient->object;
    json_t *list = json_object_get(holder, key);
    if (!json_is_array(list)) {
        list = json_array();
        json_put(holder, key, list);
    }
    return list;
}

bool recipient_writable(struct cmdlet_run *run, const struct recipient *recipient, const char *property)
{
    if (!recipient_synced(recipient) || json_flag(recipient->mailbox, "IsExchangeCloudManaged"))
        return true;
    return run_fail(
        run, RUN_SYNCED,
        "The operation on %s \"%s\" failed because it's out of the current user's write scope. The action "
        "'%s', '%s', can't be performed on the object '%s' because the object is being synchronized from "
        "your on-premises organization. This action should be performed on the object in your "
        "on-premises organization.",
        recipient->mailbox ? "mailbox" : "group", recipient_display(recipient), run->name, property,
        recipient_display(recipient));
}
