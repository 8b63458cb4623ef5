/* cookie — the session cookie: HttpOnly, SameSite=Strict, and bound to https where we have it. Pure. */
#ifndef API_COOKIE_H
#define API_COOKIE_H

#include "base/arena.h"

/* The __Host- prefix makes the browser refuse one planted by another host or over plain HTTP (RFC 6265bis
 * section 4.1.3.2). */
const char *cookie_name(bool secure);
/* Value for Set-Cookie. max_age_s 0 removes the cookie. */
char *cookie_make(struct arena *arena, bool secure, const char *token, long max_age_s);

/* The cookie that ties a sign-in with the identity provider to the browser that began it: it comes back from
 * there with the top-level navigation (SameSite=Lax), and lives for minutes. */
const char *cookie_flow_name(bool secure);
char *cookie_flow_make(struct arena *arena, bool secure, const char *value, long max_age_s);

#endif
