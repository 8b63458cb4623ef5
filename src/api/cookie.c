#include "api/cookie.h"

const char *cookie_name(bool secure)
{
    return secure ? "__Host-lastday_session" : "lastday_session";
}

char *cookie_make(struct arena *arena, bool secure, const char *token, long max_age_s)
{
    return arena_printf(arena, "%s=%s; Path=/; Max-Age=%ld; HttpOnly; SameSite=Strict%s", cookie_name(secure),
                        token, max_age_s, secure ? "; Secure" : "");
}
