#include "connector/smtp.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

#define CONNECT_TIMEOUT_MS 10000
#define REPLY_KEPT 2048

struct session {
    const struct smtp_settings *settings;
    struct cancel *cancel;
    char reply[REPLY_KEPT]; /* the server's last lines */
    size_t reply_length;
};

static CURLcode add_authorities(CURL *easy, void *ssl_context, void *ca_file)
{
    (void)easy;
    return SSL_CTX_load_verify_locations(ssl_context, ca_file, NULL) == 1 ? CURLE_OK
                                                                          : CURLE_SSL_CACERT_BADFILE;
}

/* Lines of the server; of a long conversation the end. */
static size_t take_reply(char *bytes, size_t size, size_t count, void *context)
{
    struct session *session = context;
    size_t length = size * count, room = sizeof session->reply - 1;
    size_t taken = length < room ? length : room;
    if (session->reply_length + taken > room) {
        size_t dropped = session->reply_length + taken - room;
        memmove(session->reply, session->reply + dropped, session->reply_length - dropped);
        session->reply_length -= dropped;
    }
    memcpy(session->reply + session->reply_length, bytes + length - taken, taken);
    session->reply_length += taken;
    session->reply[session->reply_length] = '\0';
    return length;
}

static size_t drop_body(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes, (void)context;
    return size * count;
}

static int watch(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct session *session = context;
    (void)a, (void)b, (void)c, (void)d;
    return cancel_requested(session->cancel) ? 1 : 0;
}

/* RFC 2047: words of at most 75 characters, cut between characters of the text. */
static void encode_subject(struct strbuf *line, const char *subject)
{
    bool plain = strlen(subject) < 200;
    for (const char *c = subject; *c; c++)
        plain = plain && *c >= ' ' && *c < 0x7f;
    if (plain && !strstr(subject, "=?")) {
        strbuf_text_add(line, subject);
        return;
    }
    for (const char *at = subject; *at;) {
        size_t take = strlen(at) < 45 ? strlen(at) : 45;
        while (at[take] && ((unsigned char)at[take] & 0xC0) == 0x80)
            take--;
        strbuf_text_add(line, at == subject ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        strbuf_base64(line, at, take);
        strbuf_text_add(line, "?=");
        at += take;
    }
}

static void append(struct curl_slist **list, const char *name, const char *value)
{
    AUTO_STRBUF struct strbuf line = STRBUF_MAX(16384);
    strbuf_printf(&line, "%s: %s", name, value);
    *list = curl_slist_append(*list, strbuf_text(&line));
}

static struct curl_slist *headers_of(const struct smtp_mail *mail)
{
    AUTO_STRBUF struct strbuf subject = STRBUF_MAX(8192), to = STRBUF_MAX(16000), id = STRBUF_MAX(400);
    struct curl_slist *list = NULL;
    char date[64];
    time_t seconds = (time_t)(mail->date / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm); /* the C locale: set by nobody */
    encode_subject(&subject, mail->subject);
    for (const char *const *address = mail->to; *address; address++)
        strbuf_printf(&to, "%s<%s>", to.length ? ",\r\n " : "", *address);
    strbuf_printf(&id, "<%s>", mail->message_id);
    append(&list, "Date", date);
    append(&list, "From", mail->from);
    append(&list, "To", strbuf_text(&to));
    append(&list, "Subject", strbuf_text(&subject));
    append(&list, "Message-ID", strbuf_text(&id));
    append(&list, "Auto-Submitted", "auto-generated"); /* RFC 3834: no automatic reply, please */
    append(&list, "X-Auto-Response-Suppress", "All");
    return list;
}

static void add_part(curl_mime *mime, const char *type, const char *text)
{
    curl_mimepart *part = curl_mime_addpart(mime);
    curl_mime_type(part, type);
    curl_mime_encoder(part, "quoted-printable");
    curl_mime_data(part, text, CURL_ZERO_TERMINATED);
}

static curl_mime *body_of(CURL *easy, const struct smtp_mail *mail)
{
    curl_mime *mime = curl_mime_init(easy), *alternatives = curl_mime_init(easy);
    add_part(alternatives, "text/plain; charset=utf-8", mail->text);
    add_part(alternatives, "text/html; charset=utf-8", mail->html);
    curl_mimepart *part = curl_mime_addpart(mime);
    curl_mime_subparts(part, alternatives);
    curl_mime_type(part, "multipart/alternative");
    curl_mime_headers(part, curl_slist_append(NULL, "Content-Disposition: inline"), 1);
    return mime;
}

static bool fail(CURLcode result, int status, const char *reply, struct err *err)
{
    const char *last = reply; /* the last line says why */
    for (const char *line = reply; *line; line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n'))
        last = line;
    int length = (int)strcspn(last, "\r\n");
    switch (result) {
    case CURLE_ABORTED_BY_CALLBACK:
        return err_set(err, ERR_CANCELLED, "The mail was not sent: the server is stopping.");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return err_code(err, ERR_UNREACHABLE, "no_connection", "There is no connection to the mail server.");
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(err, ERR_TIMEOUT, "The mail server did not answer in time.");
    case CURLE_USE_SSL_FAILED:
        return err_code(err, ERR_CONFIG, "no_tls",
                        "The mail server offers no encryption (STARTTLS), and mail is not sent without.");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return err_code(err, ERR_UNREACHABLE, "tls", "No secure connection to the mail server: %s.",
                        curl_easy_strerror(result));
    case CURLE_LOGIN_DENIED:
        return err_code(err, ERR_REFUSED, "mail_login", "The mail server refused the login: %.*s", length,
                        last);
    default:
        if (status >= 400)
            return err_code(err, ERR_REFUSED, "mail_refused", "The mail server refused the mail: %.*s",
                            length, last);
        return err_code(err, ERR_UPSTREAM, "broken_answer", "The connection to the mail server broke: %s.",
                        curl_easy_strerror(result));
    }
}

static void set_options(CURL *easy, struct session *session)
{
    const struct smtp_settings *settings = session->settings;
    curl_easy_setopt(easy, CURLOPT_URL, settings->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)(settings->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)SMTP_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_reply);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, session);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop_body);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, session);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    if (settings->ca_file) {
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, add_authorities);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, settings->ca_file);
    }
    if (settings->user && !settings->plain) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, settings->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, settings->password ? settings->password : "");
    }
}

bool smtp_send(const struct smtp_settings *settings, const struct smtp_mail *mail, struct cancel *cancel,
               int *ret_status, char *ret_reply, size_t reply_size, struct err *err)
{
    struct session session = {.settings = settings, .cancel = cancel};
    struct curl_slist *headers = headers_of(mail), *recipients = NULL;
    long status = 0;
    CURL *easy = curl_easy_init();
    for (const char *const *address = mail->to; *address; address++)
        recipients = curl_slist_append(recipients, *address);
    set_options(easy, &session);
    curl_mime *mime = body_of(easy, mail);
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, mail->from);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_MIMEPOST, mime);
    CURLcode result = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(easy);
    curl_mime_free(mime);
    curl_slist_free_all(headers);
    curl_slist_free_all(recipients);
    *ret_status = (int)status;
    snprintf(ret_reply, reply_size, "%s", session.reply);
    return result == CURLE_OK || fail(result, (int)status, session.reply, err);
}
