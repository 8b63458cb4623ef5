/* The page behind a one-time link: no sign-in, no script, nothing from elsewhere.
 *
 * GET shows a button and looks at nothing, so that link previews use up no view and learn nothing. POST takes
 * one view and shows the password. Every link that shows nothing gets the same answer; who tries many is
 * slowed down. */
#include <inttypes.h>
#include <string.h>

#include "api/call.h"
#include "api/visible.h"
#include "auth/throttle.h"
#include "vault/links.h"

#define PAGE_MAX ((size_t)16 * 1024)
#define POLICY \
    "default-src 'none'; style-src 'nonce-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

static const char style[] =
    "body{font:16px/1.5 'Segoe UI',system-ui,sans-serif;margin:0;color:#242424;background:#f5f5f5}"
    "main{max-width:32rem;margin:10vh auto;padding:2rem;background:#fff;border-top:6px solid #0f6cbd}"
    "h1{font-size:1.4rem;margin:0 0 1rem}button{font:inherit;padding:.6rem "
    "1.2rem;border:0;background:#0f6cbd;color:#fff;"
    "cursor:pointer}button:focus-visible{outline:3px solid #242424;outline-offset:2px}"
    "output{display:block;font:1.3rem/1.4 ui-monospace,Consolas,monospace;padding:1rem;background:#f0f0f0;"
    "overflow-wrap:anywhere;user-select:all}"
    "@media(prefers-color-scheme:dark){body{color:#f0f0f0;background:#1b1a19}main{background:#292827}"
    "output{background:#3b3a39}button:focus-visible{outline-color:#fff}}";

/* inner is HTML. */
static bool page(struct call *call, int status, const char *title, const char *inner)
{
    unsigned char bytes[18];
    AUTO_STRBUF struct strbuf nonce = STRBUF_MAX(64), html = STRBUF_MAX(PAGE_MAX);
    rng_fill(call->api->context.rng, bytes, sizeof bytes);
    strbuf_base64(&nonce, bytes, sizeof bytes);
    strbuf_printf(
        &html,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex, nofollow\">"
        "<title>%s</title><style "
        "nonce=\"%s\">%s</style></head>\n<body><main><h1>%s</h1>\n%s</main></body></html>\n",
        title, strbuf_text(&nonce), style, title, inner);
    call->reply.status = status;
    call->reply.content_type = "text/html; charset=utf-8";
    call->reply.length = html.length;
    call->reply.body = arena_text_n(call->arena, strbuf_text(&html), html.length);
    reply_header(&call->reply, "Content-Security-Policy",
                 arena_printf(call->arena, POLICY, strbuf_text(&nonce)));
    reply_header(&call->reply, "X-Robots-Tag", "noindex, nofollow, noarchive");
    reply_header(&call->reply, "Cache-Control", "no-store");
    /* The default would hide our own origin from our own form's POST, and the page would refuse itself. */
    reply_header(&call->reply, "Referrer-Policy", "same-origin");
    explicit_bzero(html.data, html.length);
    return true;
}

bool secret_page_get(struct call *call, struct err *err)
{
    (void)err;
    return page(call, 200, "A password was left here for you",
                "<p>It can be shown only a limited number of times. Make sure that nobody looks over your "
                "shoulder, and "
                "keep it in a safe place.</p>\n<form method=\"post\"><button type=\"submit\">Show the "
                "password</button></form>\n");
}

static bool nothing(struct call *call)
{
    return page(call, 404, "This link shows nothing",
                "<p>It has expired, was used already, was taken back, or was never made. Ask whoever sent it "
                "to you for a "
                "new one.</p>\n");
}

static bool slow_down(struct call *call, int64_t wait_ms)
{
    reply_header(&call->reply, "Retry-After", arena_printf(call->arena, "%" PRId64, (wait_ms + 999) / 1000));
    return page(call, 429, "Please wait a moment",
                "<p>Too many links that show nothing were tried from here.</p>\n");
}

static const char *shown(struct call *call, const struct link *link, const struct secret *password)
{
    AUTO_STRBUF struct strbuf html = STRBUF_MAX(4096);
    char until[TIME_TEXT_SIZE];
    strbuf_text_add(&html, "<output>");
    strbuf_html(&html, secret_reveal(password));
    strbuf_text_add(&html, "</output>\n");
    if (link->views_left > 0)
        strbuf_printf(&html, "<p>This link can be used %" PRId64 " more %s, until %.10s.</p>\n",
                      link->views_left, link->views_left == 1 ? "time" : "times",
                      time_format(link->expires_at, until));
    else
        strbuf_text_add(&html,
                        "<p>This link was used for the last time: it shows nothing from now on.</p>\n");
    const char *copy = arena_text(call->arena, strbuf_text(&html));
    explicit_bzero(html.data, html.length);
    return copy;
}

/* One view is taken, journaled and committed before anything is shown. */
static bool use(struct call *call, struct link *ret, struct secret **ret_password, struct err *err)
{
    const struct api_context *context = &call->api->context;
    int64_t now = clock_utc_ms(context->clock);
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    return tx && link_use(tx, call->arena, call->params[0], now, ret, err) &&
           (*ret_password =
                vault_load_secret(tx, context->vault, ret->offboarding_id, ret->secret_name, err)) &&
           journal_append(tx, ret->offboarding_id, now, EVENT_SECRET, ret->task,
                          json_make("{s:s, s:s, s:s, s:o, s:I}", "what", "link_viewed", "link", ret->id,
                                    "host", "lastday", "client", json_text_new(call->request->client),
                                    "views_left", (json_int_t)ret->views_left),
                          err) &&
           note_offboarding(call, tx, LOGBOOK_SECRET_REVEALED, ret->offboarding_id, err) &&
           journal_commit(context->journal, &tx, err);
}

bool secret_page_post(struct call *call, struct err *err)
{
    struct throttle *throttle = call->api->link_throttle;
    struct link link;
    AUTO_SECRET struct secret *password = NULL;
    int64_t wait_ms = throttle_wait_ms(throttle, "", call->request->client);
    if (wait_ms > 0)
        return slow_down(call, wait_ms);
    if (use(call, &link, &password, err))
        return page(call, 200, "The password", shown(call, &link, password));
    if (err->kind != ERR_NOT_FOUND)
        return false;
    throttle_failed(throttle, "", call->request->client);
    return nothing(call);
}
