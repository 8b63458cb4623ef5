#include "connector/user_list.h"

#include <stdlib.h>
#include <string.h>

#include "model/sku.h"

struct entry {
    json_t *user; /* copied for a reader, never lent: counts are not atomic */
    char *text;   /* folded name, principal name and mail, one per line */
};

struct user_list {
    json_t *products; /* skuId → name; the users' entries share its texts */
    size_t count;
    struct entry *entries;
};

static json_t *copy_text(const json_t *user, const char *key)
{
    return json_text_new(json_text(user, key));
}

/* The product's name; a new reference. */
static json_t *product(const json_t *products, const char *sku_id)
{
    json_t *known = json_object_get(products, sku_id);
    const char *name = known ? NULL : sku_name(sku_id);
    return known ? json_incref(known) : json_text_new(name ? name : sku_id);
}

static json_t *licenses_of(const json_t *products, const json_t *user, bool copies)
{
    json_t *names = json_array(), *license;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(user, "assignedLicenses"), i, license) {
        json_t *name = product(products, json_text_or(license, "skuId", ""));
        json_add(names, copies ? json_text_new(json_string_value(name)) : json_incref(name));
        json_decref(name);
    }
    return names;
}

static json_t *shape(const json_t *products, const json_t *user, bool copies)
{
    return json_make("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:b, s:b, s:o}", "id", copy_text(user, "id"),
                     "display_name", copy_text(user, "displayName"), "user_principal_name",
                     copy_text(user, "userPrincipalName"), "mail", copy_text(user, "mail"), "job_title",
                     copy_text(user, "jobTitle"), "department", copy_text(user, "department"),
                     "account_enabled", json_flag(user, "accountEnabled"), "user_type",
                     copy_text(user, "userType"), "synced", json_flag(user, "onPremisesSyncEnabled"),
                     "licensed", json_array_size(json_array_at(user, "assignedLicenses")) > 0, "licenses",
                     licenses_of(products, user, copies));
}

static char *searchable(const json_t *user)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(8192);
    strbuf_printf(&text, "%s\n%s\n%s", json_text_or(user, "display_name", ""),
                  json_text_or(user, "user_principal_name", ""), json_text_or(user, "mail", ""));
    return text_fold(strbuf_text(&text));
}

static int by_name(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = strcmp(left->text, right->text); /* begins with the folded display name */
    return order ? order : strcmp(json_text_or(left->user, "id", ""), json_text_or(right->user, "id", ""));
}

static json_t *products_of(const json_t *skus)
{
    json_t *products = json_object(), *sku;
    size_t i;
    json_array_foreach ((json_t *)skus, i, sku) {
        const char *id = json_text(sku, "skuId"), *name = id ? sku_name(id) : NULL;
        if (id)
            json_put_text(products, id, name ? name : json_text_or(sku, "skuPartNumber", id));
    }
    return products;
}

struct user_list *user_list_new(const json_t *users, const json_t *skus)
{
    struct user_list *list = calloc(1, sizeof *list);
    size_t count = json_array_size(users);
    if (!list || !(list->entries = calloc(count + 1, sizeof *list->entries)))
        abort();
    list->products = products_of(skus);
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = &list->entries[i];
        entry->user = shape(list->products, json_array_get(users, i), false);
        entry->text = searchable(entry->user);
    }
    list->count = count;
    qsort(list->entries, count, sizeof *list->entries, by_name);
    return list;
}

void user_list_free(struct user_list *list)
{
    if (!list)
        return;
    for (size_t i = 0; i < list->count; i++) {
        json_decref(list->entries[i].user);
        free(list->entries[i].text);
    }
    json_decref(list->products);
    free(list->entries);
    free(list);
}

json_t *user_list_search(const struct user_list *list, const char *folded, size_t skip, size_t limit,
                         size_t *ret_total)
{
    json_t *found = json_array();
    size_t total = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!strstr(list->entries[i].text, folded))
            continue;
        if (total >= skip && total < skip + limit)
            json_add(found, json_deep_copy(list->entries[i].user));
        total++;
    }
    *ret_total = total;
    return found;
}

json_t *user_list_find(const struct user_list *list, const json_t *ids)
{
    AUTO_JSON json_t *wanted = json_object();
    json_t *found = json_array(), *id;
    size_t i;
    json_array_foreach ((json_t *)ids, i, id) {
        AUTO_FREE char *folded = text_fold(json_string_value(id) ?: "");
        json_put(wanted, folded, json_true());
    }
    for (i = 0; i < list->count; i++) { /* Graph writes ids in lower case */
        if (json_object_get(wanted, json_text_or(list->entries[i].user, "id", "")))
            json_add(found, json_deep_copy(list->entries[i].user));
    }
    return found;
}

json_t *user_list_shape(const struct user_list *list, const json_t *user)
{
    return shape(list ? list->products : NULL, user, true);
}
