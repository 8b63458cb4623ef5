/* url — the little about addresses that deciding where a token may go needs. */
#ifndef CONNECTOR_URL_H
#define CONNECTOR_URL_H

#include <stddef.h>

#include "base/err.h"

#define ORIGIN_SIZE 300

/* "https://host:port" in lower case, without a default port, of an http or https address. False for anything
 * else, and for one with a user name or without a host. ret_path (may be NULL) points to what follows. */
MUST_USE bool url_origin(const char *url, char ret_origin[ORIGIN_SIZE], const char **ret_path);
/* Same scheme, host and port. */
bool url_same_origin(const char *a, const char *b);

#endif
