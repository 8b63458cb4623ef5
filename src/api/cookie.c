#include "api/cookie.h"

const char *cookie_name(bool secure)
{
    return secure ? "__Host-lastday_session" : "lastday_session";
}

static char *make(struct arena *arena, const char *name, const char *value, long max_age_s,
                  const char *same_site, bool secure)
{
    return arena_printf(arena, "%s=%s; Path=/; Max-Age=%ld; HttpOnly; SameSite=%s%s", name, value, max_age_s,
                        same_site, secure ? "; Secure" : "");
}

char *cookie_make(struct arena *arena, bool secure, const char *token, long max_age_s)
{
    return make(arena, cookie_name(secure), token, max_age_s, "Strict", secure);
}

const char *cookie_flow_name(bool secure)
{
    return secure ? "__Host-lastday_flow" : "lastday_flow";
}

char *cookie_flow_make(struct arena *arena, bool secure, const char *value, long max_age_s)
{
    return make(arena, cookie_flow_name(secure), value, max_age_s, "Lax", secure);
}
