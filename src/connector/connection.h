/* connection — which tenants the application cannot sign in to, as the token endpoint said last (private to
 * connector/). Thread-safe. */
#ifndef CONNECTOR_CONNECTION_H
#define CONNECTOR_CONNECTION_H

#include "connector/m365.h"

struct connections;

struct connections *connections_new(const struct clock *clock);
void connections_free(struct connections *connections);

/* For a reason that a person must repair (m365_is_disconnected). `since` stays that of the first refusal. */
void connection_refused(struct connections *connections, const char *tenant_id, const struct err *err);
void connection_mended(struct connections *connections, const char *tenant_id);

struct m365_connection connection_state(struct connections *connections, const char *tenant_id);
size_t connections_refused(struct connections *connections); /* how many */

#endif
