/* directory — what follows from the directory's state alone, for more than one service. */
#ifndef SIM_DIRECTORY_H
#define SIM_DIRECTORY_H

#include "sim.h"

#define ROLE_GLOBAL_ADMINISTRATOR "62e90394-69f5-4237-9190-012177145e10"

const char *directory_role_name(const char *template_id); /* "Directory role" for one that is not known */
const char *directory_role_id(const char *name);          /* NULL for one that is not known */

/* App-role assignments of a user, those that come by group too, as Graph's appRoleAssignment; the caller owns
 * it. */
json_t *directory_app_roles(const json_t *tenant, const json_t *user);
/* One of them, as Graph shows it; the caller owns it. type: "User" or "Group" */
json_t *directory_app_role(const json_t *tenant, const json_t *principal, const char *type,
                           const json_t *role);

/* Is the password managed elsewhere: is the domain of the user's principal name federated? */
bool directory_federated(const json_t *tenant, const json_t *user);
bool directory_domain_federated(const json_t *tenant, const char *domain);

/* At least 8 characters of three kinds, and not the name of the user. */
bool directory_password_good(const json_t *user, const char *password);
void directory_password_set(struct sim *sim, json_t *user, const char *password, bool force_change);

#endif
