#include "task/lockout.h"

#include <string.h>

#define LOCKOUT_PROPERTIES                                                                       \
    "id,userPrincipalName,accountEnabled,onPremisesSyncEnabled,signInSessionsValidFromDateTime," \
    "lastPasswordChangeDateTime"
#define ITEMS 5

/* The new password, stored before it is sent: an attempt after a crash sends the same one. */
static struct secret *password_of(struct work *work, struct err *err)
{
    const struct run_view *run = work->run;
    struct secret *fresh = vault_password(run->rng), *stored = NULL;
    AUTO_TX struct tx *tx = store_begin(run->store, err);
    bool good = tx && vault_store_secret(tx, run->vault, run->offboarding_id, "password", fresh,
                                         clock_utc_ms(run->clock), &stored, err);
    secret_free(fresh);
    if (good && tx_commit(&tx, err))
        return stored;
    secret_free(stored);
    return NULL;
}

/* The call of one task. The password is in the body, so the body is never logged nor journaled. */
static bool request_for(struct work *work, struct graph_item *item, struct err *err)
{
    struct arena *arena = work->arena;
    const char *user = work->run->user_id;
    AUTO_SECRET struct secret *password = NULL;
    *item = (struct graph_item){.method = "PATCH", .path = graph_path(arena, "/users/%s", user), .after = -1};
    switch (work->task) {
    case TASK_disable_sign_in:
        item->body = json_make("{s:b}", "accountEnabled", 0);
        return true;
    case TASK_revoke_sessions:
        item->method = "POST";
        item->path = graph_path(arena, "/users/%s/revokeSignInSessions", user);
        return true;
    default:
        password = password_of(work, err);
        if (!password)
            return false;
        item->body = json_make("{s:{s:s%, s:b}}", "passwordProfile", "password", secret_reveal(password),
                               secret_length(password), "forceChangePasswordNextSignIn", 0);
        return true;
    }
}

/* Sent alone after a chain broke before its turn: a refused disable must not keep the sessions alive. */
static void send_alone(struct work *work, struct graph_item *item)
{
    struct err err;
    item->after = -1;
    if (!graph_batch(work->run->m365, work->target, item, 1, &err))
        item->err = err;
}

static bool was_synced(const json_t *user)
{
    return json_flag(user, "onPremisesSyncEnabled");
}

static void password_refused(struct work *work, const json_t *before, const struct err *err)
{
    if (!was_synced(before)) {
        work_fail(work, err);
        return;
    }
    work_warn(work, "on_premises_source",
              "The password of this user is kept in Active Directory. Reset it there: "
              "Set-ADAccountPassword -Identity <user> -Reset");
    work_end(work, TASK_STATUS_SKIPPED, "needs_delegated_sign_in");
}

/* True when the user as read afterwards shows what the task promises. */
static bool shows(const struct work *work, const json_t *before, const json_t *after)
{
    int64_t was = 0, is = 0;
    const char *property =
        work->task == TASK_revoke_sessions ? "signInSessionsValidFromDateTime" : "lastPasswordChangeDateTime";
    if (work->task == TASK_disable_sign_in)
        return json_is_false(json_object_get(after, "accountEnabled"));
    bool had = time_parse(json_text(before, property), &was);
    /* Graph tells these times to the second: a second attempt within one second moves nothing, so a time from
     * the task's own start on proves it too. */
    return time_parse(json_text(after, property), &is) &&
           (!had || is > was || is >= work->row->started_at / 1000 * 1000);
}

static json_t *evidence(const struct work *work, const json_t *user)
{
    json_t *object = json_object();
    const char *property = work->task == TASK_disable_sign_in   ? "accountEnabled"
                           : work->task == TASK_revoke_sessions ? "signInSessionsValidFromDateTime"
                                                                : "lastPasswordChangeDateTime";
    json_t *value = json_object_get(user, property);
    return json_put(object, property, value ? json_incref(value) : json_null());
}

static void finish(struct work *work, const struct graph_item *item, const json_t *before,
                   const json_t *after)
{
    if (!work->row->before && json_is_object(before))
        work->row->before = evidence(work, before);
    if (item && !graph_item_ok(item)) {
        if (work->task == TASK_reset_password)
            password_refused(work, before, &item->err);
        else
            work_fail(work, &item->err);
        return;
    }
    const json_t *was = work->resumed ? work->row->before : before; /* what it was before the first attempt */
    if (!after || !shows(work, was, after)) {
        int64_t since = clock_utc_ms(work->run->clock) - work->row->started_at;
        struct err err;
        if (since < (int64_t)15 * 60 * 1000) {
            work_wait(work, "verifying", since < 2000 ? 500 : since / 4);
            return;
        }
        err_code(&err, ERR_REFUSED, "not_confirmed",
                 "Microsoft 365 accepted the change, but reading it back does not show it.");
        work_fail(work, &err);
        return;
    }
    json_decref(work->row->after);
    work->row->after = evidence(work, after);
    json_decref(work->row->error);
    work->row->error = NULL;
    if (work->task == TASK_disable_sign_in && was_synced(after))
        work_warn(work, "on_premises_source",
                  "This user is synced from Active Directory, which enables the account again at the next "
                  "sync. Disable it "
                  "there: Disable-ADAccount -Identity <user>");
    work_end(work,
             work->task == TASK_disable_sign_in && !work->resumed &&
                     json_is_false(json_object_get(before, "accountEnabled"))
                 ? TASK_STATUS_ALREADY_DONE
                 : TASK_STATUS_SUCCEEDED,
             NULL);
}

static struct graph_item read_user(struct work *work, int after)
{
    return (struct graph_item){
        .method = "GET",
        .path = graph_path(work->arena, "/users/%s?$select=" LOCKOUT_PROPERTIES, work->run->user_id),
        .after = after};
}

/* Only the read-back is missing: nothing is sent a second time. */
static void read_back(struct work *works, size_t count)
{
    struct err err;
    struct graph_item item = read_user(&works[0], -1);
    bool good = graph_batch(works[0].run->m365, works[0].target, &item, 1, &err);
    for (size_t i = 0; i < count; i++) {
        if (good && graph_item_ok(&item))
            finish(&works[i], NULL, works[i].row->before, item.reply);
        else
            work_fail(&works[i], good ? &item.err : &err);
    }
    graph_items_done(&item, 1);
}

static bool awaits_read_back(const struct work *work)
{
    return work->row->reason && strcmp(work->row->reason, "verifying") == 0;
}

static void act(struct work *works, size_t count)
{
    struct graph_item items[ITEMS];
    struct err err;
    size_t total = 0;
    items[total++] = read_user(&works[0], -1);
    for (size_t i = 0; i < count; i++) {
        if (!request_for(&works[i], &items[total], &err)) {
            for (size_t w = 0; w < count; w++)
                work_fail(&works[w], &err);
            graph_items_done(items, total);
            return;
        }
        items[total].after = (int)total - 1;
        total++;
    }
    items[total] = read_user(&works[0], (int)total - 1);
    total++;
    bool good = graph_batch(works[0].run->m365, works[0].target, items, total, &err);
    for (size_t i = 1; good && i < total; i++) {
        if (!items[i].ran)
            send_alone(&works[i - 1 < count ? i - 1 : 0], &items[i]);
    }
    const json_t *after = good && graph_item_ok(&items[total - 1]) ? items[total - 1].reply : NULL;
    for (size_t i = 0; i < count; i++) {
        if (good && graph_item_ok(&items[0]))
            finish(&works[i], &items[i + 1], items[0].reply, after);
        else
            work_fail(&works[i], good ? &items[0].err : &err);
        json_decref((json_t *)items[i + 1].body);
    }
    graph_items_done(items, total);
}

void lockout_run(struct work *works, size_t count)
{
    size_t acting = 0;
    for (size_t i = 0; i < count; i++)
        acting += !awaits_read_back(&works[i]);
    if (acting == count)
        act(works, count);
    else if (!acting)
        read_back(works, count);
    else /* some were sent before and some were not: each in its own way */
        for (size_t i = 0; i < count; i++)
            (awaits_read_back(&works[i]) ? read_back : act)(&works[i], 1);
}
