/* seed — sample tenants that look like real companies, from a generator that gives the same for the same
 * name; but meetings and sign-ins count from the day of the seeding, or they would soon be past.
 *
 * small: Contoso (78 users), Fabrikam (600) and Northwind (6,000, synced from Active Directory); large:
 * Northwind has 106,000; wide: small, and at Contoso max.many@contoso.com, who is in 300 groups. Everywhere
 * the same application, client id 11111111-aaaa-4aaa-8aaa-000000000001 with the secret
 * sim-secret-Zx8~Q2+demo/=; Contoso is the partner, refresh token sim-partner-refresh-token. Who plays what
 * at Contoso is in docs/simulator.md, "The cast". */
#ifndef SIM_SEED_H
#define SIM_SEED_H

#include "base/clock.h"
#include "base/json.h"

/* A whole state. name: "small", "large" or a file with a state. NULL with err set. */
json_t *seed_make(const char *name, struct err *err);
/* One tenant of a generated state as seed_make gives it; NULL when the name is a file's or has no such
 * tenant. */
json_t *seed_tenant(const char *name, const char *tenant_id);

/* ---- inside the seed ---- */

struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *dice);
unsigned dice_below(struct dice *dice, unsigned bound);
bool dice_percent(struct dice *dice, unsigned percent);
const char *dice_uuid(struct dice *dice, char text[37]);

/* seed_names.c: a believable person; texts are borrowed and live for ever. */
struct person {
    const char *given;
    const char *surname;
    const char *country; /* ISO code that fits the name's culture: the usage location */
};
struct person seed_person(struct dice *dice);
/* ASCII, lower case, for addresses: "Jürgen" becomes "juergen"; signs and spaces go. */
void seed_ascii(const char *text, char *ret, size_t size);

/* seed_users.c, seed_groups.c */
struct company {
    const char *id, *name, *initial_domain, *default_domain,
        *address_book; /* the OU of distinguished names */
    unsigned users;
    unsigned synced_percent;
    unsigned federated_percent; /* sign in at fed.<default domain>, elsewhere */
    int64_t today_ms;           /* midnight, UTC */
    uint64_t seed;
    const char *main_sku, *second_sku;
    bool privileged_app; /* the application may change administrators */
};
void seed_users(json_t *tenant, const struct company *company, struct dice *dice);
void seed_groups(json_t *tenant, const struct company *company, struct dice *dice);
/* One user with mailbox and, on wish, OneDrive; the user, borrowed from the tenant. */
json_t *seed_user(json_t *tenant, const struct company *company, struct dice *dice,
                  const struct person *person, const char *id);
/* One mailbox for a user of the tenant. type: UserMailbox, SharedMailbox, RoomMailbox… */
json_t *seed_mailbox(json_t *tenant, const struct company *company, struct dice *dice, const json_t *user,
                     const char *type);
void seed_site(json_t *tenant, const struct company *company, struct dice *dice, const json_t *user);
json_t *seed_group(json_t *tenant, const struct company *company, struct dice *dice, const char *kind,
                   const char *name);
void seed_join(json_t *group, const char *user_id);
void seed_synced(struct dice *dice, json_t *user);

/* seed_mailbox.c: parts of a mailbox; the caller owns them */
json_t *seed_methods(struct dice *dice, bool all);
json_t *seed_rule(struct dice *dice, const char *mailbox_guid, unsigned i, const char *colleague);
json_t *seed_device(struct dice *dice, const char *owner, unsigned i);

/* seed_calendar.c: events; the caller owns them. days counts from today. guest NULL: nobody is invited. */
json_t *seed_event(const struct company *company, struct dice *dice, const char *organizer,
                   const char *subject, int days, const char *guest);
/* Weekly on the day of the first, without an end. */
json_t *seed_series(const struct company *company, struct dice *dice, const char *organizer,
                    const char *subject, int first_days, const char *guest);
json_t *seed_event_by_chance(struct dice *dice, const struct company *company, const char *organizer,
                             unsigned i);

/* seed_apps.c: applications, consents, telephone numbers of the tenant, and a person's part in them */
void seed_apps(json_t *tenant, struct dice *dice);
void seed_app_role(json_t *tenant, json_t *principal, struct dice *dice, unsigned app);
void seed_consent(json_t *tenant, struct dice *dice, const char *user_id, unsigned app);
void seed_owned_app(json_t *tenant, struct dice *dice, const char *user_id, const char *name);
void seed_number(json_t *tenant, const char *number, const char *type, json_t *user);

/* seed_extras.c: what employees have besides; seed_cast.c: the partner's documented people */
void seed_extras(json_t *tenant, const struct company *company);
void seed_leaver(json_t *tenant, const struct company *company, struct dice *dice);
void seed_cast(json_t *tenant, const struct company *company);
void seed_many_groups(json_t *tenant, const struct company *company);
/* Adds an assignment; assignedLicenses and consumedUnits are made at the end. */
void seed_license(json_t *user, const char *sku_part, const char *group_id);
/* A directory role of a user or group; list: "_roles" or "_eligible_roles". */
void seed_role(json_t *principal, const char *list, const char *template_id);
const char *seed_sku_id(const char *sku_part);
json_t *seed_skus(void);

#define SEED_TIME "2024-02-01T08:00:00Z"
#define SEED_MANAGER_ID "5f1c0a2e-3b4d-4c5e-8f6a-000000000001"
#define SEED_LEAVER_ID "5f1c0a2e-3b4d-4c5e-8f6a-000000000002"

#endif
