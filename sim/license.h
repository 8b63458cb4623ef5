/* license — what follows from a user's licence assignments: assigned licences, units in use, the mailbox. */
#ifndef SIM_LICENSE_H
#define SIM_LICENSE_H

#include "sim.h"

/* The tenant's subscribedSku with this id; NULL when it has none. */
json_t *license_sku(const json_t *tenant, const char *sku_id);
/* One entry of licenseAssignmentStates; group_id NULL is a direct assignment. The caller owns it. */
json_t *license_state(const char *sku_id, const char *group_id, const char *time);
/* Disconnects a user mailbox without an Exchange plan, and reconnects what has one again; after either has
 * changed. */
void license_check_mailbox(struct sim *sim, const json_t *tenant, const json_t *user);
/* Works out assignedLicenses and consumedUnits from licenseAssignmentStates, and disconnects or reconnects
 * the mailbox when the last Exchange plan goes or one comes back. */
void license_rebuild(struct sim *sim, json_t *tenant, json_t *user);
/* Makes the assignments that come by group equal to the memberships; then as license_rebuild. */
void license_reprocess(struct sim *sim, json_t *tenant, json_t *user);
/* A user is deleted: the units are free at once, the assignments stay for a restore. */
void license_release(const json_t *tenant, const json_t *user);
/* A user is back: direct assignments as far as units are left, those by group from the memberships. */
void license_restore(struct sim *sim, json_t *tenant, json_t *user);
/* Units that can still be assigned. */
int64_t license_left(const json_t *sku);
/* Graph's assignedPlans; the caller owns it. */
json_t *license_plans(const json_t *tenant, const json_t *user);
bool license_has_exchange(const json_t *tenant, const json_t *user);
bool license_has_files(const json_t *tenant, const json_t *user); /* SharePoint or OneDrive */
/* Graph's service name of a service plan. */
const char *license_service(const char *plan_name);

#endif
