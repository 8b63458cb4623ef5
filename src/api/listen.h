/* listen — the listening socket, with errors that say what to do. */
#ifndef API_LISTEN_H
#define API_LISTEN_H

#include "base/err.h"

/* "host:port", "[v6]:port" or ":port". The descriptor, or -1 with err set (ERR_CONFIG): a text that is no
 * address, an address in use, or one that is not of this machine. The caller closes it. */
MUST_USE int listen_open(const char *address, struct err *err);
int listen_port(int fd); /* the port bound; 0 when it cannot be told */

#endif
