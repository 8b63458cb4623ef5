/* smtp — hands one mail to a mail server: STARTTLS or implicit TLS, certificate and name verified, AUTH.
 *
 * Blocks its caller for at most SMTP_TIMEOUT_MS. Thread-safe. */
#ifndef CONNECTOR_SMTP_H
#define CONNECTOR_SMTP_H

#include "base/err.h"
#include "connector/cancel.h"

#define SMTP_TIMEOUT_MS 30000

struct smtp_settings {
    const char *url;      /* "smtp://host:587" (STARTTLS), "smtps://host:465" (TLS at once) */
    const char *user;     /* NULL: no AUTH */
    const char *password; /* NULL: none */
    const char *ca_file;  /* authorities besides the system's; NULL: none */
    bool plain;           /* no TLS at all, for a relay on the same machine or network; never with AUTH */
};

struct smtp_mail {
    const char *from;
    const char *const *to;  /* NULL ends */
    const char *message_id; /* without angle brackets; the same for each try of one mail */
    const char *subject;    /* UTF-8; encoded here */
    const char *text;       /* lines end with CRLF */
    const char *html;       /* likewise */
    int64_t date;           /* Unix milliseconds */
};

/* True when the server took the mail for at least one recipient (250 after the data). ret_reply, of that
 * size, takes the server's last lines, ret_status its last code (0 without one), in every case. Otherwise
 * ERR_UNREACHABLE, ERR_TIMEOUT, ERR_REFUSED (a 4xx or 5xx), ERR_CONFIG (no TLS offered, bad CA file),
 * ERR_CANCELLED. */
MUST_USE bool smtp_send(const struct smtp_settings *settings, const struct smtp_mail *mail,
                        struct cancel *cancel, int *ret_status, char *ret_reply, size_t reply_size,
                        struct err *err);

#endif
