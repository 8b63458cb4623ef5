/* api — what the parts of the server share. */
#ifndef API_API_H
#define API_API_H

#include <stdatomic.h>

#include "api/key_release.h"
#include "api/server.h"
#include "api/static.h"
#include "api/waiting.h"

struct live;
struct throttle;

struct api {
    _Atomic bool serving; /* everything below is there */
    bool probes_only;
    struct waiting *waiting;
    struct api_context context;
    struct metrics *metrics;
    struct live *live;
    struct key_release *keys;
    struct static_site site;
    struct throttle *link_throttle; /* of wrong one-time links, by address */
    const char *public_url;
    const char *_Atomic url; /* where people reach us; NULL until the port is known */
    bool secure;             /* people reach us by https */
    _Atomic bool draining;
};

/* Answers one request: finds the route, checks who asks and how, runs the handler, logs and counts. For
 * httpd_start. */
void api_answer(void *api, const struct http_request *request, struct arena *arena, struct reply *reply);

#endif
