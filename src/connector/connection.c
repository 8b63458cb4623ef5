#include "connector/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"

/* A tenant that is refused; the others are in order. */
struct refusal {
    struct refusal *next;
    char *tenant_id;
    struct m365_connection state;
};

struct connections {
    pthread_mutex_t lock;
    const struct clock *clock;
    struct refusal *first;
};

struct connections *connections_new(const struct clock *clock)
{
    struct connections *connections = must(calloc(1, sizeof *connections));
    pthread_mutex_init(&connections->lock, NULL);
    connections->clock = clock;
    return connections;
}

static void refusal_free(struct refusal *refusal)
{
    free(refusal->tenant_id);
    free(refusal);
}

void connections_free(struct connections *connections)
{
    if (!connections)
        return;
    for (struct refusal *refusal = connections->first, *next; refusal; refusal = next) {
        next = refusal->next;
        refusal_free(refusal);
    }
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

/* Where it is, or would be. */
static struct refusal **find_locked(struct connections *connections, const char *tenant_id)
{
    struct refusal **at = &connections->first;
    while (*at && strcmp((*at)->tenant_id, tenant_id) != 0)
        at = &(*at)->next;
    return at;
}

void connection_refused(struct connections *connections, const char *tenant_id, const struct err *err)
{
    WITH_LOCK(&connections->lock);
    struct refusal **at = find_locked(connections, tenant_id);
    if (!*at) {
        *at = must(calloc(1, sizeof **at));
        (*at)->tenant_id = must(strdup(tenant_id));
        (*at)->state.since = clock_utc_ms(connections->clock);
    }
    struct m365_connection *state = &(*at)->state;
    snprintf(state->code, sizeof state->code, "%s", err->code);
    snprintf(state->message, sizeof state->message, "%s", err->message);
}

void connection_mended(struct connections *connections, const char *tenant_id)
{
    WITH_LOCK(&connections->lock);
    struct refusal **at = find_locked(connections, tenant_id), *refusal = *at;
    if (!refusal)
        return;
    *at = refusal->next;
    refusal_free(refusal);
}

struct m365_connection connection_state(struct connections *connections, const char *tenant_id)
{
    WITH_LOCK(&connections->lock);
    const struct refusal *refusal = *find_locked(connections, tenant_id);
    return refusal ? refusal->state : (struct m365_connection){.ok = true};
}

size_t connections_refused(struct connections *connections)
{
    size_t count = 0;
    WITH_LOCK(&connections->lock);
    for (const struct refusal *refusal = connections->first; refusal; refusal = refusal->next)
        count++;
    return count;
}
