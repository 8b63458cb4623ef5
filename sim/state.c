#include <string.h>

#include "license.h"
#include "operation.h"
#include "sim.h"

int64_t sim_now_ms(const struct sim *sim)
{
    return clock_utc_ms(clock_system()) + sim->clock_offset_ms;
}

char *sim_now_text(const struct sim *sim, char text[TIME_TEXT_SIZE])
{
    time_format(sim_now_ms(sim), text);
    memcpy(text + 19, "Z", 2);
    return text;
}

void sim_due(struct sim *sim, int64_t at_ms)
{
    if (at_ms < sim->due_ms)
        sim->due_ms = at_ms;
}

bool sim_variant(const struct sim *sim, enum variant variant)
{
    static const bool defaults[] = {
#define VARIANT(name, on, what) [VARIANT_##name] = (on),
#include "variants.def"
#undef VARIANT
    };

    return defaults[variant] != sim->flipped[variant];
}

ptrdiff_t sim_text_index(const json_t *array, const char *text)
{
    json_t *element;
    size_t i;

    json_array_foreach (array, i, element) {
        if (text_equal_nocase(json_string_value(element), text))
            return (ptrdiff_t)i;
    }
    return -1;
}

/* ---- look-ups ---- */

static const char *index_key(const char *text, char key[400])
{
    size_t i = 0;

    for (; text[i] && i < 399; i++)
        key[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    key[i] = '\0';
    return key;
}

static void index_put(json_t *index, const char *text, const char *id)
{
    char key[400];

    if (text && *text)
        json_put_text(index, index_key(text, key), id);
}

void sim_index_user(json_t *tenant, const char *id)
{
    const json_t *user = json_object_get(json_object_get(tenant, "users"), id);
    const json_t *mailbox = json_object_get(json_object_get(tenant, "mailboxes"), id);
    json_t *upns = json_object_get(tenant, "_upns"), *addresses = json_object_get(tenant, "_addresses"),
           *address;
    size_t i;

    index_put(upns, json_text(user, "userPrincipalName"), id);
    if (!mailbox)
        return;
    index_put(addresses, json_text(user, "userPrincipalName"), id);
    index_put(addresses, json_text(mailbox, "PrimarySmtpAddress"), id);
    index_put(addresses, json_text(mailbox, "ExchangeGuid"), id);
    index_put(addresses, json_text(mailbox, "Alias"), id);
    json_array_foreach (json_array_at(mailbox, "EmailAddresses"), i, address) {
        const char *text = json_string_value(address);
        const char *colon = text ? strchr(text, ':') : NULL;

        index_put(addresses, colon ? colon + 1 : text, id);
    }
}

void sim_index_tenant(json_t *tenant)
{
    const char *id;
    json_t *user;

    json_put(tenant, "_upns", json_object());
    json_put(tenant, "_addresses", json_object());
    json_object_foreach (json_object_get(tenant, "users"), id, user)
        sim_index_user(tenant, id);
}

void sim_index(struct sim *sim)
{
    const char *id;
    json_t *tenant;

    json_object_foreach (json_object_get(sim->state, "tenants"), id, tenant)
        sim_index_tenant(tenant);
    sim_due(sim, 0);
}

void sim_touched(struct sim *sim, const json_t *tenant)
{
    json_put(sim->touched, json_text_or(tenant, "id", ""), json_true());
}

json_t *sim_tenant(const struct sim *sim, const char *id_or_domain)
{
    json_t *tenants = json_object_get(sim->state, "tenants"), *tenant;
    char lower[400];
    const char *key;

    if (!id_or_domain)
        return NULL;
    tenant = json_object_get(tenants, index_key(id_or_domain, lower));
    if (tenant)
        return tenant;
    json_object_foreach (tenants, key, tenant) {
        if (text_equal_nocase(json_text(tenant, "initial_domain"), id_or_domain) ||
            text_equal_nocase(json_text(tenant, "default_domain"), id_or_domain) ||
            sim_text_index(json_array_at(tenant, "domains"), id_or_domain) >= 0)
            return tenant;
    }
    return NULL;
}

json_t *sim_user(const json_t *tenant, const char *id_or_upn)
{
    const json_t *users = json_object_get(tenant, "users");
    char key[400];
    json_t *user;

    if (!id_or_upn)
        return NULL;
    index_key(id_or_upn, key);
    user = json_object_get(users, key);
    if (user)
        return user;
    const char *id = json_text(json_object_get(tenant, "_upns"), key);

    user = id ? json_object_get(users, id) : NULL;
    return user && text_equal_nocase(json_text(user, "userPrincipalName"), id_or_upn) ? user : NULL;
}

json_t *sim_mailbox(const json_t *tenant, const char *id_or_address)
{
    const json_t *mailboxes = json_object_get(tenant, "mailboxes");
    char key[400];
    json_t *mailbox;

    if (!id_or_address)
        return NULL;
    index_key(id_or_address, key);
    mailbox = json_object_get(mailboxes, key);
    if (!mailbox) {
        const char *id = json_text(json_object_get(tenant, "_addresses"), key);

        mailbox = id ? json_object_get(mailboxes, id) : NULL;
    }
    return mailbox && !json_object_get(mailbox, "_disconnected_at") ? mailbox : NULL;
}

const char *sim_address_owner(const json_t *tenant, const char *address)
{
    char key[400];

    return address ? json_text(json_object_get(tenant, "_addresses"), index_key(address, key)) : NULL;
}

/* ---- time ---- */

void sim_touch(struct sim *sim, json_t *object)
{
    int64_t now = sim_now_ms(sim);

    json_put(object, "_changed", json_integer(now));
    if (sim->consistency_ms <= 0 || sim_view(sim, object) != object)
        return;
    json_object_del(object, "_stale");
    json_t *copy = json_deep_copy(object);

    json_put(object, "_stale",
             json_make("{s:I, s:o}", "until", (json_int_t)now + sim->consistency_ms, "value", copy));
}

const json_t *sim_view(const struct sim *sim, const json_t *object)
{
    const json_t *stale = json_object_get(object, "_stale");

    return stale && json_int(stale, "until", 0) > sim_now_ms(sim) ? json_object_get(stale, "value") : object;
}

void sim_member_changed(struct sim *sim, json_t *tenant, const json_t *group, const char *user_id)
{
    json_t *user = sim_user(tenant, user_id);
    int64_t at = sim_now_ms(sim) + sim->settle_ms;
    char text[TIME_TEXT_SIZE];

    if (!user || json_array_size(json_array_at(group, "assignedLicenses")) == 0)
        return;
    if (!json_is_array(json_object_get(user, "_pending")))
        json_put(user, "_pending", json_array());
    json_add(json_object_get(user, "_pending"),
             json_make("{s:s, s:b}", "at", time_format(at, text), "licenses", 1));
    sim_due(sim, at);
}

/* Whether its time has come; when not, the next look is no later than that. */
static bool due(struct sim *sim, const json_t *entry, int64_t now)
{
    int64_t at;

    if (!time_parse(json_text_or(entry, "at", ""), &at) || at <= now)
        return true;
    sim_due(sim, at);
    return false;
}

static void settle_user(struct sim *sim, json_t *tenant, json_t *user, int64_t now)
{
    json_t *pending = json_object_get(user, "_pending"), *entry;

    for (size_t i = 0; (entry = json_array_get(pending, i));) {
        if (!due(sim, entry, now)) {
            i++;
            continue;
        }
        json_object_update(user, json_object_get(entry, "set"));
        bool licenses = json_flag(entry, "licenses");

        json_array_remove(pending, i);
        if (licenses)
            license_reprocess(sim, tenant, user);
    }
    if (json_array_size(pending) == 0)
        json_object_del(user, "_pending");
}

static void settle_mailbox(struct sim *sim, const json_t *tenant, const char *id, json_t *mailbox,
                           int64_t now)
{
    const json_t *pending = json_object_get(mailbox, "_pending_type");
    const char *type = json_text(pending, "type");
    char details[64];

    if (!type || !due(sim, pending, now))
        return;
    if (text_equal_nocase(type, "Regular"))
        type = "User";
    snprintf(details, sizeof details, "%s%s", type, strstr(type, "Mailbox") ? "" : "Mailbox");
    json_put_text(mailbox, "RecipientTypeDetails", details);
    json_put(mailbox, "IsShared", json_boolean(!strcmp(details, "SharedMailbox")));
    json_object_del(mailbox, "_pending_type");
    license_check_mailbox(sim, tenant, json_object_get(json_object_get(tenant, "users"), id));
}

static void settle_operations(struct sim *sim, int64_t now)
{
    json_t *operation;
    const char *id;

    json_object_foreach (json_object_get(sim->state, "operations"), id, operation) {
        if (!json_flag(operation, "done") && due(sim, operation, now))
            operation_finish(sim, operation);
    }
}

void sim_settle(struct sim *sim)
{
    int64_t now = sim_now_ms(sim);
    json_t *tenant, *value;
    const char *key, *id;

    if (now < sim->due_ms)
        return;
    sim->due_ms = INT64_MAX;
    json_object_foreach (json_object_get(sim->state, "tenants"), key, tenant) {
        json_object_foreach (json_object_get(tenant, "users"), id, value) {
            if (json_object_get(value, "_pending"))
                settle_user(sim, tenant, value, now);
        }
        json_object_foreach (json_object_get(tenant, "mailboxes"), id, value) {
            if (json_object_get(value, "_pending_type"))
                settle_mailbox(sim, tenant, id, value, now);
        }
    }
    settle_operations(sim, now);
}
