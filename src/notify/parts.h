/* parts — what every file of notify works with; all borrowed. */
#ifndef NOTIFY_PARTS_H
#define NOTIFY_PARTS_H

#include "base/clock.h"
#include "base/rng.h"
#include "connector/m365.h"
#include "connector/outside.h"
#include "connector/smtp.h"
#include "journal/journal.h"
#include "vault/vault.h"

struct notify_parts {
    struct store *store;
    struct journal *journal;
    struct vault *vault;
    struct m365 *m365; /* for mail by Graph; NULL: there is none */
    struct wire *wire; /* of notifications alone: slow receivers hold nobody else */
    struct outside_policy policy;
    struct smtp_settings smtp; /* url NULL: there is no mail server */
    const char *smtp_from;
    const char *node_name;
    const char
        *_Atomic public_url; /* where people reach us; without a slash at the end; set once it is known */
    const struct clock *clock;
    const struct rng *rng;
};

#endif
