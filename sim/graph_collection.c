/* What Graph does with every entity and collection: $select, $filter, $search, $orderby, $count, $top, pages.
 */
#include <string.h>

#include "graph.h"
#include "odata.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 999

bool graph_lists(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)); at += length)
        if (at > list && at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

static const json_t *empty_value(const char *name)
{
    static json_t *empty;

    if (!graph_lists(graph_collections, name))
        return NULL;
    if (!empty)
        empty = json_array();
    return empty;
}

static void put_property(json_t *shaped, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (!value)
        value = empty_value(name);
    json_put(shaped, name, value ? json_incref((json_t *)value) : json_null());
}

static const struct graph_type *type_of_tag(const char *tag)
{
    static const struct {
        const char *tag;
        const struct graph_type *type;
    } tags[] = {{"#microsoft.graph.group", &graph_type_group}, {"#microsoft.graph.user", &graph_type_user}};

    for (size_t i = 0; tag && i < sizeof tags / sizeof *tags; i++)
        if (!strcmp(tags[i].tag, tag))
            return tags[i].type;
    return NULL;
}

json_t *graph_tagged(const json_t *object, const char *tag)
{
    json_t *copy = json_copy((json_t *)object);

    json_put_text(copy, "@odata.type", tag);
    return copy;
}

static bool put_selected(struct graph *g, const struct graph_type *type, const json_t *object, json_t *shaped,
                         const char *select)
{
    AUTO_FREE char *copy = strdup(select);
    char *rest = copy;

    for (char *name; (name = strsep(&rest, ","));) {
        while (*name == ' ')
            name++;
        size_t length = strcspn(name, " ");

        name[length] = '\0';
        if (!*name || (type->properties && !graph_lists(type->properties, name))) {
            graph_fail(g->call, 400, "BadRequest",
                       "Parsing OData Select and Expand failed: Could not find a property named '%s' on type "
                       "'microsoft.graph.%s'.",
                       name, type->name);
            return false;
        }
        /* Of a mixed collection each object shows what its own kind has. */
        const char *tag = json_text(object, "@odata.type");
        const struct graph_type *own = type_of_tag(tag);

        if (own ? graph_lists(own->properties, name) : (!tag || json_object_get(object, name) != NULL))
            put_property(shaped, object, name);
    }
    return true;
}

json_t *graph_shape(struct graph *g, const struct graph_type *type, const json_t *object, const char *tag)
{
    const char *select = json_text(g->query, "$select"), *own_tag = json_text(object, "@odata.type"), *name;
    json_t *shaped = json_object(), *value;

    if (tag || own_tag)
        json_put_text(shaped, "@odata.type", tag ? tag : own_tag);
    if (own_tag)
        json_put(shaped, "id", json_incref(json_object_get(object, "id")));
    if (select) {
        if (put_selected(g, type, object, shaped, select))
            return shaped;
        json_decref(shaped);
        return NULL;
    }
    if (type->defaults) {
        AUTO_FREE char *copy = strdup(type->defaults + 1);
        char *rest = copy;

        for (char *word; (word = strsep(&rest, " "));)
            if (*word)
                put_property(shaped, object, word);
        return shaped;
    }
    json_object_foreach ((json_t *)object, name, value) {
        if (*name != '_' && *name != '@')
            json_put(shaped, name, json_incref(value));
    }
    return shaped;
}

/* Options the service knows; all others that begin with $ are refused. */
static bool query_check(struct graph *g)
{
    static const char known[] =
        " $select $top $filter $search $count $orderby $expand $skiptoken $deltatoken $format ";
    const char *name;
    json_t *value;

    json_object_foreach (g->query, name, value) {
        if (*name == '$' && !graph_lists(known, name)) {
            graph_fail(g->call, 400, "Request_BadRequest", "The query parameter '%.40s' is not supported.",
                       name);
            return false;
        }
    }
    return true;
}

static void put_context(struct graph *g, json_t *reply, const char *set, bool entity)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(8192);
    const char *select = json_text(g->query, "$select");

    strbuf_printf(&text, "https://graph.microsoft.com/%s/$metadata#%s%s%s%s%s", g->version, set,
                  select ? "(" : "", select ? select : "", select ? ")" : "", entity ? "/$entity" : "");
    json_put(reply, "@odata.context", json_text_new(strbuf_text(&text)));
}

/* ---- $expand=name($select=…),other ---- */

/* The next name and what its brackets hold ("" without any), cut out of *rest; NULL at the end. */
static char *expand_next(char **rest, char **ret_options)
{
    static char nothing[] = "";
    char *name = *rest, *end = name;

    if (!name || !*name)
        return NULL;
    for (int depth = 0; *end && (*end != ',' || depth > 0); end++)
        depth += *end == '(' ? 1 : *end == ')' ? -1 : 0;
    *rest = *end ? end + 1 : NULL;
    *end = '\0';
    char *open = strchr(name, '('), *close = strrchr(name, ')');

    *ret_options = nothing;
    if (open && close > open) {
        *open = *close = '\0';
        *ret_options = open + 1;
    }
    return name;
}

static const struct graph_expansion *expansion_find(const struct graph_type *type, const char *name)
{
    for (const struct graph_expansion *at = type->expansions; at && at->name; at++)
        if (!strcmp(at->name, name))
            return at;
    return NULL;
}

/* One expanded object, cut to the inner $select. False with the call failed. */
static bool put_one_expanded(struct graph *g, const struct graph_expansion *expansion, const char *options,
                             const json_t *object, json_t *shaped)
{
    AUTO_JSON json_t *found = expansion->find(g, object);
    const char *select = strstr(options, "$select=");
    AUTO_JSON json_t *query = json_object();
    AUTO_FREE char *names = select ? strndup(select + 8, strcspn(select + 8, ";")) : NULL;
    json_t *outer = g->query;

    if (!found)
        return true;
    if (names)
        json_put_text(query, "$select", names);
    g->query = query;
    json_t *part = graph_shape(g, expansion->type, found, NULL);

    g->query = outer;
    if (part)
        json_put(shaped, expansion->name, part);
    return part != NULL;
}

static bool put_expanded(struct graph *g, const struct graph_type *type, const json_t *object, json_t *shaped)
{
    const char *expand = json_text(g->query, "$expand");
    AUTO_FREE char *copy = strdup(expand ? expand : "");
    char *rest = copy, *options = NULL;

    for (char *name; (name = expand_next(&rest, &options));) {
        const struct graph_expansion *expansion = expansion_find(type, name);

        if (!expansion) {
            graph_fail(
                g->call, 400, "BadRequest",
                "Parsing OData Select and Expand failed: Could not find a property named '%.60s' on type "
                "'microsoft.graph.%s'.",
                name, type->name);
            return false;
        }
        if (!put_one_expanded(g, expansion, options, object, shaped))
            return false;
    }
    return true;
}

json_t *graph_expand_manager(struct graph *g, const json_t *user)
{
    const json_t *manager = sim_user(g->tenant, json_text(user, "_manager"));

    return manager ? graph_tagged(sim_view(g->sim, manager), "#microsoft.graph.user") : NULL;
}

void graph_entity(struct graph *g, const struct graph_type *type, const json_t *object, const char *set)
{
    json_t *reply = json_object(), *shaped;

    if (!query_check(g) || !(shaped = graph_shape(g, type, object, NULL))) {
        json_decref(reply);
        return;
    }
    put_context(g, reply, set, true);
    json_object_update(reply, shaped);
    json_decref(shaped);
    if (!put_expanded(g, type, object, reply)) {
        json_decref(reply);
        return;
    }
    json_decref(g->call->reply);
    g->call->reply = reply;
}

/* ---- collections ---- */

static const struct graph_type *filter_type; /* under sim->lock */

static bool filter_knows(const char *name)
{
    return !filter_type->properties || graph_lists(filter_type->properties, name);
}

static bool advanced_check(struct graph *g, const struct odata_filter *filter)
{
    const char *level = g->call->header(g->call, "ConsistencyLevel");
    bool eventual = text_equal_nocase(level, "eventual"),
         count = text_equal_nocase(json_text(g->query, "$count"), "true");
    bool needs_count = odata_filter_advanced(filter) || (filter && json_text(g->query, "$orderby"));

    if (((json_text(g->query, "$search") || count || needs_count) && !eventual) || (needs_count && !count)) {
        graph_fail(g->call, 400, "Request_UnsupportedQuery",
                   "This query needs the header 'ConsistencyLevel: eventual'%s.",
                   needs_count ? " and $count=true" : "");
        return false;
    }
    return true;
}

/* The items that $filter and $search leave, as a new array; NULL with the call failed. */
static json_t *items_met(struct graph *g, const struct graph_type *type, const json_t *items, bool advanced)
{
    const char *filter_text = json_text(g->query, "$filter"), *search = json_text(g->query, "$search");
    struct err err = {0};
    json_t *met = json_array(), *item;
    size_t i;

    filter_type = type;
    struct odata_filter *filter = filter_text ? odata_filter_new(filter_text, filter_knows, &err) : NULL;
    bool right = (!filter_text || filter) && (!search || odata_search_check(search, &err));

    if (!right)
        graph_fail(g->call, 400, "Request_BadRequest", "%s", err.message);
    if (!right || (advanced && !advanced_check(g, filter))) {
        odata_filter_free(filter);
        json_decref(met);
        return NULL;
    }
    json_array_foreach (items, i, item) {
        if ((!filter || odata_filter_meets(filter, item)) && (!search || odata_search_meets(search, item)))
            json_add(met, json_incref(item));
    }
    odata_filter_free(filter);
    return met;
}

struct sorted {
    char *key;
    json_t *item;
};

static int sorted_compare(const void *a, const void *b)
{
    return strcmp(((const struct sorted *)a)->key, ((const struct sorted *)b)->key);
}

/* "displayName", or "start/dateTime" of an object inside. */
static const char *text_at(const json_t *object, const char *path)
{
    char outer[64];
    size_t length = strcspn(path, "/");

    if (!path[length])
        return json_text_or(object, path, "");
    snprintf(outer, sizeof outer, "%.*s", (int)length, path);
    return json_text_or(json_object_at(object, outer), path + length + 1, "");
}

static bool items_sort(struct graph *g, const struct graph_type *type, json_t **items)
{
    const char *order = json_text(g->query, "$orderby");
    char name[64] = "";

    if (!order)
        return true;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(order, " "), order);
    bool descending = strcasestr(order, " desc") != NULL;
    char first[64];

    snprintf(first, sizeof first, "%.*s", (int)strcspn(name, "/"), name);
    if (!*name || strchr(order, ',') || (type->properties && !graph_lists(type->properties, first))) {
        graph_fail(g->call, 400, "Request_UnsupportedQuery", "Sorting by '%.60s' is not supported.", order);
        return false;
    }
    size_t count = json_array_size(*items);
    struct sorted *all = calloc(count + 1, sizeof *all);
    json_t *result = json_array();

    for (size_t i = 0; i < count; i++) {
        all[i].item = json_array_get(*items, i);
        all[i].key = text_fold(text_at(all[i].item, name));
    }
    qsort(all, count, sizeof *all, sorted_compare);
    for (size_t i = 0; i < count; i++) {
        json_add(result, json_incref(all[descending ? count - 1 - i : i].item));
        free(all[i].key);
    }
    free(all);
    json_decref(*items);
    *items = result;
    return true;
}

static bool page_read(struct graph *g, const struct graph_type *type, int64_t *ret_top, int64_t *ret_from)
{
    const char *top = json_text(g->query, "$top"), *token = json_text(g->query, "$skiptoken");
    char text[32] = "";

    *ret_top = type->page ? type->page : PAGE_DEFAULT;
    *ret_from = 0;
    if (top && !text_to_int(top, 1, PAGE_MAX, ret_top)) {
        graph_fail(g->call, 400, "Request_BadRequest",
                   "Invalid page size specified: '%.20s'. Must be between 1 and 999 inclusive.", top);
        return false;
    }
    if (!token)
        return true;
    ptrdiff_t length = text_base64_decode(token, strlen(token), text, sizeof text - 1);

    if (length > 2)
        text[length] = '\0';
    if (length <= 2 || strncmp(text, "p:", 2) != 0 || !text_to_int(text + 2, 0, INT64_MAX, ret_from)) {
        graph_fail(g->call, 400, "Request_BadRequest", "The $skiptoken is not valid.");
        return false;
    }
    return true;
}

static void put_next(struct graph *g, json_t *reply, int64_t from)
{
    AUTO_STRBUF struct strbuf link = STRBUF_MAX(65536);
    AUTO_FREE char *query = strdup(g->call->query);
    char *rest = query, token[32];
    const char *joint = "?";

    strbuf_printf(&link, "%s%s", g->call->base_url, g->call->path);
    for (char *pair; (pair = strsep(&rest, "&"));) {
        if (!*pair || !strncasecmp(pair, "$skiptoken=", 11) || !strncasecmp(pair, "%24skiptoken=", 13))
            continue;
        strbuf_printf(&link, "%s%s", joint, pair);
        joint = "&";
    }
    snprintf(token, sizeof token, "p:%lld", (long long)from);
    strbuf_printf(&link, "%s$skiptoken=", joint);
    strbuf_base64url(&link, token, strlen(token));
    json_put(reply, "@odata.nextLink", json_text_new(strbuf_text(&link)));
}

void graph_collection(struct graph *g, const struct graph_type *type, json_t *items, const char *set,
                      bool advanced)
{
    json_t *met = query_check(g) ? items_met(g, type, items, advanced) : NULL, *values, *item;
    int64_t top, from;

    json_decref(items);
    if (!met || !items_sort(g, type, &met) || !page_read(g, type, &top, &from)) {
        json_decref(met);
        return;
    }
    json_t *reply = json_object();
    int64_t count = (int64_t)json_array_size(met);

    put_context(g, reply, set, false);
    if (text_equal_nocase(json_text(g->query, "$count"), "true"))
        json_put(reply, "@odata.count", json_integer(count));
    if (from + top < count)
        put_next(g, reply, from + top);
    values = json_array();
    json_put(reply, "value", values);
    /* An empty collection checks $select too. */
    if (count == 0) {
        AUTO_JSON json_t *nothing = json_object();
        json_t *shaped = graph_shape(g, type, nothing, NULL);

        if (!shaped) {
            json_decref(reply);
            reply = NULL;
        }
        json_decref(shaped);
    }
    for (int64_t i = from; reply && i < count && i < from + top; i++) {
        item = json_array_get(met, (size_t)i);
        json_t *shaped = graph_shape(g, type, item, NULL);

        if (!shaped) {
            json_decref(reply);
            reply = NULL;
            break;
        }
        json_add(values, shaped);
        if (!put_expanded(g, type, item, shaped)) {
            json_decref(reply);
            reply = NULL;
            break;
        }
    }
    json_decref(met);
    if (!reply)
        return; /* the call has failed already */
    json_decref(g->call->reply);
    g->call->reply = reply;
}
