/* seed — sample tenants that look like real companies, from a generator that gives the same for the same
 * name.
 *
 * small: Contoso (60 users), Fabrikam (600) and Northwind (6,000, synced from Active Directory); large:
 * Northwind has 106,000. Everywhere the same application, client id 11111111-aaaa-4aaa-8aaa-000000000001 with
 * the secret sim-secret-Zx8~Q2+demo/=; Contoso is the partner, refresh token sim-partner-refresh-token.
 * Contoso holds one documented leaver, adele.vance@contoso.com: manager Megan Bowen, 12 groups (4 Microsoft
 * 365, three of them teams; 4 security, one of which bears a licence; 2 distribution lists; 1 mail-enabled
 * security; 1 dynamic), 3 licences (one by group), 3 rules, 2 devices, 3 sign-in methods beside the password,
 * 2 delegates, a OneDrive. */
#ifndef SIM_SEED_H
#define SIM_SEED_H

#include "base/clock.h"
#include "base/json.h"

/* A whole state. name: "small", "large" or a file with a state. NULL with err set. */
json_t *seed_make(const char *name, struct err *err);

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
void seed_leaver(json_t *tenant, const struct company *company, struct dice *dice);
/* Adds an assignment; assignedLicenses and consumedUnits are made at the end. */
void seed_license(json_t *user, const char *sku_part, const char *group_id);
const char *seed_sku_id(const char *sku_part);
json_t *seed_skus(void);

#define SEED_TIME "2024-02-01T08:00:00Z"
#define SEED_MANAGER_ID "5f1c0a2e-3b4d-4c5e-8f6a-000000000001"
#define SEED_LEAVER_ID "5f1c0a2e-3b4d-4c5e-8f6a-000000000002"

#endif
