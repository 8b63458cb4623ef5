#include "api/headers.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

static const struct http_pair hardening[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"},
    {"Cache-Control", "no-store"},
};

void headers_harden(struct reply *reply, const struct http_request *request)
{
    if (request->id)
        reply_header(reply, "X-Request-Id", request->id);
    for (size_t i = 0; i < sizeof hardening / sizeof hardening[0]; i++)
        if (!reply_header_get(reply, hardening[i].name))
            reply_header(reply, hardening[i].name, hardening[i].value);
    if (request->secure)
        reply_header(reply, "Strict-Transport-Security", "max-age=31536000");
}

static bool is_trusted(const char *address, const char *const *proxies)
{
    for (; proxies && *proxies; proxies++)
        if (strcmp(*proxies, address) == 0)
            return true;
    return false;
}

static bool is_address(const char *text)
{
    struct in6_addr bytes;
    return inet_pton(AF_INET, text, &bytes) == 1 || inet_pton(AF_INET6, text, &bytes) == 1;
}

/* An IPv4 client of an IPv6 socket is known by its IPv4 address. */
static const char *unmap(const char *address)
{
    return text_starts_nocase(address, "::ffff:") && strchr(address, '.') ? address + 7 : address;
}

void client_find(struct http_request *request, struct arena *arena, const char *peer,
                 const char *const *trusted_proxies)
{
    const char *client = arena_text(arena, unmap(peer));
    const char *forwarded = http_header(request, "X-Forwarded-For");
    bool direct = !forwarded && !http_header(request, "Forwarded");

    request->loopback = direct && (text_starts_nocase(client, "127.") || strcmp(client, "::1") == 0);
    size_t length = forwarded ? strlen(forwarded) : 0;
    while (length > 0 && is_trusted(client, trusted_proxies)) {
        size_t start = length;
        while (start > 0 && forwarded[start - 1] != ',')
            start--;
        char *entry = arena_text_n(arena, forwarded + start, length - start);
        entry += strspn(entry, " \t");
        entry[strcspn(entry, " \t")] = '\0';
        if (!is_address(entry))
            break;
        client = entry;
        length = start > 0 ? start - 1 : 0;
    }
    request->client = client;
}

/* "https://host:port/path" → "host:port" */
static size_t authority_of(const char *url, const char **ret_start)
{
    const char *start = strstr(url, "://");
    *ret_start = start ? start + 3 : url;
    return strcspn(*ret_start, "/");
}

bool origin_is_ours(const struct http_request *request, const char *public_url)
{
    const char *origin = http_header(request, "Origin");
    const char *site = http_header(request, "Sec-Fetch-Site");
    const char *host = http_header(request, "Host");
    const char *ours;
    const char *theirs;

    if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    if (!origin)
        return true;
    if (!text_starts_nocase(origin, "http://") && !text_starts_nocase(origin, "https://"))
        return false;
    size_t length = authority_of(origin, &theirs);
    if (host && strlen(host) == length && text_starts_nocase(theirs, host))
        return true;
    return public_url && authority_of(public_url, &ours) == length && length > 0 &&
           strncasecmp(ours, theirs, length) == 0;
}
