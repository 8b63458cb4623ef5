#include "connector/token.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/thread.h"
#include "connector/login.h"
#include "connector/m365_private.h"

#define EARLY_MS 300000
#define AFTER_FAILED_RENEWAL_MS 30000
#define REFUSAL_KEPT_MS 5000

struct token_slot {
    char *resource;
    char *value;      /* NULL: none */
    int64_t renew_at; /* monotonic */
    int64_t ends_at;
    bool fetching;
    unsigned rounds; /* fetches that ended */
    unsigned epoch;  /* counts forgetting: a fetch from before it is not kept */
    struct err failure;
    int64_t failure_until;
    pthread_cond_t done;
    struct token_slot *next;
};

void token_free(char *token)
{
    if (token)
        OPENSSL_cleanse(token, strlen(token));
    free(token);
}

static void drop_value(struct token_slot *slot)
{
    token_free(slot->value);
    slot->value = NULL;
    slot->renew_at = slot->ends_at = 0;
}

void token_slots_free(struct token_slot *slots)
{
    for (struct token_slot *slot = slots, *next; slot; slot = next) {
        next = slot->next;
        drop_value(slot);
        pthread_cond_destroy(&slot->done);
        free(slot->resource);
        free(slot);
    }
}

static char *copy(const char *text)
{
    char *made = strdup(text);
    if (!made)
        abort();
    return made;
}

static struct token_slot *find_locked(struct m365_tenant *tenant, const char *resource)
{
    for (struct token_slot *slot = tenant->tokens; slot; slot = slot->next)
        if (strcmp(slot->resource, resource) == 0)
            return slot;
    struct token_slot *slot = calloc(1, sizeof *slot);
    if (!slot)
        abort();
    slot->resource = copy(resource);
    thread_cond_init(&slot->done);
    slot->next = tenant->tokens;
    tenant->tokens = slot;
    return slot;
}

static void keep_locked(struct token_slot *slot, const struct login_token *token, int64_t now)
{
    int64_t life = token->life_ms;
    int64_t early = life / 2 < EARLY_MS ? life / 2 : EARLY_MS;
    drop_value(slot);
    slot->value = copy(token->access_token);
    slot->renew_at = now + life - early;
    slot->ends_at = now + life;
    slot->failure = (struct err){0};
    slot->failure_until = 0;
}

static void keep_failure_locked(struct token_slot *slot, const struct err *err, int64_t now)
{
    slot->failure = *err;
    if (!err_again(err) && err->kind != ERR_CANCELLED)
        slot->failure_until = now + REFUSAL_KEPT_MS;
}

/* Fetches with the lock given up meanwhile. NULL with err. */
static char *fetch_locked(struct m365 *m365, struct token_slot *slot, const struct m365_target *target,
                          struct err *err)
{
    struct login_token token = {0};
    struct err failure = {0};
    unsigned epoch = slot->epoch;
    char *ret = NULL;
    slot->fetching = true;
    pthread_mutex_unlock(&m365->lock);
    bool fetched = login_token(m365, target, slot->resource, &token, &failure);
    pthread_mutex_lock(&m365->lock);
    int64_t now = clock_mono_ms(m365->clock);
    slot->fetching = false;
    slot->rounds++;
    pthread_cond_broadcast(&slot->done);
    if (fetched) {
        if (slot->epoch == epoch)
            keep_locked(slot, &token, now);
        ret = copy(token.access_token);
    } else if (slot->value && now < slot->ends_at && failure.kind != ERR_CANCELLED) {
        slot->renew_at = now + AFTER_FAILED_RENEWAL_MS;
        ret = copy(slot->value);
    } else {
        keep_failure_locked(slot, &failure, now);
        *err = failure;
    }
    login_token_done(&token);
    return ret;
}

static char *get_locked(struct m365 *m365, struct token_slot *slot, const struct m365_target *target,
                        struct err *err)
{
    for (;;) {
        int64_t now = clock_mono_ms(m365->clock);
        if (cancel_requested(target->cancel)) {
            err_set(err, ERR_CANCELLED, "The call was cancelled.");
            return NULL;
        }
        if (slot->value && now < (slot->fetching ? slot->ends_at : slot->renew_at))
            return copy(slot->value);
        if (!slot->fetching && now < slot->failure_until) {
            *err = slot->failure;
            return NULL;
        }
        if (!slot->fetching)
            return fetch_locked(m365, slot, target, err);
        unsigned round = slot->rounds;
        thread_wait_ms(&slot->done, &m365->lock, 60000);
        /* The failure of the one who asked is everybody's, unless it was only that caller's own end. */
        if (slot->rounds != round && !slot->value && slot->failure.kind != ERR_NONE &&
            slot->failure.kind != ERR_CANCELLED && slot->failure.kind != ERR_STALE) {
            *err = slot->failure;
            return NULL;
        }
    }
}

char *token_get(struct m365 *m365, const struct m365_target *target, const char *resource, struct err *err)
{
    struct m365_tenant *tenant = m365_tenant(m365, target->tenant_id);
    struct token_slot *slot;
    {
        WITH_LOCK(&m365->lock);
        slot = find_locked(tenant, resource);
    }
    struct cancel_watch watch = {.mutex = &m365->lock, .cond = &slot->done};
    char *token;
    cancel_watch(target->cancel, &watch);
    {
        WITH_LOCK(&m365->lock);
        token = get_locked(m365, slot, target, err);
    }
    cancel_unwatch(target->cancel, &watch);
    return token;
}

void token_refuse(struct m365 *m365, const char *tenant_id, const char *resource, const char *token)
{
    struct m365_tenant *tenant = m365_tenant(m365, tenant_id);
    WITH_LOCK(&m365->lock);
    struct token_slot *slot = find_locked(tenant, resource);
    if (slot->value && token && strcmp(slot->value, token) == 0)
        drop_value(slot);
}

void token_forget(struct m365 *m365, const char *tenant_id, bool tokens_too)
{
    struct m365_tenant *tenant = m365_tenant(m365, tenant_id);
    WITH_LOCK(&m365->lock);
    for (struct token_slot *slot = tenant->tokens; slot; slot = slot->next) {
        slot->failure_until = 0;
        slot->failure = (struct err){0};
        if (tokens_too) {
            slot->epoch++;
            drop_value(slot);
        }
    }
}
