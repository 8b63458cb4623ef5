/* exchange_directory — recipients of every kind, users, and what belongs to the organisation. */
#include <stdlib.h>
#include <string.h>

#include "exchange.h"

/* RecipientType: the coarse kind. */
static const char *coarse_type(const struct recipient *recipient)
{
    switch (recipient->kind) {
    case RECIPIENT_MAILBOX:
        return "UserMailbox";
    case RECIPIENT_MAIL_USER:
        return "MailUser";
    case RECIPIENT_UNIFIED:
        return "MailUniversalDistributionGroup";
    case RECIPIENT_LIST:
        return recipient_type(recipient);
    case RECIPIENT_SECURITY:
        return "Group";
    case RECIPIENT_USER:
        break;
    }
    return "User";
}

static json_t *directory_row(struct cmdlet_run *run, const struct recipient *recipient)
{
    AUTO_FREE char *name = recipient_name(run, recipient);
    AUTO_FREE char *dn = recipient_dn(run, recipient);
    json_t *row = json_object();
    json_put_text(row, "Identity", name);
    json_put_text(row, "Name", name);
    json_put_text(row, "DisplayName", recipient_display(recipient));
    json_put_text(row, "DistinguishedName", dn);
    json_put_text(row, "Alias", json_text(recipient->object, "mailNickname"));
    json_put_text(row, "PrimarySmtpAddress", recipient_address(recipient));
    json_put_text(row, "ExternalDirectoryObjectId", recipient->id);
    json_put_text(row, "Guid", recipient_guid(recipient));
    json_put_text(row, "RecipientType", coarse_type(recipient));
    json_put_text(row, "RecipientTypeDetails", recipient_type(recipient));
    json_put(row, "IsDirSynced", json_boolean(recipient_synced(recipient)));
    if (json_object_get(recipient->object, "userPrincipalName")) {
        json_put_text(row, "UserPrincipalName", json_text(recipient->object, "userPrincipalName"));
        json_put_text(row, "WindowsLiveID", json_text(recipient->object, "userPrincipalName"));
        json_put(row, "HiddenFromAddressListsEnabled",
                 json_boolean(json_flag(recipient->mailbox, "HiddenFromAddressListsEnabled")));
    }
    return row;
}

/* What the parameters ask for, the filter aside. */
static bool is_asked(struct cmdlet_run *run, const struct recipient *recipient)
{
    return (!json_array_size(json_array_at(run->params, "RecipientTypeDetails")) ||
            run_list_holds(run, "RecipientTypeDetails", recipient_type(recipient))) &&
           (!json_array_size(json_array_at(run->params, "RecipientType")) ||
            run_list_holds(run, "RecipientType", coarse_type(recipient)));
}

/* Adds the row if it is asked for; false once there are enough. *ret_bad is set when the filter cannot be
 * read. */
static bool add_if_wanted(struct cmdlet_run *run, const struct recipient *recipient, bool *ret_bad)
{
    const char *filter = run_text(run, "Filter");
    /* Every recipient can be asked for Members and ManagedBy; only groups have some. */
    bool group = recipient->kind & (RECIPIENT_LIST | RECIPIENT_UNIFIED);
    AUTO_JSON json_t *more = !filter ? NULL
                             : group ? group_filter_values(run, recipient)
                                     : json_make("{s[]s[]}", "Members", "ManagedBy");
    if (!is_asked(run, recipient) || (filter && filter_excludes(filter, more)))
        return true;
    json_t *row = directory_row(run, recipient);
    if (!filter || filter_fits(filter, row, more, ret_bad))
        return run_add(run, row);
    json_decref(row);
    return true;
}

static bool directory_get(struct cmdlet_run *run, unsigned kinds)
{
    struct recipient *list;
    size_t count;
    bool bad = false, room = true;
    if (!recipient_asked(run, "Identity", kinds, &list, &count))
        return false;
    for (size_t i = 0; !bad && room && i < count; i++)
        room = add_if_wanted(run, &list[i], &bad);
    free(list);
    return !bad ||
           run_fail(run, RUN_TRANSFORM,
                    "Cannot process argument transformation on parameter 'Filter'. Invalid filter syntax: %s",
                    run_text(run, "Filter"));
}

bool recipient_get(struct cmdlet_run *run)
{
    return directory_get(run, RECIPIENT_ANY_MAIL);
}

bool user_get(struct cmdlet_run *run)
{
    return directory_get(run, RECIPIENT_MAILBOX | RECIPIENT_MAIL_USER | RECIPIENT_USER);
}

bool mail_user_get(struct cmdlet_run *run)
{
    return directory_get(run, RECIPIENT_MAIL_USER);
}

bool organisation_get(struct cmdlet_run *run)
{
    json_t *row = run_row(run);
    json_put_text(row, "Identity", json_text(run->tenant, "initial_domain"));
    json_put_text(row, "Name", json_text(run->tenant, "initial_domain"));
    json_put_text(row, "DisplayName", json_text(run->tenant, "display_name"));
    json_put(row, "AutoExpandingArchiveEnabled", json_false());
    json_put(row, "InPlaceHolds", json_array());
    json_put(row, "IsDehydrated", json_false());
    json_object_update(row, json_object_get(run->tenant, "organization_config"));
    return true;
}

static void domain_row(struct cmdlet_run *run, const char *domain)
{
    json_t *row = run_row(run);
    json_put_text(row, "Identity", domain);
    json_put_text(row, "Name", domain);
    json_put_text(row, "DomainName", domain);
    json_put_text(row, "DomainType", "Authoritative");
    json_put(row, "Default",
             json_boolean(text_equal_nocase(domain, json_text(run->tenant, "default_domain"))));
    json_put(row, "InitialDomain",
             json_boolean(text_equal_nocase(domain, json_text(run->tenant, "initial_domain"))));
}

bool domain_get(struct cmdlet_run *run)
{
    static const char *const keys[] = {"default_domain", "initial_domain"};
    const char *identity = run_text(run, "Identity");
    AUTO_JSON json_t *domains = json_deep_copy(json_array_at(run->tenant, "domains"));
    json_t *domain;
    size_t i;
    for (i = 0; i < sizeof keys / sizeof *keys; i++)
        if (sim_text_index(domains, json_text(run->tenant, keys[i])) < 0)
            json_add(domains, json_text_new(json_text(run->tenant, keys[i])));
    json_array_foreach (domains, i, domain)
        if (json_is_string(domain) && (!identity || text_equal_nocase(identity, json_string_value(domain))))
            domain_row(run, json_string_value(domain));
    return !identity || json_array_size(run->rows) || run_not_found(run, identity);
}

bool outbound_policy_get(struct cmdlet_run *run)
{
    json_t *row = run_row(run);
    json_put_text(row, "Identity", "Default");
    json_put_text(row, "Name", "Default");
    json_put(row, "IsDefault", json_true());
    json_put_text(row, "AutoForwardingMode", json_text_or(run->tenant, "auto_forwarding_mode", "Automatic"));
    return true;
}
