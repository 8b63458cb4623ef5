/* login_resource — which service a token's audience means. */
#ifndef SIM_LOGIN_RESOURCE_H
#define SIM_LOGIN_RESOURCE_H

#include "base/json.h"

/* "graph", "exchange" or "sharepoint"; NULL when the tenant has no such resource. */
const char *login_resource(const json_t *tenant, const char *audience);

#endif
