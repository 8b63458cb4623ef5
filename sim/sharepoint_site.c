/* sharepoint_site — the REST calls to one site: who is in it and who administers it (sharepoint.md, section
 * 3).
 *
 * The people of a site are in its "_people" ["<object id>"]; a person's number is the place in that list. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "license.h"
#include "sharepoint.h"

#define FIRST_ID 3
#define USER_CLAIM "i:0#.f|membership|"

static void fail_unknown_user(struct sim_call *call, const char *login)
{
    sharepoint_fail(call, 400, "-2146232832, Microsoft.SharePoint.SPException",
                    "The specified user %s could not be found.", login);
}

/* ---- people ---- */

static json_t *list_at(json_t *site, const char *key)
{
    json_t *list = json_object_get(site, key);
    if (!json_is_array(list)) {
        list = json_array();
        json_put(site, key, list);
    }
    return list;
}

/* The people of the site; its owner and administrators are always among them. */
static json_t *people_of(const struct site_call *at)
{
    json_t *people = list_at(at->site, "_people"), *id;
    size_t i;
    if (at->owner_id && sim_text_index(people, at->owner_id) < 0)
        json_add(people, json_text_new(at->owner_id));
    json_array_foreach (list_at(at->site, "admins"), i, id)
        if (sim_text_index(people, json_string_value(id)) < 0)
            json_add(people, json_copy(id));
    return people;
}

static bool is_admin(const struct site_call *at, const char *id)
{
    return text_equal_nocase(id, at->owner_id) || sim_text_index(list_at(at->site, "admins"), id) >= 0;
}

static json_t *person(const struct site_call *at, const char *id)
{
    const json_t *user = sim_user(at->tenant, id);
    const json_t *group = user ? NULL : json_object_get(json_object_get(at->tenant, "groups"), id);
    const json_t *object = user ? user : group;
    if (!object)
        return NULL;
    const char *upn = json_text_or(user, "userPrincipalName", "");
    bool unified = sim_text_index(json_array_at(group, "groupTypes"), "Unified") >= 0;
    AUTO_STRBUF struct strbuf login = STRBUF_MAX(600);
    if (user)
        strbuf_printf(&login, USER_CLAIM "%s", upn);
    else
        strbuf_printf(&login, "c:0%s|%s", unified ? "o.c|federateddirectoryclaimprovider" : "t.c|tenant", id);
    AUTO_STRBUF struct strbuf name_id = STRBUF_MAX(40);
    strbuf_printf(&name_id, "10032000%.8s", id);
    return json_make("{si sb ss so si ss ss sb sb sb s{ssss} ss}", "Id",
                     (int)sim_text_index(people_of(at), id) + FIRST_ID, "IsHiddenInUI", 0, "LoginName",
                     strbuf_text(&login), "Title", json_text_new(json_text_or(object, "displayName", "")),
                     "PrincipalType", user ? 1 : 4, "Email", json_text_or(object, "mail", upn), "Expiration",
                     "", "IsEmailAuthenticationGuestUser", 0, "IsShareByEmailGuestUser", 0, "IsSiteAdmin",
                     is_admin(at, id), "UserId", "NameId", strbuf_text(&name_id), "NameIdIssuer",
                     "urn:federation:microsoftonline", "UserPrincipalName", upn);
}

/* Somebody of the organisation needs a plan with files; guests and groups do not. */
static bool is_served(const struct site_call *at, const json_t *user)
{
    bool guest = text_equal_nocase(json_text(user, "userType"), "Guest");
    bool disabled = json_is_false(json_object_get(user, "accountEnabled"));
    return (guest || license_has_files(at->tenant, user)) &&
           (!disabled || sim_variant(at->sim, VARIANT_site_disabled_user));
}

/* The object id behind a login name; NULL when the directory has none. */
static const char *login_id(const struct site_call *at, const char *login)
{
    static const char *const groups[] = {"c:0t.c|tenant|", "c:0o.c|federateddirectoryclaimprovider|"};
    if (text_starts_nocase(login, USER_CLAIM))
        return json_text(sim_user(at->tenant, login + strlen(USER_CLAIM)), "id");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (text_starts_nocase(login, groups[i]))
            return json_text(
                json_object_get(json_object_get(at->tenant, "groups"), login + strlen(groups[i])), "id");
    /* A bare name is resolved too. */
    return strchr(login, '|') ? NULL : json_text(sim_user(at->tenant, login), "id");
}

static void ensure_user(const struct site_call *at)
{
    const char *login = json_text(at->call->json, "logonName");
    const char *key;
    json_t *value;
    json_object_foreach (at->call->json, key, value)
        if (strcmp(key, "logonName") != 0) {
            sharepoint_fail(at->call, 400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
                            "The parameter %s does not exist in method EnsureUser.", key);
            return;
        }
    if (!login || !*login) {
        sharepoint_fail(at->call, 400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
                        "The parameter logonName is missing.");
        return;
    }
    const char *id = login_id(at, login);
    const json_t *user = id ? sim_user(at->tenant, id) : NULL;
    if (!id || (user && !is_served(at, user))) {
        fail_unknown_user(at->call, login);
        return;
    }
    json_t *people = people_of(at);
    if (sim_text_index(people, id) < 0)
        json_add(people, json_text_new(id));
    at->call->status = 200;
    at->call->reply = person(at, id);
}

/* ---- one user of the site ---- */

static void administrator_set(const struct site_call *at, const char *id)
{
    const char *key;
    json_t *value;
    const json_t *wanted = json_object_get(at->call->json, "IsSiteAdmin");
    json_object_foreach (at->call->json, key, value)
        if (strcmp(key, "__metadata") != 0 && strcmp(key, "IsSiteAdmin") != 0) {
            sharepoint_fail(
                at->call, 400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
                "The property '%s' does not exist on type 'SP.User'. Make sure to only use property names "
                "that are "
                "defined by the type.",
                key);
            return;
        }
    if (!json_is_boolean(wanted)) {
        sharepoint_fail(at->call, 400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
                        "A boolean IsSiteAdmin is expected.");
        return;
    }
    json_t *admins = list_at(at->site, "admins");
    ptrdiff_t place = sim_text_index(admins, id);
    if (json_is_true(wanted) && place < 0) {
        json_add(admins, json_text_new(id));
    } else if (json_is_false(wanted) && text_equal_nocase(id, at->owner_id)) {
        sharepoint_fail(at->call, 400, "-2146232832, Microsoft.SharePoint.SPException",
                        "You cannot remove the owner of a website collection from the Administrators list.");
        return;
    } else if (json_is_false(wanted) && place >= 0) {
        json_array_remove(admins, (size_t)place);
    }
    at->call->status = sim_variant(at->sim, VARIANT_site_merge_204) ? 204 : 200;
}

static void one_user(const struct site_call *at, const char *id, const char *said)
{
    const char *method = at->call->header(at->call, "X-HTTP-Method");
    json_t *row = id && sim_text_index(people_of(at), id) >= 0 ? person(at, id) : NULL;
    if (!row) {
        sharepoint_fail(at->call, 404, "-2146232832, Microsoft.SharePoint.SPException",
                        "User cannot be found: %s.", said);
        return;
    }
    if (!strcmp(at->call->method, "GET")) {
        at->call->status = 200;
        at->call->reply = row;
        return;
    }
    json_decref(row);
    if (!strcmp(at->call->method, "POST") && text_equal_nocase(method, "MERGE")) {
        const char *match = at->call->header(at->call, "IF-MATCH");
        if (!match || strcmp(match, "*") != 0)
            sharepoint_fail(at->call, 412, "-1, Microsoft.SharePoint.Client.ClientServiceException",
                            "The request ETag value does not match: IF-MATCH must be *.");
        else
            administrator_set(at, id);
    } else {
        sharepoint_fail(
            at->call, 400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
            "The HTTP method is not supported here; a change is a POST with X-HTTP-Method: MERGE.");
    }
}

/* The value of a query option, decoded; the caller frees it. */
static char *option(const struct site_call *at, const char *name)
{
    AUTO_FREE char *copy = must(strdup(at->call->query));
    char *rest = copy;
    for (char *part; (part = strsep(&rest, "&"));) {
        char *value = strchr(part, '=');
        if (!value)
            continue;
        *value++ = '\0';
        if (text_percent_decode(part, true) && text_percent_decode(value, true) && !strcasecmp(part, name))
            return strdup(value);
    }
    return NULL;
}

static void user_by_number(const struct site_call *at, const char *argument)
{
    int64_t number = 0;
    const char *id = text_to_int(argument, FIRST_ID, INT32_MAX, &number)
                         ? json_string_value(json_array_get(people_of(at), (size_t)(number - FIRST_ID)))
                         : NULL;
    one_user(at, id, argument);
}

/* siteusers(@v)?@v='login' */
static void user_by_login(const struct site_call *at, const char *argument)
{
    AUTO_FREE char *value = *argument == '@' ? option(at, argument) : strdup(argument);
    size_t length = value ? strlen(value) : 0;
    if (length < 2 || value[0] != '\'' || value[length - 1] != '\'') {
        sharepoint_fail(at->call, 400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
                        "The expression \"%s\" is not valid.", at->rest);
        return;
    }
    value[length - 1] = '\0';
    one_user(at, login_id(at, value + 1), value + 1);
}

/* ---- lists ---- */

static json_t *selected(json_t *row, const char *select)
{
    if (!select)
        return row;
    AUTO_FREE char *copy = must(strdup(select));
    json_t *out = json_object();
    char *rest = copy;
    for (char *name; (name = strsep(&rest, ","));)
        if (json_object_get(row, name))
            json_put(out, name, json_incref(json_object_get(row, name)));
    json_decref(row);
    return out;
}

static void site_users(const struct site_call *at)
{
    AUTO_FREE char *filter = option(at, "$filter");
    AUTO_FREE char *select = option(at, "$select");
    bool only_admins = filter && !strcasecmp(filter, "IsSiteAdmin eq true");
    if (filter && !only_admins) {
        sharepoint_fail(at->call, 400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
                        "The expression \"%s\" is not valid.", filter);
        return;
    }
    json_t *rows = json_array(), *id;
    size_t i;
    json_array_foreach (people_of(at), i, id) {
        json_t *row =
            only_admins && !is_admin(at, json_string_value(id)) ? NULL : person(at, json_string_value(id));
        if (row)
            json_add(rows, selected(row, select));
    }
    at->call->status = 200;
    at->call->reply = json_make("{so}", "value", rows);
}

static void web(const struct site_call *at)
{
    AUTO_FREE char *select = option(at, "$select");
    const json_t *owner = sim_user(at->tenant, at->owner_id);
    at->call->status = 200;
    at->call->reply = selected(json_make("{ss ss ss si}", "Id", at->owner_id, "Title",
                                         json_text_or(owner, "displayName", ""), "Url",
                                         json_text_or(at->site, "url", ""), "Language", 1033),
                               select);
}

void sharepoint_site_handle(const struct site_call *at)
{
    bool get = !strcmp(at->call->method, "GET"), post = !strcmp(at->call->method, "POST");
    size_t length = strlen(at->rest);
    char *open = strchr(at->rest, '(');
    char *argument = open && at->rest[length - 1] == ')' ? open + 1 : NULL;
    if (argument) {
        at->rest[length - 1] = '\0';
        *open = '\0';
    }
    if (argument && !strcasecmp(at->rest, "web/getuserbyid"))
        user_by_number(at, argument);
    else if (argument && !strcasecmp(at->rest, "web/siteusers"))
        user_by_login(at, argument);
    else if (post && !argument && !strcasecmp(at->rest, "web/ensureuser"))
        ensure_user(at);
    else if (get && !argument && !strcasecmp(at->rest, "web/siteusers"))
        site_users(at);
    else if (get && !argument && !strcasecmp(at->rest, "web"))
        web(at);
    else {
        at->call->undocumented = true;
        sharepoint_fail(at->call, 404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException",
                        "Cannot find resource for the request %s.", at->rest);
    }
}
