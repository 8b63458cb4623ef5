/* headers — what every answer carries, and who really asks when a proxy stands between. */
#ifndef API_HEADERS_H
#define API_HEADERS_H

#include "api/http.h"

/* Adds X-Request-Id and the hardening headers that the reply does not set itself. */
void headers_harden(struct reply *reply, const struct http_request *request);

/* Fills request->client and request->loopback from the address of the connection and, when that is a trusted
 * proxy, from X-Forwarded-For: its last entry that is no trusted proxy itself. Call with the headers set. */
void client_find(struct http_request *request, struct arena *arena, const char *peer,
                 const char *const *trusted_proxies);

/* Does the request come from our own pages, as far as Origin and Sec-Fetch-Site tell? True when they say
 * nothing: programs send neither. */
bool origin_is_ours(const struct http_request *request, const char *public_url);

#endif
