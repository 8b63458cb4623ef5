#include "connector/outside.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/text.h"

#define ADDRESSES_MAX 4
#define URL_MAX 2048

/* --- what an address leads to --- */

struct range4 {
    uint32_t first;
    int bits;
    enum outside_reach reach;
};
#define V4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* The first match counts. https://www.iana.org/assignments/iana-ipv4-special-registry */
static const struct range4 ranges4[] = {
    {V4(169, 254, 169, 254), 32, OUTSIDE_NEVER}, /* metadata: AWS, Azure, Google, Oracle, DigitalOcean … */
    {V4(169, 254, 170, 2), 32, OUTSIDE_NEVER},   /* credentials of AWS containers */
    {V4(100, 100, 100, 200), 32, OUTSIDE_NEVER}, /* metadata of Alibaba */
    {V4(168, 63, 129, 16), 32, OUTSIDE_NEVER},   /* Azure's wire server */
    {V4(0, 0, 0, 0), 8, OUTSIDE_NEVER},          /* this network; 0.0.0.0 reaches the machine itself */
    {V4(224, 0, 0, 0), 4, OUTSIDE_NEVER},        /* multicast */
    {V4(240, 0, 0, 0), 4, OUTSIDE_NEVER},        /* reserved, broadcast */
    {V4(192, 0, 2, 0), 24, OUTSIDE_NEVER},       /* documentation */
    {V4(198, 51, 100, 0), 24, OUTSIDE_NEVER},
    {V4(203, 0, 113, 0), 24, OUTSIDE_NEVER},
    {V4(10, 0, 0, 0), 8, OUTSIDE_PRIVATE},
    {V4(100, 64, 0, 0), 10, OUTSIDE_PRIVATE}, /* carrier-grade NAT */
    {V4(127, 0, 0, 0), 8, OUTSIDE_PRIVATE},
    {V4(169, 254, 0, 0), 16, OUTSIDE_PRIVATE},
    {V4(172, 16, 0, 0), 12, OUTSIDE_PRIVATE},
    {V4(192, 0, 0, 0), 24, OUTSIDE_PRIVATE},
    {V4(192, 88, 99, 0), 24, OUTSIDE_PRIVATE},
    {V4(192, 168, 0, 0), 16, OUTSIDE_PRIVATE},
    {V4(198, 18, 0, 0), 15, OUTSIDE_PRIVATE},
};

struct range6 {
    unsigned char first[16];
    int bits;
    enum outside_reach reach;
};
/* https://www.iana.org/assignments/iana-ipv6-special-registry */
static const struct range6 ranges6[] = {
    {{0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54}, 128, OUTSIDE_NEVER}, /* metadata of AWS */
    {{[15] = 1}, 128, OUTSIDE_PRIVATE},                                       /* loopback */
    {{0}, 96, OUTSIDE_NEVER},                                    /* unspecified, IPv4-compatible */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, OUTSIDE_PRIVATE}, /* local NAT64 */
    {{0x01, 0x00}, 64, OUTSIDE_NEVER},                           /* discard */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, OUTSIDE_NEVER},               /* documentation */
    {{0x3f, 0xff}, 20, OUTSIDE_NEVER},
    {{0x20, 0x01, 0x00}, 23, OUTSIDE_PRIVATE}, /* Teredo, ORCHID and others */
    {{0xfc}, 7, OUTSIDE_PRIVATE},              /* unique local */
    {{0xfe, 0x80}, 10, OUTSIDE_PRIVATE},       /* link-local */
    {{0xfe, 0xc0}, 10, OUTSIDE_PRIVATE},       /* site-local */
    {{0xff}, 8, OUTSIDE_NEVER},                /* multicast */
};

static enum outside_reach reach4(uint32_t address)
{
    for (size_t i = 0; i < sizeof ranges4 / sizeof *ranges4; i++)
        if ((address ^ ranges4[i].first) >> (32 - ranges4[i].bits) == 0)
            return ranges4[i].reach;
    return OUTSIDE_PUBLIC;
}

static bool within6(const unsigned char *address, const struct range6 *range)
{
    int whole = range->bits / 8, rest = range->bits % 8;
    return memcmp(address, range->first, (size_t)whole) == 0 &&
           (rest == 0 || (address[whole] ^ range->first[whole]) >> (8 - rest) == 0);
}

static enum outside_reach reach6(const unsigned char *address)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff}, nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    if (memcmp(address, mapped, 12) == 0 || memcmp(address, nat64, 12) == 0)
        return reach4(V4(address[12], address[13], address[14], address[15]));
    if (address[0] == 0x20 && address[1] == 0x02) /* 6to4 */
        return reach4(V4(address[2], address[3], address[4], address[5]));
    for (size_t i = 0; i < sizeof ranges6 / sizeof *ranges6; i++)
        if (within6(address, &ranges6[i]))
            return ranges6[i].reach;
    return OUTSIDE_PUBLIC;
}

enum outside_reach outside_reach(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return reach4(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return reach6(((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr);
    return OUTSIDE_NEVER;
}

/* --- the URL --- */

struct place {
    char host[256];
    int port;
    bool secure;
    bool listed; /* in allowed_hosts */
};

static bool is_listed(const struct outside_policy *policy, const struct place *place)
{
    char with_port[300];
    snprintf(with_port, sizeof with_port, "%s:%d", place->host, place->port);
    for (const char *const *host = policy->allowed_hosts; host && *host; host++)
        if (text_equal_nocase(*host, place->host) || text_equal_nocase(*host, with_port))
            return true;
    return false;
}

static bool not_an_url(struct err *err)
{
    return err_code(err, ERR_INPUT, "bad_url",
                    "This must be an address such as https://hooks.example.com/path, without user name and "
                    "password in it.");
}

static bool place_of(const struct outside_policy *policy, const char *url, struct place *ret, struct err *err)
{
    if (!url || strlen(url) > URL_MAX || strpbrk(url, " \\\"<>^`{|}"))
        return not_an_url(err);
    for (const char *c = url; *c; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
            return not_an_url(err);
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : NULL, *host = uri ? g_uri_get_host(uri) : NULL;
    *ret = (struct place){.secure = text_equal_nocase(scheme, "https")};
    if (!host || !*host || strlen(host) >= sizeof ret->host || strchr(host, '%') || g_uri_get_userinfo(uri) ||
        (!ret->secure && !text_equal_nocase(scheme, "http")))
        return not_an_url(err);
    memcpy(ret->host, host, strlen(host) + 1);
    ret->port = g_uri_get_port(uri) > 0 ? g_uri_get_port(uri) : ret->secure ? 443 : 80;
    ret->listed = is_listed(policy, ret);
    return true;
}

static bool judge(const struct outside_policy *policy, const struct place *place,
                  const struct sockaddr *address, struct err *err)
{
    enum outside_reach reach = outside_reach(address);
    if (place->listed)
        return true;
    if (reach == OUTSIDE_NEVER || (reach == OUTSIDE_PRIVATE && !policy->allow_private))
        return err_code(err, ERR_REFUSED, "address_refused",
                        "%s leads into a private network. Put it into notify.allowed_hosts, or set "
                        "notify.allow_private_addresses = yes, if that is meant.",
                        place->host);
    if (!place->secure && reach != OUTSIDE_PRIVATE)
        return err_code(err, ERR_REFUSED, "not_secure",
                        "Notifications go by https only: begin the address of %s with https://.",
                        place->host);
    return true;
}

/* An address written as numbers is judged at once. */
static bool is_literal(const char *host, struct sockaddr_storage *ret)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST}, *list;
    if (getaddrinfo(host, NULL, &hints, &list) != 0)
        return false;
    memcpy(ret, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
    return true;
}

bool outside_url_ok(const struct outside_policy *policy, const char *url, struct err *err)
{
    struct place place = {0};
    struct sockaddr_storage address = {0};
    bool good = place_of(policy, url, &place, err);
    if (good && is_literal(place.host, &address))
        good = judge(policy, &place, (const struct sockaddr *)&address, err);
    else if (good && !place.secure && !place.listed && !policy->allow_private)
        good = err_code(err, ERR_REFUSED, "not_secure",
                        "Notifications go by https only: begin the address with https://.");
    if (!good && err)
        err->kind = ERR_INPUT;
    return good;
}

/* --- sending --- */

/* The judged addresses as texts; their count, 0 with err set. */
static size_t resolve(const struct outside_policy *policy, const struct place *place,
                      char ret[ADDRESSES_MAX][INET6_ADDRSTRLEN], struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    size_t count = 0;
    if (getaddrinfo(place->host, NULL, &hints, &list) != 0) {
        err_code(err, ERR_UNREACHABLE, "name_not_found", "The host name %s cannot be resolved.", place->host);
        return 0;
    }
    for (const struct addrinfo *info = list; info; info = info->ai_next) {
        if (!judge(policy, place, info->ai_addr, err)) { /* one that is not allowed spoils the name */
            count = 0;
            break;
        }
        if (count < ADDRESSES_MAX && getnameinfo(info->ai_addr, info->ai_addrlen, ret[count],
                                                 INET6_ADDRSTRLEN, NULL, 0, NI_NUMERICHOST) == 0)
            count++;
    }
    freeaddrinfo(list);
    return count;
}

bool outside_send(struct wire *wire, const struct outside_policy *policy, const struct wire_request *request,
                  struct wire_reply *ret, struct err *err)
{
    char addresses[ADDRESSES_MAX][INET6_ADDRSTRLEN];
    struct place place = {0};
    int64_t until = clock_mono_ms(clock_system()) + request->timeout_ms;
    memset(ret, 0, sizeof *ret);
    if (!place_of(policy, request->url, &place, err))
        return false;
    size_t count = resolve(policy, &place, addresses, err);
    for (size_t i = 0; i < count; i++) {
        struct wire_request pinned = *request;
        pinned.connect_to = addresses[i];
        pinned.timeout_ms = until - clock_mono_ms(clock_system());
        if (pinned.timeout_ms < 1)
            return err_set(err, ERR_TIMEOUT, "%s did not answer in time.", place.host);
        if (wire_send(wire, &pinned, ret, err))
            return true;
        if (err->kind != ERR_UNREACHABLE || strcmp(err->code, "no_connection") != 0)
            return false;
    }
    return false;
}
