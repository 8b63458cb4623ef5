#include "connector/user_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/sku.h"

/* Texts of a user that are kept, in this order, each with its NUL behind it. */
#define TEXTS(X)                                  \
    X("id", "id")                                 \
    X("display_name", "displayName")              \
    X("user_principal_name", "userPrincipalName") \
    X("mail", "mail")                             \
    X("job_title", "jobTitle")                    \
    X("department", "department")                 \
    X("user_type", "userType")

static const struct {
    const char *ours, *theirs;
} texts[] = {
#define X(ours, theirs) {ours, theirs},
    TEXTS(X)
#undef X
};
enum { TEXT_COUNT = sizeof texts / sizeof *texts };

#define BLOCK_MAX ((size_t)4 * 1024 * 1024 * 1024)

/* A tenant may have a million users: a few blocks hold them all, in the order of the list, so that a search
 * runs through memory from end to end. */
struct entry {
    size_t search;                    /* folded name, principal name and mail, one a line; in list->search */
    size_t texts;                     /* in list->texts */
    uint32_t licenses, license_count; /* in list->licenses */
    bool enabled, synced;
};

struct user_list {
    size_t count;
    struct entry *entries;
    struct strbuf search, texts;
    uint32_t *licenses; /* numbers of products */
    size_t license_count, license_capacity;
    json_t *products; /* skuId → number */
    json_t *names;    /* number → name */
};

/* --- products ------------------------------------------------------------------------------------------ */

static uint32_t add_product(struct user_list *list, const char *sku_id, const char *name)
{
    uint32_t number = (uint32_t)json_array_size(list->names);
    json_put(list->products, sku_id, json_integer(number));
    json_add(list->names, json_text_new(name));
    return number;
}

/* The names that people know before the part numbers of the tenant, those before the bare id. */
static void add_products(struct user_list *list, const json_t *skus)
{
    size_t i;
    json_t *sku;
    json_array_foreach ((json_t *)skus, i, sku) {
        const char *id = json_text(sku, "skuId"), *name = id ? sku_name(id) : NULL;
        if (id && !json_object_get(list->products, id))
            add_product(list, id, name ? name : json_text_or(sku, "skuPartNumber", id));
    }
}

static const char *product_name(const struct user_list *list, const char *sku_id)
{
    const json_t *number = list ? json_object_get(list->products, sku_id) : NULL;
    const char *known = sku_name(sku_id);
    if (number)
        return json_string_value(json_array_get(list->names, (size_t)json_integer_value(number)));
    return known ? known : sku_id;
}

static uint32_t product_number(struct user_list *list, const char *sku_id)
{
    const json_t *number = json_object_get(list->products, sku_id);
    return number ? (uint32_t)json_integer_value(number)
                  : add_product(list, sku_id, product_name(list, sku_id));
}

static void add_license(struct user_list *list, uint32_t number)
{
    if (list->license_count == list->license_capacity) {
        list->license_capacity = list->license_capacity ? list->license_capacity * 2 : 1024;
        list->licenses = must(reallocarray(list->licenses, list->license_capacity, sizeof *list->licenses));
    }
    list->licenses[list->license_count++] = number;
}

/* --- building ------------------------------------------------------------------------------------------ */

/* Its place; the NUL is part of it. */
static size_t add_text(struct strbuf *block, const char *text)
{
    size_t at = block->length;
    strbuf_add(block, text, strlen(text) + 1);
    if (block->overflow)
        abort();
    return at;
}

static char *searchable(const json_t *user)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(8192);
    strbuf_printf(&text, "%s\n%s\n%s", json_text_or(user, "displayName", ""),
                  json_text_or(user, "userPrincipalName", ""), json_text_or(user, "mail", ""));
    return text_fold(strbuf_text(&text));
}

/* What the list is sorted by: the folded display name stands first. */
struct sorted {
    const json_t *user;
    char *search;
};

static int by_name(const void *a, const void *b)
{
    const struct sorted *left = a, *right = b;
    int order = strcmp(left->search, right->search);
    return order ? order : strcmp(json_text_or(left->user, "id", ""), json_text_or(right->user, "id", ""));
}

static void add_user(struct user_list *list, const struct sorted *sorted)
{
    const json_t *user = sorted->user;
    size_t i;
    json_t *license;
    struct entry *entry = &list->entries[list->count++];
    *entry = (struct entry){.search = add_text(&list->search, sorted->search),
                            .texts = list->texts.length,
                            .licenses = (uint32_t)list->license_count,
                            .enabled = json_flag(user, "accountEnabled"),
                            .synced = json_flag(user, "onPremisesSyncEnabled")};
    for (i = 0; i < TEXT_COUNT; i++)
        add_text(&list->texts, json_text_or(user, texts[i].theirs, ""));
    json_array_foreach ((json_t *)json_array_at(user, "assignedLicenses"), i, license)
        add_license(list, product_number(list, json_text_or(license, "skuId", "")));
    entry->license_count = (uint32_t)list->license_count - entry->licenses;
}

struct user_list *user_list_new(const json_t *users, const json_t *skus)
{
    struct user_list *list = must(calloc(1, sizeof *list));
    size_t count = json_array_size(users);
    struct sorted *sorted = must(calloc(count + 1, sizeof *sorted));
    list->entries = must(calloc(count + 1, sizeof *list->entries));
    list->search.max = list->texts.max = BLOCK_MAX;
    list->products = json_object();
    list->names = json_array();
    add_products(list, skus);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct sorted){json_array_get(users, i), searchable(json_array_get(users, i))};
    qsort(sorted, count, sizeof *sorted, by_name);
    for (size_t i = 0; i < count; i++) {
        add_user(list, &sorted[i]);
        free(sorted[i].search);
    }
    free(sorted);
    return list;
}

void user_list_free(struct user_list *list)
{
    if (!list)
        return;
    json_decref(list->products);
    json_decref(list->names);
    strbuf_done(&list->search);
    strbuf_done(&list->texts);
    free(list->licenses);
    free(list->entries);
    free(list);
}

size_t user_list_count(const struct user_list *list)
{
    return list->count;
}

size_t user_list_licensed(const struct user_list *list)
{
    size_t licensed = 0;
    for (size_t i = 0; i < list->count; i++)
        licensed += list->entries[i].license_count > 0;
    return licensed;
}

/* --- reading ------------------------------------------------------------------------------------------- */

static json_t *put_flags(json_t *user, bool enabled, bool synced, json_t *licenses)
{
    json_put(user, "account_enabled", json_boolean(enabled));
    json_put(user, "synced", json_boolean(synced));
    json_put(user, "licensed", json_boolean(json_array_size(licenses) > 0));
    return json_put(user, "licenses", licenses);
}

static json_t *entry_json(const struct user_list *list, const struct entry *entry)
{
    json_t *user = json_object(), *licenses = json_array();
    const char *at = strbuf_text(&list->texts) + entry->texts;
    for (size_t i = 0; i < TEXT_COUNT; i++, at += strlen(at) + 1)
        json_put_text(user, texts[i].ours, *at ? at : NULL);
    for (size_t i = 0; i < entry->license_count; i++)
        json_add(licenses, json_text_new(json_string_value(
                               json_array_get(list->names, list->licenses[entry->licenses + i]))));
    return put_flags(user, entry->enabled, entry->synced, licenses);
}

json_t *user_list_search(const struct user_list *list, const char *folded, size_t skip, size_t limit,
                         size_t *ret_total)
{
    const char *search = strbuf_text(&list->search);
    json_t *found = json_array();
    size_t total = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!strstr(search + list->entries[i].search, folded))
            continue;
        if (total >= skip && total < skip + limit)
            json_add(found, entry_json(list, &list->entries[i]));
        total++;
    }
    *ret_total = total;
    return found;
}

json_t *user_list_shape(const struct user_list *list, const json_t *user)
{
    json_t *shaped = json_object(), *licenses = json_array(), *license;
    size_t i;
    for (i = 0; i < TEXT_COUNT; i++) {
        const char *text = json_text(user, texts[i].theirs);
        json_put_text(shaped, texts[i].ours, text && *text ? text : NULL);
    }
    json_array_foreach ((json_t *)json_array_at(user, "assignedLicenses"), i, license)
        json_add(licenses, json_text_new(product_name(list, json_text_or(license, "skuId", ""))));
    return put_flags(shaped, json_flag(user, "accountEnabled"), json_flag(user, "onPremisesSyncEnabled"),
                     licenses);
}
