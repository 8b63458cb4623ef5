#include "connector/exchange_reply.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- requests --- */

bool exchange_reads(const char *cmdlet)
{
    return strncmp(cmdlet, "Get-", 4) == 0 || strncmp(cmdlet, "Test-", 5) == 0 ||
           strncmp(cmdlet, "Search-", 7) == 0;
}

bool exchange_twice_is_once(const char *cmdlet)
{
    return exchange_reads(cmdlet) || strncmp(cmdlet, "Set-", 4) == 0;
}

static bool is_name(const char *cmdlet)
{
    const char *dash = strchr(cmdlet, '-');
    for (const char *c = cmdlet; *c; c++)
        if (!isalpha((unsigned char)*c) && c != dash)
            return false;
    return dash && dash > cmdlet && dash[1] && strlen(cmdlet) < 80;
}

static bool is_blank(const json_t *value)
{
    const char *text = json_string_value(value);
    return json_is_null(value) || (text && text[strspn(text, " \t")] == '\0');
}

bool exchange_check(const char *cmdlet, const json_t *params, struct err *err)
{
    static const char *const names[] = {"Identity", "Mailbox", "Member", "Trustee", "User"};
    const char *key;
    json_t *value;
    if (!is_name(cmdlet))
        return err_set(err, ERR_INTERNAL, "That is not the name of an Exchange cmdlet.");
    json_object_foreach ((json_t *)params, key, value)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (text_equal_nocase(key, names[i]) && is_blank(value))
                return err_code(err, ERR_INTERNAL, "empty_identity",
                                "%s without a %s would concern "
                                "every object; it was not sent.",
                                cmdlet, names[i]);
    return true;
}

/* --- errors --- */

static const char *last_part(const char *class_name)
{
    const char *dot = strrchr(class_name, '.');
    return dot ? dot + 1 : class_name;
}

/* "Ex6F9304|Microsoft.….ManagementObjectNotFoundException|The operation …"; the
 * id may be empty. */
static bool split_message(const char *message, char *ret_class, size_t size, const char **ret_text)
{
    const char *first = message ? strchr(message, '|') : NULL;
    const char *second = first ? strchr(first + 1, '|') : NULL;
    if (!second)
        return false;
    size_t length = (size_t)(second - first - 1);
    snprintf(ret_class, size, "%.*s", (int)(length < size ? length : size - 1), first + 1);
    *ret_text = second + 1;
    return true;
}

static enum err_kind kind_of(const char *code, int status)
{
    static const struct {
        const char *code;
        enum err_kind kind;
    } known[] = {
        {"ManagementObjectNotFoundException", ERR_NOT_FOUND},
        {"UnableToWriteToAadException", ERR_UPSTREAM},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(code, known[i].code) == 0)
            return known[i].kind;
    if (status == 404 && strstr(code, "Exception")) /* another class says that something else is missing */
        return ERR_REFUSED;
    if (status == 500 && strstr(code, "Exception")) /* the cmdlet ran and said no */
        return ERR_REFUSED;
    return service_kind(status);
}

static const json_t *internal_exception(const json_t *error)
{
    const json_t *inner = json_object_get(error, "innererror");
    if (!json_is_object(inner))
        inner = json_object_at(error, "innerError");
    const json_t *internal = json_object_get(inner, "internalexception");
    return json_is_object(internal) ? internal : json_object_at(inner, "internalException");
}

static bool fail_error(const struct service_reply *reply, const json_t *error, int status, struct err *err)
{
    const json_t *internal = internal_exception(error);
    const char *detail = json_text(json_array_get(json_array_at(error, "details"), 0), "message");
    const char *text = json_text(internal, "message");
    char class_name[300] = "";
    if (!split_message(detail, class_name, sizeof class_name, &text)) {
        snprintf(class_name, sizeof class_name, "%s", json_text_or(internal, "type", ""));
        if (detail && *detail)
            text = detail;
    }
    if (!text || !*text)
        text = json_text_or(error, "message", "Exchange gave no reason.");
    char code[80];
    const char *name = last_part(class_name);
    if (!*name)
        name = json_text_or(error, "code", "");
    snprintf(code, sizeof code, "%.79s", *name ? name : "exchange_error");
    service_fail(err, reply, code, text);
    if (err)
        err->kind = kind_of(code, status);
    return false;
}

bool exchange_refusal(const struct service_reply *reply)
{
    struct err err = {0};
    const json_t *error = json_object_get(reply->json, "error");
    return json_is_object(error) && !fail_error(reply, error, reply->wire.status, &err) && !err_again(&err);
}

/* Some errors come as texts or objects inside an answer that calls itself a
 * success. */
static bool fail_inside(const struct service_reply *reply, const json_t *errors, struct err *err)
{
    const json_t *first = json_is_array(errors) ? json_array_get(errors, 0) : errors;
    const char *message = json_string_value(first);
    const char *text = NULL;
    char class_name[300] = "";
    if (!message)
        message = json_text(first, "message");
    if (!message)
        message = json_text(first, "Message");
    if (!split_message(message, class_name, sizeof class_name, &text))
        text = message;
    char code[80];
    snprintf(code, sizeof code, "%.79s", *class_name ? last_part(class_name) : "adminapi_error");
    service_fail(err, reply, code, text ? text : "Exchange reported an error without a text.");
    if (err)
        err->kind = kind_of(code, 400);
    return false;
}

static bool present(const json_t *value)
{
    if (!value || json_is_null(value))
        return false;
    if (json_is_array(value))
        return json_array_size(value) > 0;
    return !json_is_string(value) || json_string_length(value) > 0;
}

/* Without JSON the status is all there is: NUL bytes, HTML, plain text. */
static bool fail_bare(const struct service_reply *reply, struct err *err)
{
    int status = reply->wire.status;
    const char *text = "Exchange answered without a reason.";
    if (status == 401)
        text = "Exchange does not accept the application: Exchange.ManageAsApp or "
               "a role in Exchange is "
               "missing.";
    if (status == 403)
        text = "Exchange refused the cmdlet: the application's role does not "
               "contain it.";
    if (status == 429)
        text = "Exchange asked us to wait.";
    if (status >= 500)
        text = "Exchange failed for the moment.";
    return service_fail(err, reply, status == 403 ? "CmdletAccessDeniedException" : NULL, text);
}

/* --- success --- */

static json_t *without_types(const json_t *value)
{
    if (json_is_array(value)) {
        json_t *list = json_array();
        size_t i;
        json_t *element;
        json_array_foreach ((json_t *)value, i, element)
            json_add(list, without_types(element));
        return list;
    }
    if (!json_is_object(value))
        return json_incref((json_t *)value);
    json_t *object = json_object();
    const char *key;
    json_t *member;
    json_object_foreach ((json_t *)value, key, member)
        if (!strchr(key, '@'))
            json_put(object, key, without_types(member));
    return object;
}

bool exchange_read(const struct service_reply *reply, json_t *rows, json_t *warnings, struct err *err)
{
    const json_t *body = reply->json;
    size_t i;
    json_t *element;
    if (json_is_object(json_object_get(body, "error"))) {
        int status = reply->wire.status / 100 == 2 ? 400 : reply->wire.status;
        return fail_error(reply, json_object_at(body, "error"), status, err);
    }
    if (reply->wire.status / 100 != 2)
        return fail_bare(reply, err);
    if (present(json_object_get(body, "@adminapi.errors")))
        return fail_inside(reply, json_object_get(body, "@adminapi.errors"), err);
    if (present(json_object_get(body, "@adminapi.confirmationmessage"))) {
        service_fail(err, reply, "confirmation", "Exchange asked for a confirmation; nothing was done.");
        if (err)
            err->kind = ERR_REFUSED;
        return false;
    }
    json_array_foreach ((json_t *)json_array_at(body, "value"), i, element)
        json_add(rows, without_types(element));
    json_array_foreach ((json_t *)json_array_at(body, "@adminapi.warnings"), i, element)
        json_add(warnings, json_incref(element));
    return true;
}
