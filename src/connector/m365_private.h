/* The inside of struct m365, for the files of this folder. */
#ifndef CONNECTOR_M365_PRIVATE_H
#define CONNECTOR_M365_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <uthash.h>

#include "connector/assertion.h"
#include "connector/lane.h"
#include "connector/m365.h"
#include "connector/service.h"

struct token_slot; /* token.c */

/* What is known about one tenant; made on first use, never removed. */
struct m365_tenant {
    char *id;
    struct lane lanes[SERVICE_COUNT];
    struct token_slot *tokens; /* under m365->lock */
    UT_hash_handle hh;
};

struct m365 {
    struct m365_settings settings; /* texts are owned copies */
    struct wire *wire;
    const struct clock *clock;
    const struct rng *rng;
    struct assertion_key *key; /* NULL without a certificate */
    pthread_mutex_t lock;
    struct m365_tenant *tenants; /* under lock */
    char *refresh_token;         /* the newest; under lock */
    /* Monotonic; a service that throttles the application in all tenants. */
    _Atomic int64_t closed_until[SERVICE_COUNT];
};

struct m365_tenant *m365_tenant(struct m365 *m365, const char *tenant_id); /* never NULL */

#endif
