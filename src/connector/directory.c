#include "connector/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/thread.h"
#include "connector/graph.h"
#include "connector/user_list.h"

#define FRESH_MS (60 * 1000)
#define RETRY_MS (10 * 1000) /* after a failed reload in the background */
#define USERS_MAX 1000000
#define LOAD_TIMEOUT_MS 30000
#define LOAD_PATIENCE_MS 60000
#define SIGN_INS_FRESH_MS (60 * 60 * 1000)
#define SIGN_INS_PAGE "500" /* Graph gives no more with signInActivity (contract/graph.md, 1.1) */
#define SLOW_FACTOR 30      /* what took long to load is kept longer */

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
    pthread_t lists, sign_ins;
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
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot)
        abort();
    *snapshot = (struct snapshot){1, user_list_new(users, skus)};
    return snapshot;
}

/* Whoever set tenant->loading calls this. */
static void load_tenant(struct directory *directory, struct tenant *tenant)
{
    struct err failed = {0};
    int64_t begun = clock_mono_ms(directory->clock);
    struct snapshot *fresh = load(directory, tenant->id, &failed), *old = NULL;
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
    struct directory *directory = calloc(1, sizeof *directory);
    if (!directory)
        abort();
    pthread_mutex_init(&directory->lock, NULL);
    thread_cond_init(&directory->loaded);
    thread_cond_init(&directory->wanted);
    directory->m365 = m365;
    directory->clock = clock;
    directory->cancel = cancel_new();
    directory->lists = thread_start("directory", run_lists, directory);
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
    pthread_join(directory->lists, NULL);
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
    struct tenant *tenant = calloc(1, sizeof *tenant);
    if (!tenant || !(tenant->id = strdup(tenant_id)))
        abort();
    tenant->next = directory->first;
    directory->first = tenant;
    return tenant;
}

/* What is old by now is loaded in the background. */
static void want_locked(struct directory *directory, struct tenant *tenant)
{
    int64_t now = clock_mono_ms(directory->clock);
    tenant->wanted = !tenant->loading && now >= tenant->stale_at;
    tenant->sign_ins_wanted = now >= tenant->sign_ins_stale_at;
    if (tenant->wanted || tenant->sign_ins_wanted)
        pthread_cond_broadcast(&directory->wanted);
}

/* The current list, loaded by this caller when there is none yet; many first callers share one load. */
static struct snapshot *take(struct directory *directory, const char *tenant_id, struct err *err)
{
    struct tenant *tenant;
    for (;;) {
        {
            WITH_LOCK(&directory->lock);
            tenant = tenant_locked(directory, tenant_id);
            while (!tenant->current && tenant->loading) {
                uint64_t round = tenant->round;
                thread_wait_ms(&directory->loaded, &directory->lock, -1);
                if (tenant->round != round && !tenant->current && tenant->failed.kind != ERR_NONE) {
                    if (err)
                        *err = tenant->failed;
                    return NULL;
                }
            }
            if (tenant->current) {
                want_locked(directory, tenant);
                tenant->current->readers++;
                return tenant->current;
            }
            tenant->loading = true;
        }
        load_tenant(directory, tenant);
        WITH_LOCK(&directory->lock);
        if (!tenant->current && tenant->failed.kind != ERR_NONE) {
            if (err)
                *err = tenant->failed;
            return NULL;
        }
    }
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

json_t *directory_search(struct directory *directory, const char *tenant_id, const char *query, size_t limit,
                         const char *cursor, char **ret_next_cursor, size_t *ret_total, struct err *err)
{
    size_t skip, total;
    if (ret_next_cursor)
        *ret_next_cursor = NULL;
    if (!read_cursor(cursor, &skip, err))
        return NULL;
    struct snapshot *snapshot = take(directory, tenant_id, err);
    if (!snapshot)
        return NULL;
    AUTO_FREE char *wanted = text_fold(query ? query : "");
    wanted[strcspn(wanted, "\n")] = '\0'; /* lines keep the fields apart */
    json_t *found = user_list_search(snapshot->list, wanted, skip, limit, &total);
    release(directory, snapshot);
    put_sign_ins(directory, tenant_id, found);
    if (ret_total)
        *ret_total = total;
    if (ret_next_cursor && total > skip + limit && asprintf(ret_next_cursor, "%zu", skip + limit) < 0)
        abort();
    return found;
}

json_t *directory_find(struct directory *directory, const char *tenant_id, const json_t *ids, struct err *err)
{
    struct snapshot *snapshot = take(directory, tenant_id, err);
    json_t *found = snapshot ? user_list_find(snapshot->list, ids) : NULL;
    release(directory, snapshot);
    if (found)
        put_sign_ins(directory, tenant_id, found);
    return found;
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
    struct snapshot *known = peek(directory, tenant_id);
    AUTO_JSON json_t *users = json_make("[o]", user_list_shape(known ? known->list : NULL, reply.body));
    release(directory, known);
    put_sign_ins(directory, tenant_id, users);
    return json_incref(json_array_get(users, 0));
}

void directory_refresh(struct directory *directory, const char *tenant_id)
{
    WITH_LOCK(&directory->lock);
    tenant_locked(directory, tenant_id)->stale_at = 0;
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
