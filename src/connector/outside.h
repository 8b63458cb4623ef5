/* outside — HTTP to addresses that an operator typed in: webhooks, PSA systems, a password host.
 *
 * Such an address must not lead into the network that the server stands in. It is https; its name is resolved
 * here, every address it has is judged, and the connection goes to one of the judged ones, so that a second
 * look-up cannot lead elsewhere. Redirects are not followed (wire.h). Cloud metadata services are refused
 * always, unless their host is in allowed_hosts. Thread-safe. */
#ifndef CONNECTOR_OUTSIDE_H
#define CONNECTOR_OUTSIDE_H

#include "connector/wire.h"

struct sockaddr;

struct outside_policy {
    bool allow_private;               /* private, loopback and link-local addresses, and plain http to them */
    const char *const *allowed_hosts; /* "host" or "host:port": to these anything; NULL ends; NULL: none */
};

enum outside_reach { OUTSIDE_PUBLIC, OUTSIDE_PRIVATE, OUTSIDE_NEVER };
/* What an address leads to, by the registries of special addresses (RFC 6890, IANA) and the metadata
 * addresses of the clouds. IPv4 inside IPv6 (mapped, NAT64, 6to4) counts as that IPv4 address. Pure. */
enum outside_reach outside_reach(const struct sockaddr *address);

/* Is the address well-formed and allowed, as far as can be told without resolving its name? ERR_INPUT with a
 * sentence that does not repeat it. */
MUST_USE bool outside_url_ok(const struct outside_policy *policy, const char *url, struct err *err);

/* As wire_send, after resolving and judging; connect_to is set here. ERR_REFUSED (code address_refused) when
 * an address of the name is not allowed, ERR_UNREACHABLE when it has none. The next address is tried when one
 * does not answer at all. */
bool outside_send(struct wire *wire, const struct outside_policy *policy, const struct wire_request *request,
                  struct wire_reply *ret, struct err *err);

#endif
