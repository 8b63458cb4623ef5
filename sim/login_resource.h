/* login_resource — which service a token's audience means. */
#ifndef SIM_LOGIN_RESOURCE_H
#define SIM_LOGIN_RESOURCE_H

#include "base/json.h"

/* "graph", "exchange" or "sharepoint"; NULL when the tenant has no such resource. `origin` is the address the
 * simulator was called by, without a service: its own services are named by their documented audiences or by
 * that address. */
const char *login_resource(const json_t *tenant, const char *audience, const char *origin);

/* "http://127.0.0.1:9090/graph" to "http://127.0.0.1:9090"; the caller frees it. */
char *login_origin(const char *base_url);

#endif
