/* report — the evidence report of one offboarding: JSON, HTML or PDF, signed by this installation.
 *
 * The JSON is the document (model.h) in canonical form beside its signature: {"report", "signature"}. HTML
 * and PDF show it; both carry its digest and signature, the HTML the signed JSON as well, and each ends with
 * a seal over all bytes before it (signed.h). The same state of an offboarding gives the same bytes. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "vault/signing.h"

/* format, name, content type, ending of a file's name */
#define REPORT_FORMATS(X)                               \
    X(HTML, "html", "text/html; charset=utf-8", "html") \
    X(PDF, "pdf", "application/pdf", "pdf")             \
    X(JSON, "json", "application/json", "json")

enum report_format {
#define REPORT_ID(id, ...) REPORT_##id,
    REPORT_FORMATS(REPORT_ID)
#undef REPORT_ID
        REPORT_FORMAT_COUNT
};

enum report_format report_format_parse(const char *name); /* REPORT_FORMAT_COUNT when unknown */
const char *report_format_type(enum report_format format);

struct report_parts {
    struct store *store;
    struct vault *vault;
    const struct clock *clock;
    const struct rng *rng;
};

#define REPORT_MAX_BYTES (64u * 1024 * 1024)

/* Appends the report to ret, which should have REPORT_MAX_BYTES as its maximum. *ret_name, in the arena, is a
 * name for the file: letters of ASCII, digits, dots and hyphens. ERR_NOT_FOUND; ERR_TOO_LARGE; ERR_CONFIG
 * when the signing key does not open. */
MUST_USE bool report_write(const struct report_parts *parts, struct arena *arena, const char *offboarding_id,
                           enum report_format format, struct strbuf *ret, const char **ret_name,
                           struct err *err);

/* The policy under which a browser may show the HTML: its own style sheet and nothing else. In the arena. */
const char *report_html_policy(struct arena *arena);

#endif
