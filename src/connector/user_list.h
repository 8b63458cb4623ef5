/* user_list — the users of one tenant as they were at one moment, in our shape, for searching (private to
 * connector/). Never changes once made, so that any number of threads may read it. */
#ifndef CONNECTOR_USER_LIST_H
#define CONNECTOR_USER_LIST_H

#include "base/json.h"

/* What to ask Graph for. */
#define USER_LIST_FIELDS                                                                 \
    "id,displayName,userPrincipalName,mail,jobTitle,department,accountEnabled,userType," \
    "onPremisesSyncEnabled,assignedLicenses"

struct user_list;

/* users and skus as Graph returns them; skus may be NULL: then a product that model/sku.h does not know shows
 * its id. Keeps nothing. */
struct user_list *user_list_new(const json_t *users, const json_t *skus);
void user_list_free(struct user_list *list); /* NULL is fine */
size_t user_list_count(const struct user_list *list);
size_t user_list_licensed(const struct user_list *list); /* those with a license */

/* Those whose name, principal name or mail hold the folded text, by name: a new array, from `skip`
 * on, at most `limit`. *ret_total counts all. */
json_t *user_list_search(const struct user_list *list, const char *folded, size_t skip, size_t limit,
                         size_t *ret_total);
/* One user in the same shape. list, for the names of products, may be NULL. */
json_t *user_list_shape(const struct user_list *list, const json_t *user);

#endif
