#include "connector/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/thread.h"
#include "connector/graph.h"

#define FRESH_MS (60 * 1000)
#define RETRY_MS (10 * 1000) /* after a failed reload in the background */
#define USERS_MAX 1000000
#define LOAD_TIMEOUT_MS 30000
#define LOAD_PATIENCE_MS 60000
#define FIELDS                                                                           \
    "id,displayName,userPrincipalName,mail,jobTitle,department,accountEnabled,userType," \
    "onPremisesSyncEnabled,assignedLicenses"

/* One loaded list; never changes, freed with its last reader. */
struct snapshot {
    unsigned readers; /* under directory->lock; the tenant itself counts as one */
    size_t count;
    struct entry {
        json_t *user; /* in our shape; copied for a reader, never lent: counts are not atomic */
        char *text;   /* folded name, principal name and mail, one per line */
    } * entries;
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
};

struct directory {
    pthread_mutex_t lock;
    pthread_cond_t loaded; /* a load has ended */
    pthread_cond_t wanted; /* a reload is wanted, or stop */
    struct m365 *m365;
    const struct clock *clock;
    struct cancel *cancel;
    struct tenant *first;
    pthread_t thread;
    bool stopping;
};

/* --- loading --- */

static json_t *copy_text(const json_t *user, const char *key)
{
    return json_text_new(json_text(user, key));
}

static json_t *shape(const json_t *user)
{
    return json_make("{s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:o,s:b,s:b}", "id", copy_text(user, "id"), "display_name",
                     copy_text(user, "displayName"), "user_principal_name",
                     copy_text(user, "userPrincipalName"), "mail", copy_text(user, "mail"), "job_title",
                     copy_text(user, "jobTitle"), "department", copy_text(user, "department"),
                     "account_enabled", json_flag(user, "accountEnabled"), "user_type",
                     copy_text(user, "userType"), "synced", json_flag(user, "onPremisesSyncEnabled"),
                     "licensed", json_array_size(json_array_at(user, "assignedLicenses")) > 0);
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

static struct snapshot *snapshot_new(const json_t *users)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    size_t count = json_array_size(users);
    if (!snapshot || !(snapshot->entries = calloc(count + 1, sizeof *snapshot->entries)))
        abort();
    snapshot->readers = 1;
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = &snapshot->entries[i];
        entry->user = shape(json_array_get(users, i));
        entry->text = searchable(entry->user);
    }
    snapshot->count = count;
    qsort(snapshot->entries, count, sizeof *snapshot->entries, by_name);
    return snapshot;
}

static void snapshot_free(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        json_decref(snapshot->entries[i].user);
        free(snapshot->entries[i].text);
    }
    free(snapshot->entries);
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

static struct snapshot *load(struct directory *directory, const char *tenant_id, struct err *err)
{
    struct m365_target target = {.tenant_id = tenant_id,
                                 .cancel = directory->cancel,
                                 .timeout_ms = LOAD_TIMEOUT_MS,
                                 .patience_ms = LOAD_PATIENCE_MS};
    AUTO_JSON json_t *users =
        graph_collect(directory->m365, &target, "/users?$select=" FIELDS "&$top=999", false, USERS_MAX, err);
    return users ? snapshot_new(users) : NULL;
}

/* The limits of a tenant follow from its size. */
static void tell_size(const struct directory *directory, const struct tenant *tenant,
                      const struct snapshot *snapshot)
{
    size_t licensed = 0;
    for (size_t i = 0; i < snapshot->count; i++)
        licensed += json_flag(snapshot->entries[i].user, "licensed");
    m365_tenant_size(directory->m365, tenant->id, snapshot->count, licensed);
}

/* Whoever set tenant->loading calls this. */
static void load_tenant(struct directory *directory, struct tenant *tenant)
{
    struct err failed = {0};
    struct snapshot *fresh = load(directory, tenant->id, &failed), *old = NULL;
    if (fresh)
        tell_size(directory, tenant, fresh);
    {
        WITH_LOCK(&directory->lock);
        int64_t now = clock_mono_ms(directory->clock);
        tenant->loading = false;
        tenant->round++;
        tenant->failed = failed;
        tenant->stale_at = now + (fresh ? FRESH_MS : RETRY_MS);
        if (fresh) {
            old = tenant->current;
            tenant->current = fresh;
        }
        pthread_cond_broadcast(&directory->loaded);
    }
    release(directory, old);
}

static struct tenant *wanted_locked(struct directory *directory)
{
    for (struct tenant *tenant = directory->first; tenant; tenant = tenant->next)
        if (tenant->wanted && !tenant->loading)
            return tenant;
    return NULL;
}

static void *run_directory(void *context)
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
    directory->thread = thread_start("directory", run_directory, directory);
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
    pthread_join(directory->thread, NULL);
    for (struct tenant *tenant = directory->first, *next; tenant; tenant = next) {
        next = tenant->next;
        if (tenant->current)
            snapshot_free(tenant->current);
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
                if (!tenant->loading && clock_mono_ms(directory->clock) >= tenant->stale_at) {
                    tenant->wanted = true;
                    pthread_cond_signal(&directory->wanted);
                }
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

json_t *directory_search(struct directory *directory, const char *tenant_id, const char *query, size_t limit,
                         const char *cursor, char **ret_next_cursor, size_t *ret_total, struct err *err)
{
    size_t skip, total = 0;
    if (ret_next_cursor)
        *ret_next_cursor = NULL;
    if (!read_cursor(cursor, &skip, err))
        return NULL;
    struct snapshot *snapshot = take(directory, tenant_id, err);
    if (!snapshot)
        return NULL;
    AUTO_FREE char *wanted = text_fold(query ? query : "");
    wanted[strcspn(wanted, "\n")] = '\0'; /* lines keep the fields apart */
    json_t *found = json_array();
    for (size_t i = 0; i < snapshot->count; i++) {
        if (!strstr(snapshot->entries[i].text, wanted))
            continue;
        if (total >= skip && total < skip + limit)
            json_add(found, json_deep_copy(snapshot->entries[i].user));
        total++;
    }
    release(directory, snapshot);
    if (ret_total)
        *ret_total = total;
    if (ret_next_cursor && total > skip + limit && asprintf(ret_next_cursor, "%zu", skip + limit) < 0)
        abort();
    return found;
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
    char *path = graph_path(arena, "/users/%s?$select=" FIELDS, id_or_upn);
    if (!graph_call(directory->m365, &target, "GET", path, NULL, false, &reply, err))
        return NULL;
    return shape(reply.body);
}

void directory_refresh(struct directory *directory, const char *tenant_id)
{
    WITH_LOCK(&directory->lock);
    tenant_locked(directory, tenant_id)->stale_at = 0;
}
