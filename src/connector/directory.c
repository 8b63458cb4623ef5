#include "connector/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "connector/graph.h"
#include "connector/parallel.h"
#include "connector/user_list.h"

#define FRESH_MS (60 * 1000)
#define RETRY_MS (10 * 1000) /* after a failed reload in the background */
#define USERS_MAX 1000000
#define LOAD_TIMEOUT_MS 30000
#define LOAD_PATIENCE_MS 60000
#define SIGN_INS_FRESH_MS (60 * 60 * 1000)
#define SIGN_INS_PAGE "500" /* Graph gives no more with signInActivity (contract/graph.md, 1.1) */
#define SLOW_FACTOR 30      /* what took long to load is kept longer */
#define LIST_THREADS 3      /* so that a small tenant does not wait for a large one */
#define FIRST_WAIT_MS 1500  /* for a list that is not there yet; then Graph is asked for this search */

/* One loaded list, freed with its last reader. */
struct snapshot {
    unsigned readers; /* under directory->lock; the tenant itself counts as one */
    struct user_list *list;
};

struct tenant {
    struct tenant *next;
    char *id;
    struct snapshot *current; /* NULL before the first load */
    int64_t stale_at;         /* monotonic */
    bool loading;
    bool wanted;    /* to be loaded in the background */
    uint64_t round; /* counts finished loads */
    struct err failed;
    json_t *sign_ins;          /* object id → time, as far as the tenant tells; NULL at first */
    int64_t sign_ins_stale_at; /* monotonic */
    bool sign_ins_wanted;
};

struct directory {
    pthread_mutex_t lock;
    pthread_cond_t loaded; /* a load has ended */
    pthread_cond_t wanted; /* a reload is wanted, or stop */
    struct m365 *m365;
    const struct clock *clock;
    struct cancel *cancel;
    struct tenant *first;
    pthread_t lists[LIST_THREADS], sign_ins;
    bool stopping;
};

/* --- loading --- */

static void snapshot_free(struct snapshot *snapshot)
{
    user_list_free(snapshot->list);
    free(snapshot);
}

static void release(struct directory *directory, struct snapshot *snapshot)
{
    bool last;
    {
        WITH_LOCK(&directory->lock);
        last = snapshot && --snapshot->readers == 0;
    }
    if (last)
        snapshot_free(snapshot);
}

static struct m365_target target_of(struct directory *directory, const char *tenant_id)
{
    return (struct m365_target){.tenant_id = tenant_id,
                                .cancel = directory->cancel,
                                .timeout_ms = LOAD_TIMEOUT_MS,
                                .patience_ms = LOAD_PATIENCE_MS};
}

static struct snapshot *load(struct directory *directory, const char *tenant_id, struct err *err)
{
    const struct m365_target target = target_of(directory, tenant_id);
    AUTO_JSON json_t *users = graph_collect(
        directory->m365, &target, "/users?$select=" USER_LIST_FIELDS "&$top=999", false, USERS_MAX, err);
    if (!users)
        return NULL;
    /* Names alone hang on these: a tenant that refuses them is searched all the same. */
    AUTO_JSON json_t *skus = graph_collect(
        directory->m365, &target, "/subscribedSkus?$select=skuId,skuPartNumber", false, USERS_MAX, NULL);
    struct snapshot *snapshot = must(calloc(1, sizeof *snapshot));
    *snapshot = (struct snapshot){1, user_list_new(users, skus)};
    return snapshot;
}

/* The limits of a tenant follow from its size. */
static void tell_size(const struct directory *directory, const struct tenant *tenant,
                      const struct snapshot *snapshot)
{
    m365_tenant_size(directory->m365, tenant->id, user_list_count(snapshot->list),
                     user_list_licensed(snapshot->list));
}

static void load_tenant(struct directory *directory, struct tenant *tenant)
{
    struct err failed = {0};
    int64_t begun = clock_mono_ms(directory->clock);
    struct snapshot *fresh = load(directory, tenant->id, &failed), *old = NULL;
    if (fresh)
        tell_size(directory, tenant, fresh);
    {
        WITH_LOCK(&directory->lock);
        int64_t now = clock_mono_ms(directory->clock), slow_ms = (now - begun) * SLOW_FACTOR;
        tenant->loading = false;
        tenant->round++;
        tenant->failed = failed;
        tenant->stale_at = now + (!fresh ? RETRY_MS : slow_ms > FRESH_MS ? slow_ms : FRESH_MS);
        if (fresh) {
            old = tenant->current;
            tenant->current = fresh;
        }
        pthread_cond_broadcast(&directory->loaded);
    }
    release(directory, old);
}

/* {id: time} of everybody who has ever signed in; NULL when the tenant does not tell. */
static json_t *read_sign_ins(struct directory *directory, const char *tenant_id)
{
    const struct m365_target target = target_of(directory, tenant_id);
    AUTO_JSON json_t *users =
        graph_collect(directory->m365, &target, "/users?$select=id,signInActivity&$top=" SIGN_INS_PAGE, false,
                      USERS_MAX, NULL);
    json_t *times = users ? json_object() : NULL, *user;
    size_t i;
    json_array_foreach (users, i, user) {
        const char *id = json_text(user, "id");
        const char *at = json_text(json_object_at(user, "signInActivity"), "lastSignInDateTime");
        if (id && at)
            json_put_text(times, id, at);
    }
    return times;
}

/* Apart from the list, which must not fail for want of a premium license. */
static void load_sign_ins(struct directory *directory, struct tenant *tenant)
{
    json_t *fresh = read_sign_ins(directory, tenant->id), *old;
    if (!fresh)
        return;
    WITH_LOCK(&directory->lock);
    old = tenant->sign_ins;
    tenant->sign_ins = fresh;
    json_decref(old);
}

static struct tenant *wanted_locked(struct directory *directory)
{
    for (struct tenant *tenant = directory->first; tenant; tenant = tenant->next)
        if (tenant->wanted && !tenant->loading)
            return tenant;
    return NULL;
}

static void *run_lists(void *context)
{
    struct directory *directory = context;
    for (;;) {
        struct tenant *tenant = NULL;
        {
            WITH_LOCK(&directory->lock);
            while (!directory->stopping && !(tenant = wanted_locked(directory)))
                thread_wait_ms(&directory->wanted, &directory->lock, -1);
            if (directory->stopping)
                return NULL;
            tenant->wanted = false;
            tenant->loading = true;
        }
        load_tenant(directory, tenant);
    }
}

static struct tenant *sign_ins_wanted_locked(struct directory *directory)
{
    for (struct tenant *tenant = directory->first; tenant; tenant = tenant->next)
        if (tenant->sign_ins_wanted)
            return tenant;
    return NULL;
}

/* A thread of its own: these take long, and the lists must not wait for them. */
static void *run_sign_ins(void *context)
{
    struct directory *directory = context;
    for (;;) {
        struct tenant *tenant = NULL;
        {
            WITH_LOCK(&directory->lock);
            while (!directory->stopping && !(tenant = sign_ins_wanted_locked(directory)))
                thread_wait_ms(&directory->wanted, &directory->lock, -1);
            if (directory->stopping)
                return NULL;
            tenant->sign_ins_wanted = false;
            tenant->sign_ins_stale_at = clock_mono_ms(directory->clock) + SIGN_INS_FRESH_MS;
        }
        load_sign_ins(directory, tenant);
    }
}

/* --- life --- */

struct directory *directory_new(struct m365 *m365, const struct clock *clock)
{
    struct directory *directory = must(calloc(1, sizeof *directory));
    pthread_mutex_init(&directory->lock, NULL);
    thread_cond_init(&directory->loaded);
    thread_cond_init(&directory->wanted);
    directory->m365 = m365;
    directory->clock = clock;
    directory->cancel = cancel_new();
    for (size_t i = 0; i < LIST_THREADS; i++)
        directory->lists[i] = thread_start("directory", run_lists, directory);
    directory->sign_ins = thread_start("sign-ins", run_sign_ins, directory);
    return directory;
}

void directory_free(struct directory *directory)
{
    if (!directory)
        return;
    cancel_trigger(directory->cancel);
    {
        WITH_LOCK(&directory->lock);
        directory->stopping = true;
        pthread_cond_broadcast(&directory->wanted);
    }
    for (size_t i = 0; i < LIST_THREADS; i++)
        pthread_join(directory->lists[i], NULL);
    pthread_join(directory->sign_ins, NULL);
    for (struct tenant *tenant = directory->first, *next; tenant; tenant = next) {
        next = tenant->next;
        if (tenant->current)
            snapshot_free(tenant->current);
        json_decref(tenant->sign_ins);
        free(tenant->id);
        free(tenant);
    }
    cancel_free(directory->cancel);
    pthread_cond_destroy(&directory->loaded);
    pthread_cond_destroy(&directory->wanted);
    pthread_mutex_destroy(&directory->lock);
    free(directory);
}

/* --- reading --- */

static struct tenant *tenant_locked(struct directory *directory, const char *tenant_id)
{
    for (struct tenant *tenant = directory->first; tenant; tenant = tenant->next)
        if (strcmp(tenant->id, tenant_id) == 0)
            return tenant;
    struct tenant *tenant = must(calloc(1, sizeof *tenant));
    tenant->id = must(strdup(tenant_id));
    tenant->next = directory->first;
    directory->first = tenant;
    return tenant;
}

/* What is missing or old by now is loaded in the background. */
static void want_locked(struct directory *directory, struct tenant *tenant)
{
    int64_t now = clock_mono_ms(directory->clock);
    tenant->wanted = !tenant->loading && (!tenant->current || now >= tenant->stale_at);
    tenant->sign_ins_wanted = tenant->current && now >= tenant->sign_ins_stale_at;
    if (tenant->wanted || tenant->sign_ins_wanted)
        pthread_cond_broadcast(&directory->wanted);
}

/* The current list; a first one is waited for a little. NULL with err set: it cannot be had; without: not
 * yet. */
static struct snapshot *take(struct directory *directory, const char *tenant_id, struct err *err)
{
    const struct clock *clock = clock_system(); /* a real wait, whatever time a test has set */
    int64_t until = clock_mono_ms(clock) + FIRST_WAIT_MS, left_ms = FIRST_WAIT_MS;
    *err = (struct err){0};
    WITH_LOCK(&directory->lock);
    struct tenant *tenant = tenant_locked(directory, tenant_id);
    uint64_t round = tenant->round;
    want_locked(directory, tenant);
    while (!tenant->current && tenant->round == round && left_ms > 0) {
        thread_wait_ms(&directory->loaded, &directory->lock, left_ms);
        left_ms = until - clock_mono_ms(clock);
    }
    if (tenant->current)
        tenant->current->readers++;
    else if (tenant->round != round)
        *err = tenant->failed;
    return tenant->current;
}

/* A cursor is how many matches to pass over. */
static bool read_cursor(const char *cursor, size_t *ret_skip, struct err *err)
{
    int64_t skip = 0;
    if (cursor && *cursor && !text_to_int(cursor, 1, USERS_MAX, &skip))
        return err_set(err, ERR_INPUT, "cursor: take it from the page before.");
    *ret_skip = (size_t)skip;
    return true;
}

/* What is known of it without asking. */
static void put_sign_ins(struct directory *directory, const char *tenant_id, json_t *users)
{
    size_t i;
    json_t *user;
    WITH_LOCK(&directory->lock);
    const json_t *times = tenant_locked(directory, tenant_id)->sign_ins;
    json_array_foreach (users, i, user)
        json_put_text(user, "last_sign_in_at", json_text(times, json_text_or(user, "id", "")));
}

static void add_clause(struct strbuf *search, const char *property, const char *query)
{
    strbuf_printf(search, "%s\"%s:", search->length ? " OR " : "", property);
    for (const char *c = query; *c; c++) {
        if (*c == '"' || *c == '\\')
            strbuf_char(search, '\\');
        strbuf_char(search, *c);
    }
    strbuf_char(search, '"');
}

/* A first page from Graph itself, which finds the beginnings of words: good enough until the list is there.
 */
static json_t *search_graph(struct directory *directory, const char *tenant_id, const char *query,
                            size_t limit, size_t *ret_total, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_GRAPH_REPLY struct graph_reply reply = {0};
    AUTO_STRBUF struct strbuf search = STRBUF_MAX(4096);
    const struct m365_target target = target_of(directory, tenant_id);
    add_clause(&search, "displayName", query);
    add_clause(&search, "userPrincipalName", query);
    add_clause(&search, "mail", query);
    const char *path = graph_path(arena, "/users?$select=" USER_LIST_FIELDS "&$count=true&$top=%s",
                                  arena_printf(arena, "%zu", limit));
    if (*query)
        path = arena_printf(arena, "%s%s", path, graph_path(arena, "&$search=%s", strbuf_text(&search)));
    if (!graph_call(directory->m365, &target, "GET", path, NULL, true, &reply, err))
        return NULL;
    struct user_list *list = user_list_new(json_array_at(reply.body, "value"), NULL);
    json_t *found = user_list_search(list, "", 0, limit, ret_total);
    *ret_total = (size_t)json_int(reply.body, "@odata.count", (int64_t)*ret_total);
    user_list_free(list);
    return found;
}

static json_t *search_list(const struct snapshot *snapshot, const char *query, size_t skip, size_t limit,
                           size_t *ret_total)
{
    AUTO_FREE char *wanted = text_fold(query);
    wanted[strcspn(wanted, "\n")] = '\0'; /* lines keep the fields apart */
    return user_list_search(snapshot->list, wanted, skip, limit, ret_total);
}

json_t *directory_search(struct directory *directory, const char *tenant_id, const char *query, size_t limit,
                         const char *cursor, char **ret_next_cursor, size_t *ret_total, struct err *err)
{
    size_t skip = 0, total = 0;
    struct err failed;
    if (ret_next_cursor)
        *ret_next_cursor = NULL;
    if (!read_cursor(cursor, &skip, err))
        return NULL;
    struct snapshot *snapshot = take(directory, tenant_id, &failed);
    if (!snapshot && failed.kind != ERR_NONE) {
        if (err)
            *err = failed;
        return NULL;
    }
    query = query ? query : "";
    json_t *found = snapshot ? search_list(snapshot, query, skip, limit, &total)
                             : search_graph(directory, tenant_id, query, limit, &total, err);
    /* a page of Graph's has no next one: by then the list is there */
    if (snapshot && ret_next_cursor && total > skip + limit &&
        asprintf(ret_next_cursor, "%zu", skip + limit) < 0)
        abort();
    release(directory, snapshot);
    if (!found)
        return NULL;
    put_sign_ins(directory, tenant_id, found);
    if (ret_total)
        *ret_total = total;
    return found;
}

json_t *directory_find(struct directory *directory, const char *tenant_id, const json_t *ids, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    size_t count = json_array_size(ids);
    struct graph_item *items = arena_alloc(arena, count + 1, sizeof *items);
    const struct m365_target target = target_of(directory, tenant_id);
    json_t *found = json_array();
    bool failed = false;
    for (size_t i = 0; i < count; i++)
        items[i] = (struct graph_item){.method = "GET",
                                       .path = graph_path(arena, "/users/%s?$select=" USER_LIST_FIELDS,
                                                          json_string_value(json_array_get(ids, i))),
                                       .after = -1};
    graph_batches(directory->m365, &target, items, count);
    for (size_t i = 0; i < count; i++) {
        if (graph_item_ok(&items[i]))
            json_add(found, user_list_shape(NULL, items[i].reply));
        else if (items[i].status != 404 && !failed) {
            *err = items[i].err;
            failed = true;
        }
    }
    graph_items_done(items, count);
    if (!failed)
        return found;
    json_decref(found);
    return NULL;
}

/* The list as it is now, however old; NULL: there is none yet. */
static struct snapshot *peek(struct directory *directory, const char *tenant_id)
{
    WITH_LOCK(&directory->lock);
    struct snapshot *current = tenant_locked(directory, tenant_id)->current;
    if (current)
        current->readers++;
    return current;
}

json_t *directory_user(struct directory *directory, const char *tenant_id, const char *id_or_upn,
                       struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_GRAPH_REPLY struct graph_reply reply = {0};
    struct m365_target target = {.tenant_id = tenant_id, .cancel = directory->cancel, .patience_ms = 5000};
    if (!*id_or_upn) {
        err_set(err, ERR_INPUT, "user: must not be empty.");
        return NULL;
    }
    char *path = graph_path(arena, "/users/%s?$select=" USER_LIST_FIELDS, id_or_upn);
    if (!graph_call(directory->m365, &target, "GET", path, NULL, false, &reply, err))
        return NULL;
    if (!json_text(reply.body, "id")) {
        err_code(err, ERR_UPSTREAM, "broken_answer", "The answer of Graph is not a user.");
        return NULL;
    }
    struct snapshot *known = peek(directory, tenant_id);
    AUTO_JSON json_t *users = json_make("[o]", user_list_shape(known ? known->list : NULL, reply.body));
    release(directory, known);
    put_sign_ins(directory, tenant_id, users);
    return json_incref(json_array_get(users, 0));
}

void directory_forget(struct directory *directory, const char *tenant_id)
{
    struct snapshot *old;
    {
        WITH_LOCK(&directory->lock);
        struct tenant *tenant = tenant_locked(directory, tenant_id);
        old = tenant->current;
        tenant->current = NULL;
        json_decref(tenant->sign_ins);
        tenant->sign_ins = NULL;
        tenant->sign_ins_stale_at = 0;
    }
    release(directory, old);
}
