#include "api/static.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NONCE_MARK "__CSP_NONCE__"
#define PAGE_POLICY                                                                                 \
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; img-src 'self' data:; "    \
    "font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; " \
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default dompurify"

/* A worker does not inherit the page's policy: it lives under the one that its script came with. */
#define SCRIPT_POLICY                                                              \
    "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; " \
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

static const char not_built[] = "<!doctype html><html lang=\"en\"><title>Lastday</title><h1>Lastday</h1>"
                                "<p>This program was built without the web client. The API is at "
                                "<code>/api/v1</code>, its description at "
                                "<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p></html>";

static const struct embedded_file *find_file(const struct static_site *site, const char *path)
{
    for (size_t i = 0; i < site->count; i++)
        if (strcmp(site->files[i].path, path) == 0)
            return &site->files[i];
    return NULL;
}

/* Is the coding acceptable? RFC 9110 section 12.5.3; a q of 0 means no. */
static bool accepts(const char *header, const char *coding)
{
    bool star = false;
    for (const char *at = header; *at;) {
        at += strspn(at, ", \t");
        size_t entry = strcspn(at, ",");
        size_t name = strcspn(at, ",; \t");
        const char *q = memmem(at, entry, "q=", 2);
        bool refused = q && strtod(q + 2, NULL) <= 0.0;
        if (name == strlen(coding) && strncasecmp(at, coding, name) == 0)
            return !refused;
        if (name == 1 && *at == '*')
            star = !refused;
        at += entry;
    }
    return star;
}

int static_choose(const struct embedded_file *file, const char *accept_encoding)
{
    static const char *const codings[] = {[EMBEDDED_BROTLI] = "br", [EMBEDDED_GZIP] = "gzip"};
    for (int form = EMBEDDED_BROTLI; form <= EMBEDDED_GZIP; form++)
        if (file->forms[form].data && accept_encoding && accepts(accept_encoding, codings[form]))
            return form;
    /* Not asked for anything we have: plain when there is one, else what most can read. */
    for (int form = EMBEDDED_PLAIN; form >= 0; form--)
        if (file->forms[form].data)
            return form;
    return EMBEDDED_PLAIN;
}

/* Is the tag (with quotes) among those of If-None-Match? */
static bool tag_matches(const char *header, const char *tag)
{
    return header && (strcmp(header, "*") == 0 || strstr(header, tag));
}

static void serve_file(const struct embedded_file *file, const struct http_request *request,
                       struct arena *arena, struct reply *reply)
{
    static const char *const names[] = {"br", "gzip", ""};
    int form = static_choose(file, http_header(request, "Accept-Encoding"));
    const char *tag = arena_printf(arena, "\"%s%s%s\"", file->tag, *names[form] ? "-" : "", names[form]);

    reply_header(reply, "ETag", tag);
    reply_header(reply, "Vary", "Accept-Encoding");
    reply_header(reply, "Cache-Control",
                 file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (text_starts_nocase(file->content_type, "text/javascript"))
        reply_header(reply, "Content-Security-Policy", SCRIPT_POLICY);
    if (tag_matches(http_header(request, "If-None-Match"), tag)) {
        reply->status = 304;
        return;
    }
    if (*names[form])
        reply_header(reply, "Content-Encoding", names[form]);
    reply->status = 200;
    reply->content_type = file->content_type;
    reply->body = file->forms[form].data;
    reply->length = file->forms[form].size;
}

static void serve_page(const struct embedded_file *page, struct arena *arena, const struct rng *rng,
                       struct reply *reply)
{
    unsigned char bytes[18];
    AUTO_STRBUF struct strbuf nonce = STRBUF_MAX(64);
    AUTO_STRBUF struct strbuf html = STRBUF_MAX(256 * 1024);

    rng_fill(rng, bytes, sizeof bytes);
    strbuf_base64(&nonce, bytes, sizeof bytes);
    const char *at = page->forms[EMBEDDED_PLAIN].data;
    for (const char *mark; (mark = strstr(at, NONCE_MARK)); at = mark + strlen(NONCE_MARK)) {
        strbuf_add(&html, at, (size_t)(mark - at));
        strbuf_text_add(&html, strbuf_text(&nonce));
    }
    strbuf_text_add(&html, at);
    reply->status = 200;
    reply->content_type = "text/html; charset=utf-8";
    reply->body = arena_text_n(arena, strbuf_text(&html), html.length);
    reply->length = html.length;
    reply_header(reply, "Cache-Control", "no-store");
    reply_header(reply, "Content-Security-Policy", arena_printf(arena, PAGE_POLICY, strbuf_text(&nonce)));
}

/* What a browser opens as a page, or what has no dot in its last part; all else is a file. */
static bool is_page(const struct http_request *request)
{
    const char *accept = http_header(request, "Accept");
    const char *last = strrchr(request->path, '/');
    return (accept && strstr(accept, "text/html")) || !last || !strchr(last, '.') ||
           strcmp(request->path, "/index.html") == 0;
}

void static_serve(const struct static_site *site, const struct http_request *request, struct arena *arena,
                  const struct rng *rng, struct reply *reply)
{
    const struct embedded_file *page = find_file(site, "/index.html");
    const struct embedded_file *file = find_file(site, request->path);

    if (file && file != page) {
        serve_file(file, request, arena, reply);
    } else if (!is_page(request)) {
        reply->status = 404;
    } else if (page && page->forms[EMBEDDED_PLAIN].data) {
        serve_page(page, arena, rng, reply);
    } else {
        reply->status = 200;
        reply->content_type = "text/html; charset=utf-8";
        reply->body = not_built;
        reply->length = strlen(not_built);
    }
}
