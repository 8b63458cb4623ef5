#include "inbox_rule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/rng.h"

#define LEGACY_PREFIX "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn="
#define FOLDER_PREFIX "AAMkF"
#define EXCEPT "ExceptIf"

enum kind { kind_words, kind_people, kind_flag, kind_word, kind_folder };
enum part { part_conditions, part_actions };

static const struct property {
    enum part part;
    enum kind kind;
    const char *exchange, *graph;
} properties[] = {
#define PROPERTY(part, kind, exchange, graph) {part_##part, kind_##kind, #exchange, #graph},
#include "inbox_rules.def"
#undef PROPERTY
};
#define PROPERTY_COUNT (sizeof properties / sizeof *properties)

/* ---- people ---- */

char *legacy_dn(const json_t *user)
{
    struct strbuf dn = STRBUF_MAX(400);

    strbuf_text_add(&dn, LEGACY_PREFIX);
    for (const char *c = json_text_or(user, "id", ""); *c; c++)
        if (*c != '-')
            strbuf_char(&dn, *c);
    strbuf_printf(&dn, "-%.100s", json_text_or(user, "mailNickname", "x"));
    return strbuf_take(&dn);
}

const char *legacy_dn_owner(const json_t *tenant, const char *dn)
{
    const char *hex = dn + strlen(LEGACY_PREFIX);
    char id[37];

    if (strncasecmp(dn, LEGACY_PREFIX, strlen(LEGACY_PREFIX)) != 0 || strspn(hex, "0123456789abcdef") != 32)
        return NULL;
    snprintf(id, sizeof id, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    return json_text(sim_user(tenant, id), "id");
}

json_t *rule_person(const json_t *tenant, const char *address, const char *name)
{
    const json_t *user = sim_user(tenant, sim_address_owner(tenant, address));
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(1000);

    if (user) {
        AUTO_FREE char *dn = legacy_dn(user);

        strbuf_printf(&text, "\"%s\" [EX:%s]", json_text_or(user, "displayName", ""), dn);
    } else {
        strbuf_printf(&text, "\"%s\" [SMTP:%s]", name && *name ? name : address, address);
    }
    return json_text_new(strbuf_text(&text));
}

static json_t *person_to_graph(const json_t *tenant, const char *text)
{
    const char *open = strrchr(text, '['), *colon = open ? strchr(open, ':') : NULL;
    AUTO_FREE char *where = strdup(colon ? colon + 1 : text);
    size_t length = strlen(where);
    const char *quote = *text == '"' ? strchr(text + 1, '"') : NULL;
    AUTO_FREE char *name = quote ? strndup(text + 1, (size_t)(quote - text - 1)) : strdup(where);

    if (length > 0 && where[length - 1] == ']')
        where[length - 1] = '\0';
    const char *owner = legacy_dn_owner(tenant, where);
    const json_t *user = owner ? sim_user(tenant, owner) : NULL;

    return json_make("{s:{s:s, s:s}}", "emailAddress", "name", name, "address",
                     user ? json_text_or(user, "mail", "") : where);
}

/* ---- values from one tongue to the other; the caller owns them, NULL for none ---- */

/* A folder's id in Graph; its name in Exchange. */
static json_t *folder_to_graph(const char *name)
{
    AUTO_STRBUF struct strbuf id = STRBUF_MAX(500);

    strbuf_text_add(&id, FOLDER_PREFIX);
    strbuf_base64url(&id, name, strlen(name));
    return json_text_new(strbuf_text(&id));
}

static json_t *folder_from_graph(const char *id)
{
    char name[300];
    ptrdiff_t length = strncmp(id, FOLDER_PREFIX, strlen(FOLDER_PREFIX)) != 0
                           ? -1
                           : text_base64_decode(id + strlen(FOLDER_PREFIX),
                                                strlen(id) - strlen(FOLDER_PREFIX), name, sizeof name - 1);

    if (length <= 0 || !text_valid_utf8(name, (size_t)length))
        return NULL;
    name[length] = '\0';
    return json_text_new(name);
}

/* "High" and "high" */
static json_t *word_with(const char *word, bool capital)
{
    char copy[40];

    snprintf(copy, sizeof copy, "%s", word);
    *copy = (char)(capital ? toupper((unsigned char)*copy) : tolower((unsigned char)*copy));
    return json_text_new(copy);
}

static json_t *value_to_graph(const json_t *tenant, enum kind kind, const json_t *value)
{
    const char *text = json_string_value(value);
    json_t *list, *element;
    size_t i;

    switch (kind) {
    case kind_words:
        return json_array_size(value) ? json_deep_copy(value) : NULL;
    case kind_people:
        list = json_array();
        json_array_foreach (value, i, element)
            json_add(list,
                     person_to_graph(tenant, json_string_value(element) ? json_string_value(element) : ""));
        if (json_array_size(list) > 0)
            return list;
        json_decref(list);
        return NULL;
    case kind_flag:
        return json_is_true(value) ? json_true() : NULL;
    case kind_word:
        return text ? word_with(text, false) : NULL;
    case kind_folder:
        return text ? folder_to_graph(text) : NULL;
    }
    return NULL;
}

static json_t *people_from_graph(const json_t *tenant, const json_t *value)
{
    json_t *list = json_array(), *element;
    size_t i;

    json_array_foreach (value, i, element) {
        const json_t *mail = json_object_at(element, "emailAddress");
        const char *address = json_text(mail, "address");

        if (!address || !strchr(address, '@')) {
            json_decref(list);
            return NULL;
        }
        json_add(list, rule_person(tenant, address, json_text(mail, "name")));
    }
    return list;
}

static json_t *value_from_graph(const json_t *tenant, enum kind kind, const json_t *value)
{
    const char *text = json_string_value(value);

    switch (kind) {
    case kind_words:
        return json_is_array(value) ? json_deep_copy(value) : NULL;
    case kind_people:
        return json_is_array(value) ? people_from_graph(tenant, value) : NULL;
    case kind_flag:
        return json_is_boolean(value) ? json_incref((json_t *)value) : NULL;
    case kind_word:
        return text ? word_with(text, true) : NULL;
    case kind_folder:
        return text ? folder_from_graph(text) : NULL;
    }
    return NULL;
}

/* ---- rules ---- */

char *rule_graph_id(const json_t *rule, char ret[RULE_ID_SIZE])
{
    unsigned long long identity = strtoull(json_text_or(rule, "RuleIdentity", "0"), NULL, 10);
    unsigned char bytes[8];
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(32);

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(identity >> (8 * i));
    strbuf_base64(&text, bytes, sizeof bytes);
    snprintf(ret, RULE_ID_SIZE, "%s", strbuf_text(&text));
    return ret;
}

static json_t *part_to_graph(const json_t *tenant, const json_t *rule, enum part part, const char *before)
{
    json_t *object = json_object();
    char name[80];

    for (size_t i = 0; i < PROPERTY_COUNT; i++) {
        if (properties[i].part != part)
            continue;
        snprintf(name, sizeof name, "%s%s", before, properties[i].exchange);
        json_t *value = value_to_graph(tenant, properties[i].kind, json_object_get(rule, name));

        if (value)
            json_put(object, properties[i].graph, value);
    }
    if (json_object_size(object) > 0)
        return object;
    json_decref(object);
    return json_null();
}

json_t *rule_to_graph(const json_t *tenant, const json_t *rule)
{
    char id[RULE_ID_SIZE];

    return json_make("{s:s, s:s, s:i, s:b, s:b, s:b, s:o, s:o, s:o}", "id", rule_graph_id(rule, id),
                     "displayName", json_text_or(rule, "Name", ""), "sequence",
                     (int)json_int(rule, "Priority", 1), "isEnabled",
                     !json_is_false(json_object_get(rule, "Enabled")), "hasError", json_flag(rule, "_broken"),
                     "isReadOnly", 0, "conditions", part_to_graph(tenant, rule, part_conditions, ""),
                     "actions", part_to_graph(tenant, rule, part_actions, ""), "exceptions",
                     part_to_graph(tenant, rule, part_conditions, EXCEPT));
}

static const struct property *property_find(const char *graph, enum part part)
{
    for (size_t i = 0; i < PROPERTY_COUNT; i++)
        if (properties[i].part == part && !strcmp(properties[i].graph, graph))
            return &properties[i];
    return NULL;
}

/* A part replaces the whole part of the rule. */
static bool part_from_graph(const json_t *tenant, const json_t *object, enum part part, const char *before,
                            json_t *rule, struct err *err)
{
    const char *key;
    json_t *value;
    char name[80];

    for (size_t i = 0; i < PROPERTY_COUNT; i++) {
        snprintf(name, sizeof name, "%s%s", before, properties[i].exchange);
        if (properties[i].part == part)
            json_object_del(rule, name);
    }
    json_object_foreach ((json_t *)object, key, value) {
        const struct property *property = property_find(key, part);

        if (*key == '@' || json_is_null(value))
            continue;
        json_t *own = property ? value_from_graph(tenant, property->kind, value) : NULL;

        if (!own)
            return err_set(err, ERR_INPUT,
                           property ? "The value of '%s' is not valid." : "'%s' is not known.", key);
        snprintf(name, sizeof name, "%s%s", before, property->exchange);
        json_put(rule, name, own);
    }
    return true;
}

bool rule_from_graph(const json_t *tenant, const json_t *body, json_t *rule, struct err *err)
{
    static const struct {
        const char *name, *before;
        enum part part;
    } parts[] = {{"conditions", "", part_conditions},
                 {"actions", "", part_actions},
                 {"exceptions", EXCEPT, part_conditions}};
    const json_t *enabled = json_object_get(body, "isEnabled");

    if (json_text(body, "displayName"))
        json_put_text(rule, "Name", json_text(body, "displayName"));
    if (json_is_boolean(enabled))
        json_put(rule, "Enabled", json_incref((json_t *)enabled));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const json_t *part = json_object_get(body, parts[i].name);

        if (part && !part_from_graph(tenant, part, parts[i].part, parts[i].before, rule, err))
            return false;
    }
    return true;
}

void rule_renumber(json_t *rules)
{
    json_t *rule;
    size_t i;

    json_array_foreach (rules, i, rule)
        json_put(rule, "Priority", json_integer((json_int_t)i + 1));
}

json_t *rule_insert(json_t *rules, json_t *rule, int64_t priority)
{
    size_t count = json_array_size(rules),
           at = priority > 0 && (size_t)priority <= count ? (size_t)priority - 1 : count;
    uint64_t identity;
    char text[32];

    rng_fill(rng_system(), &identity, sizeof identity);
    snprintf(text, sizeof text, "%llu", (unsigned long long)identity);
    json_put_text(rule, "RuleIdentity", text);
    if (json_array_insert_new(rules, at, rule))
        abort();
    rule_renumber(rules);
    return rule;
}

bool rule_knows(const char *name)
{
    size_t skip = strncmp(name, EXCEPT, strlen(EXCEPT)) ? 0 : strlen(EXCEPT);

    for (size_t i = 0; i < PROPERTY_COUNT; i++)
        if (!strcmp(properties[i].exchange, name + skip) && (!skip || properties[i].part == part_conditions))
            return true;
    return false;
}
