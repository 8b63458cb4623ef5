/* route — the endpoints as one table (route.def), and finding the one that a request means. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "api/http.h"
#include "auth/role.h"

struct call;
typedef bool route_handler(struct call *call, struct err *err);

enum route_access {
    ACCESS_PUBLIC = 0,
    ACCESS_READ = PERMISSION_READ,
    ACCESS_OPERATE = PERMISSION_OPERATE,
    ACCESS_APPROVE = PERMISSION_APPROVE,
    ACCESS_ADMIN = PERMISSION_ADMIN,
    ACCESS_SIGNED_IN = 1 << 16,
    ACCESS_LOCAL = 1 << 17,
    ACCESS_WHOLE = PERMISSION_ADMIN | 1 << 18,
};

/* Bits: TAKES_JSON has a body, TAKES_ONCE honours an Idempotency-Key, TAKES_MAYBE allows no body at all. */
enum route_takes {
    TAKES_NOTHING = 0,
    TAKES_JSON = 1,
    TAKES_ONCE = 2,
    TAKES_MAYBE = 4,
    TAKES_JSON_ONCE = TAKES_JSON | TAKES_ONCE,
    TAKES_MAYBE_JSON_ONCE = TAKES_JSON_ONCE | TAKES_MAYBE,
};

#define ROUTE_PARAMS_MAX 3
struct route {
    const char *method;
    const char *path; /* with {names} */
    enum route_access access;
    enum route_takes takes;
    route_handler *handler;
};

size_t route_count(void);
const struct route *route_at(size_t index);
size_t route_index(const struct route *route);

/* The route, with its path parameters decoded into ret_params. NULL with err set: ERR_NOT_FOUND, ERR_METHOD
 * (then *ret_allow lists the methods that are possible), ERR_MALFORMED for a broken path. */
const struct route *route_find(const struct http_request *request, struct arena *arena,
                               const char *ret_params[ROUTE_PARAMS_MAX], const char **ret_allow,
                               struct err *err);

#define ROUTE(method, path, access, takes, handler) route_handler handler;
#include "api/route.def"
#undef ROUTE

#endif
