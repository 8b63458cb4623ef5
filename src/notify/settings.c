#include "notify/settings.h"

#include <stdio.h>
#include <string.h>

#include "notify/event.h"
#include "notify/fields.h"
#include "vault/signature.h"

#define IDENTITY "settings/notifications"
#define SEALED_MAX ((size_t)512 * 1024)
#define COUNT(fields) (sizeof(fields) / sizeof *(fields))

static const struct field webhook_fields[] = {
    {"id", FIELD_TEXT, false, 36, 36, NULL, NULL},
    {"name", FIELD_TEXT, true, 1, 80, NULL, NULL},
    {"enabled", FIELD_FLAG, false, 0, 0, NULL, "true"},
    {"url", FIELD_URL_SECRET, true, 0, 0, NULL, NULL},
    {"format", FIELD_CHOICE, false, 0, 0, "auto|generic|teams|slack|discord|cipp", "\"auto\""},
    {"secret", FIELD_SECRET, false, 1, 200, NULL, NULL},
    {"auth", FIELD_OTHER, false, 0, 0, NULL, NULL},
    {"events", FIELD_EVENTS, false, 0, 50, NULL, NULL},
    {"tenants", FIELD_IDS, false, 0, 1000, NULL, NULL},
    {"private", FIELD_FLAG, false, 0, 0, NULL, "false"},
    {"old_secret_until", FIELD_SHOWN, false, 0, 0, NULL, NULL},
    {"disabled_reason", FIELD_SHOWN, false, 0, 0, NULL, NULL},
};
static const struct field auth_fields[] = {
    {"type", FIELD_CHOICE, true, 0, 0, "none|bearer|basic|header", NULL},
    {"token", FIELD_SECRET, false, 1, 2000, NULL, NULL},
    {"user", FIELD_TEXT, false, 1, 200, NULL, NULL},
    {"password", FIELD_SECRET, false, 1, 500, NULL, NULL},
    {"headers", FIELD_OTHER, false, 0, 0, NULL, NULL},
};
static const struct field header_fields[] = {
    {"name", FIELD_TEXT, true, 1, 80, NULL, NULL},
    {"value", FIELD_SECRET, true, 1, 2000, NULL, NULL},
};
static const struct field email_fields[] = {
    {"enabled", FIELD_FLAG, false, 0, 0, NULL, "false"},
    {"via", FIELD_CHOICE, false, 0, 0, "graph|smtp", "\"graph\""},
    {"from", FIELD_TEXT, false, 3, 254, NULL, NULL},
    {"tenant", FIELD_TEXT, false, 1, 255, NULL, NULL},
    {"to", FIELD_ADDRESSES, false, 0, 50, NULL, "[]"},
    {"to_manager", FIELD_FLAG, false, 0, 0, NULL, "false"},
    {"to_requester", FIELD_FLAG, false, 0, 0, NULL, "false"},
    {"events", FIELD_EVENTS, false, 0, 50, NULL, NULL},
    {"private", FIELD_FLAG, false, 0, 0, NULL, "false"},
};
#define PSA_COMMON                                                                     \
    {"kind", FIELD_CHOICE, true, 0, 0, "halopsa|connectwise|autotask", NULL},          \
        {"enabled", FIELD_FLAG, false, 0, 0, NULL, "true"},                            \
        {"close", FIELD_CHOICE, false, 0, 0, "finished|always|never", "\"finished\""}, \
        {"events", FIELD_EVENTS, false, 0, 50, NULL, NULL},                            \
        {"private", FIELD_FLAG, false, 0, 0, NULL, "false"},                           \
    {                                                                                  \
        "default_company", FIELD_NUMBER, false, 0, INT64_C(1) << 53, NULL, NULL        \
    }
#define ID_NUMBER(name, required, fallback)                               \
    {                                                                     \
        name, FIELD_NUMBER, required, 0, INT64_C(1) << 53, NULL, fallback \
    }
static const struct field halopsa_fields[] = {
    PSA_COMMON,
    {"auth_url", FIELD_URL, true, 0, 0, NULL, NULL},
    {"resource_url", FIELD_URL, true, 0, 0, NULL, NULL},
    {"client_id", FIELD_TEXT, true, 1, 200, NULL, NULL},
    {"client_secret", FIELD_SECRET, true, 1, 500, NULL, NULL},
    ID_NUMBER("tickettype_id", true, NULL),
    ID_NUMBER("priority_id", false, NULL),
    ID_NUMBER("outcome_id", false, "7"),
    ID_NUMBER("closed_status_id", false, "9"),
};
static const struct field connectwise_fields[] = {
    PSA_COMMON,
    {"url", FIELD_URL, true, 0, 0, NULL, NULL},
    {"company_id", FIELD_TEXT, true, 1, 100, NULL, NULL},
    {"public_key", FIELD_TEXT, true, 1, 200, NULL, NULL},
    {"private_key", FIELD_SECRET, true, 1, 500, NULL, NULL},
    {"client_id", FIELD_TEXT, true, 1, 200, NULL, NULL},
    ID_NUMBER("board_id", true, NULL),
    ID_NUMBER("priority_id", false, NULL),
    {"status", FIELD_TEXT, false, 1, 50, NULL, "\"New\""},
    {"closed_status", FIELD_TEXT, false, 1, 50, NULL, "\"Closed\""},
};
static const struct field autotask_fields[] = {
    PSA_COMMON,
    {"url", FIELD_URL, true, 0, 0, NULL, NULL},
    {"integration_code", FIELD_SECRET, true, 1, 200, NULL, NULL},
    {"user", FIELD_TEXT, true, 1, 200, NULL, NULL},
    {"password", FIELD_SECRET, true, 1, 500, NULL, NULL},
    ID_NUMBER("queue_id", true, NULL),
    ID_NUMBER("status", false, "1"),
    ID_NUMBER("priority", false, "2"),
    ID_NUMBER("ticket_type", false, "1"),
    ID_NUMBER("closed_status", false, "5"),
    ID_NUMBER("note_type", false, "1"),
    ID_NUMBER("publish", false, "2"),
};
static const struct field links_fields[] = {
    {"host", FIELD_CHOICE, false, 0, 0, "lastday|pwpush", "\"lastday\""},
    {"url", FIELD_URL, false, 0, 0, NULL, NULL},
    {"api", FIELD_CHOICE, false, 0, 0, "v1|v2", "\"v2\""},
    {"user", FIELD_TEXT, false, 1, 254, NULL, NULL},
    {"token", FIELD_SECRET, false, 1, 500, NULL, NULL},
    {"expires_in_days", FIELD_NUMBER, false, 1, 30, NULL, "7"},
    {"views", FIELD_NUMBER, false, 1, 20, NULL, "1"},
};
static const struct field settings_fields[] = {
    {"webhooks", FIELD_OTHER, false, 0, 0, NULL, "[]"},
    {"email", FIELD_OTHER, false, 0, 0, NULL, "{}"},
    {"psa", FIELD_OTHER, false, 0, 0, NULL, NULL},
    {"password_links", FIELD_OTHER, false, 0, 0, NULL, "{}"},
    {"reminder_minutes", FIELD_NUMBER, false, 0, 14 * 24 * 60, NULL, "0"},
};

static const struct psa_table {
    const char *kind;
    const struct field *fields;
    size_t count;
} psa_tables[] = {
    {"halopsa", halopsa_fields, COUNT(halopsa_fields)},
    {"connectwise", connectwise_fields, COUNT(connectwise_fields)},
    {"autotask", autotask_fields, COUNT(autotask_fields)},
};

static const struct psa_table *psa_table(const json_t *psa)
{
    for (size_t i = 0; i < COUNT(psa_tables); i++)
        if (strcmp(json_text_or(psa, "kind", ""), psa_tables[i].kind) == 0)
            return &psa_tables[i];
    return NULL;
}

/* --- the store --- */

bool notify_settings_load(struct tx *tx, const struct vault *vault, json_t **ret, int64_t *ret_version,
                          struct err *err)
{
    AUTO_JSON json_t *value = NULL;
    AUTO_JSON json_t *problems = json_array();
    size_t length;
    *ret = NULL;
    *ret_version = 0;
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT sealed, version FROM settings WHERE name = 'notifications'");
    if (!rows)
        return false;
    if (rows_next(rows)) {
        const void *bytes = row_blob(rows, 0, &length);
        AUTO_SECRET struct secret *text = vault_unseal(vault, IDENTITY, bytes, length, err);
        if (!text)
            return false;
        *ret_version = row_int(rows, 1);
        value = json_read(secret_reveal(text), secret_length(text), err);
        if (!value)
            return false;
    } else if (rows_failed(rows, err)) {
        return false;
    }
    /* What an older version did not know takes its default. */
    const struct outside_policy any = {.allow_private = true};
    json_t *empty = json_object();
    *ret = value ? json_incref(value) : notify_settings_read(empty, NULL, &any, NULL, 0, problems);
    json_decref(empty);
    return true;
}

bool notify_settings_store(struct tx *tx, const struct vault *vault, const json_t *settings,
                           int64_t expected_version, const char *by, int64_t now, struct err *err)
{
    AUTO_STRBUF struct strbuf sealed = STRBUF_MAX(SEALED_MAX);
    AUTO_FREE char *text = json_write(settings);
    vault_seal(vault, IDENTITY, text, strlen(text), &sealed);
    explicit_bzero(text, strlen(text));
    if (sealed.overflow)
        return err_set(err, ERR_INPUT, "The settings are too long.");
    if (!(expected_version == 0
              ? tx_exec(tx, err,
                        "INSERT INTO settings(name, sealed, version, changed_at, changed_by) "
                        "VALUES ('notifications', $1, 1, $2, $3) ON CONFLICT (name) DO NOTHING",
                        P_BLOB(sealed.data, sealed.length), P_INT(now), P_TEXT(by))
              : tx_exec(tx, err,
                        "UPDATE settings SET sealed = $1, version = version + 1, changed_at = $2, "
                        "changed_by = $3 WHERE name = 'notifications' AND version = $4",
                        P_BLOB(sealed.data, sealed.length), P_INT(now), P_TEXT(by), P_INT(expected_version))))
        return false;
    return tx_changes(tx) > 0 ||
           err_set(
               err, ERR_PRECONDITION,
               "Somebody has changed the settings since they were read: read them again, then change them.");
}

/* --- what PUT sent --- */

static bool is_header_name(const char *name)
{
    static const char *const ours[] = {
        "Host",       "Content-Length",    "Content-Type",     "Connection", "Transfer-Encoding",
        "webhook-id", "webhook-timestamp", "webhook-signature"};
    for (const char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
              strchr("-_.!#$&", *c)))
            return false;
    for (size_t i = 0; i < COUNT(ours); i++)
        if (text_equal_nocase(name, ours[i]))
            return false;
    return *name;
}

static json_t *read_headers(const json_t *body, const json_t *stored, const char *pointer,
                            const struct outside_policy *policy, json_t *problems)
{
    json_t *list = json_array(), *entry;
    size_t i;
    if (!json_is_array(body) || json_array_size(body) == 0 || json_array_size(body) > 10) {
        fields_problem(problems, pointer, "wrong_type",
                       "headers must be a list of 1 to 10 objects with name and value.");
        return list;
    }
    json_array_foreach (body, i, entry) {
        char at[300];
        snprintf(at, sizeof at, "%s/%zu", pointer, i);
        json_t *header =
            fields_read(header_fields, COUNT(header_fields), entry,
                        json_array_find(stored, "name", json_text(entry, "name")), at, policy, problems);
        if (json_text(header, "name") && !is_header_name(json_text(header, "name")))
            fields_problem(problems, at, "bad_header", "This header's name cannot be set here.");
        json_add(list, header);
    }
    return list;
}

static json_t *read_auth(const json_t *body, const json_t *stored, const char *pointer,
                         const struct outside_policy *policy, json_t *problems)
{
    AUTO_ARENA struct arena *arena = arena_new();
    if (!body || json_is_null(body))
        return json_make("{s:s}", "type", "none");
    json_t *auth = fields_read(auth_fields, COUNT(auth_fields), body, stored, pointer, policy, problems);
    const char *type = json_text_or(auth, "type", "");
    json_t *kept = json_make("{s:s}", "type", type);
    static const char *const needs[][3] = {{"bearer", "token", NULL}, {"basic", "user", "password"}};
    for (size_t i = 0; i < COUNT(needs); i++)
        for (size_t n = 1; n < 3 && strcmp(type, needs[i][0]) == 0 && needs[i][n]; n++) {
            if (!json_text(auth, needs[i][n]))
                fields_problem(problems, arena_printf(arena, "%s/%s", pointer, needs[i][n]), "missing",
                               "Give the %s for %s authentication.", needs[i][n], type);
            json_put(kept, needs[i][n], json_incref(json_object_get(auth, needs[i][n])));
        }
    if (strcmp(type, "header") == 0)
        json_put(kept, "headers",
                 read_headers(json_object_get(body, "headers"), json_array_at(stored, "headers"),
                              arena_printf(arena, "%s/headers", pointer), policy, problems));
    json_decref(auth);
    return kept;
}

/* A secret that was replaced signs beside the new one for a day, so that receivers can change over. */
static void keep_old_secret(json_t *hook, const json_t *stored, int64_t now)
{
    const char *secret = json_text(hook, "secret"), *old = json_text(stored, "secret");
    bool changed = old && (!secret || strcmp(secret, old) != 0);
    if (changed && secret) {
        json_put_text(hook, "old_secret", old);
        json_put_time(hook, "old_secret_until", now + SETTINGS_OLD_SECRET_MS);
    } else if (!changed && json_text(stored, "old_secret")) {
        json_put_text(hook, "old_secret", json_text(stored, "old_secret"));
    } else {
        json_put(hook, "old_secret_until", json_null());
    }
}

static json_t *read_webhook(const json_t *body, const json_t *stored, const char *pointer,
                            const struct outside_policy *policy, const struct rng *rng, int64_t now,
                            json_t *problems)
{
    AUTO_ARENA struct arena *arena = arena_new();
    char id[UUID_SIZE];
    json_t *hook =
        fields_read(webhook_fields, COUNT(webhook_fields), body, stored, pointer, policy, problems);
    json_put(hook, "auth",
             read_auth(json_object_get(body, "auth"), json_object_get(stored, "auth"),
                       arena_printf(arena, "%s/auth", pointer), policy, problems));
    if (json_text(hook, "secret") && !signature_secret_ok(json_text(hook, "secret")))
        fields_problem(problems, arena_printf(arena, "%s/secret", pointer), "bad_secret",
                       "secret must be whsec_ and base64 of 24 to 64 random bytes.");
    json_put_text(hook, "id", stored ? json_text(stored, "id") : uuid_v4(rng, id));
    keep_old_secret(hook, stored, now);
    if (json_flag(hook, "enabled"))
        json_put(hook, "disabled_reason", json_null());
    return hook;
}

static json_t *read_webhooks(const json_t *body, const json_t *stored, const struct outside_policy *policy,
                             const struct rng *rng, int64_t now, json_t *problems)
{
    json_t *list = json_array(), *entry;
    size_t i;
    if (!json_is_array(body) || json_array_size(body) > SETTINGS_WEBHOOKS_MAX) {
        fields_problem(problems, "/webhooks", "wrong_type", "webhooks must be a list of at most %d.",
                       SETTINGS_WEBHOOKS_MAX);
        return list;
    }
    json_array_foreach (body, i, entry) {
        char pointer[40];
        const char *id = json_text(entry, "id");
        const json_t *old = id ? json_array_find(json_array_at(stored, "webhooks"), "id", id) : NULL;
        snprintf(pointer, sizeof pointer, "/webhooks/%zu", i);
        if (id && !old)
            fields_problem(problems, pointer, "unknown_webhook",
                           "There is no webhook with this id; leave id out for a new one.");
        if (id && json_array_find(list, "id", id))
            fields_problem(problems, pointer, "named_twice", "This webhook is there twice.");
        json_add(list, read_webhook(entry, old, pointer, policy, rng, now, problems));
    }
    return list;
}

static json_t *read_email(const json_t *body, const json_t *stored, const struct outside_policy *policy,
                          json_t *problems)
{
    json_t *email = fields_read(email_fields, COUNT(email_fields), body, stored, "/email", policy, problems);
    const char *from = json_text(email, "from");
    if (from && !fields_is_address(from))
        fields_problem(problems, "/email/from", "bad_address",
                       "The sender must be a mail address, such as it@contoso.com.");
    if (json_flag(email, "enabled") && !from && strcmp(json_text_or(email, "via", ""), "graph") == 0)
        fields_problem(problems, "/email/from", "missing",
                       "Mail by Graph needs from: the mailbox that it is sent from.");
    return email;
}

static json_t *read_psa(const json_t *body, const json_t *stored, const struct outside_policy *policy,
                        json_t *problems)
{
    const struct psa_table *table = psa_table(body);
    if (!body || json_is_null(body))
        return json_null();
    if (!table) {
        fields_problem(problems, "/psa/kind", "unknown_value",
                       "kind must be one of halopsa, connectwise and autotask.");
        return json_null();
    }
    return fields_read(table->fields, table->count, body, psa_table(stored) == table ? stored : NULL, "/psa",
                       policy, problems);
}

static json_t *read_links(const json_t *body, const json_t *stored, const struct outside_policy *policy,
                          json_t *problems)
{
    json_t *links =
        fields_read(links_fields, COUNT(links_fields), body, stored, "/password_links", policy, problems);
    bool other = strcmp(json_text_or(links, "host", ""), "pwpush") == 0;
    if (other && !json_text(links, "url"))
        fields_problem(problems, "/password_links/url", "missing",
                       "Give the address of the Password Pusher server.");
    return links;
}

json_t *notify_settings_read(const json_t *body, const json_t *stored, const struct outside_policy *policy,
                             const struct rng *rng, int64_t now, json_t *problems)
{
    json_t *ret = fields_read(settings_fields, COUNT(settings_fields), body, stored, "", policy, problems);
    AUTO_JSON json_t *none = json_object();
    const json_t *email = json_object_get(ret, "email"), *links = json_object_get(ret, "password_links");
    json_put(ret, "webhooks",
             read_webhooks(json_object_get(ret, "webhooks"), stored, policy, rng, now, problems));
    json_put(
        ret, "email",
        read_email(json_is_null(email) ? none : email, json_object_get(stored, "email"), policy, problems));
    json_put(ret, "psa",
             read_psa(json_object_get(ret, "psa"), json_object_get(stored, "psa"), policy, problems));
    json_put(ret, "password_links",
             read_links(json_is_null(links) ? none : links, json_object_get(stored, "password_links"), policy,
                        problems));
    return ret;
}

/* --- what GET shows --- */

static json_t *auth_masked(const json_t *auth)
{
    json_t *shown = json_object(), *headers = json_array(), *header;
    size_t i;
    const char *const plain[] = {"type", "user"}, *const secret[] = {"token", "password"};
    for (i = 0; i < 2; i++) {
        if (json_text(auth, plain[i]))
            json_put_text(shown, plain[i], json_text(auth, plain[i]));
        if (json_text(auth, secret[i]))
            json_put_text(shown, secret[i], FIELDS_MASK);
    }
    json_array_foreach ((json_t *)json_array_at(auth, "headers"), i, header)
        json_add(headers, fields_masked(header_fields, COUNT(header_fields), header));
    if (json_array_size(headers) > 0)
        json_put(shown, "headers", json_incref(headers));
    json_decref(headers);
    return shown;
}

json_t *notify_settings_masked(const json_t *settings)
{
    json_t *ret = json_object(), *hooks = json_array(), *hook;
    const json_t *psa = json_object_get(settings, "psa");
    const struct psa_table *table = psa_table(psa);
    size_t i;
    json_array_foreach ((json_t *)json_array_at(settings, "webhooks"), i, hook) {
        json_t *shown = fields_masked(webhook_fields, COUNT(webhook_fields), hook);
        json_put(shown, "auth", auth_masked(json_object_get(hook, "auth")));
        json_add(hooks, shown);
    }
    json_put(ret, "webhooks", hooks);
    json_put(ret, "email",
             fields_masked(email_fields, COUNT(email_fields), json_object_get(settings, "email")));
    json_put(ret, "psa", table ? fields_masked(table->fields, table->count, psa) : json_null());
    json_put(ret, "password_links",
             fields_masked(links_fields, COUNT(links_fields), json_object_get(settings, "password_links")));
    json_put(ret, "reminder_minutes", json_integer(json_int(settings, "reminder_minutes", 0)));
    return ret;
}

const json_t *notify_settings_webhook(const json_t *settings, const char *id)
{
    return json_array_find(json_array_at(settings, "webhooks"), "id", id);
}
