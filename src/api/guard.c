#include "api/guard.h"

#include <string.h>
#include <strings.h>

/* RFC 9110 section 5.6.2 */
static bool is_token_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_token_char((unsigned char)text[i]))
            return false;
    return length > 0;
}

static bool is_value(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* RFC 3986 host and port: what could end the authority or start another part is refused. */
static bool is_host(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || c >= 0x7f || strchr("/\\?#@,\"<>", c))
            return false;
    }
    return length > 0;
}

static void refuse(struct guard *guard, const char *problem)
{
    if (!guard->problem)
        guard->problem = problem;
}

static bool named(const char *name, size_t length, const char *wanted)
{
    return strlen(wanted) == length && strncasecmp(name, wanted, length) == 0;
}

static void read_content_length(struct guard *guard, const char *value, size_t length)
{
    int64_t number = 0;
    if (length == 0 || length > 15)
        refuse(guard, "Content-Length is not a number of bytes.");
    for (size_t i = 0; i < length && length <= 15; i++) {
        if (value[i] < '0' || value[i] > '9')
            refuse(guard, "Content-Length is not a number of bytes.");
        number = number * 10 + (value[i] - '0');
    }
    guard->content_length = number;
    if (++guard->lengths > 1)
        refuse(guard, "Content-Length is given twice.");
}

void guard_header(struct guard *guard, const char *name, size_t name_length, const char *value,
                  size_t value_length)
{
    if (!is_name(name, name_length)) {
        refuse(guard, "A header name has a character that is not allowed.");
    } else if (!is_value(value, value_length)) {
        refuse(guard, "A header value has a control character.");
    } else if (named(name, name_length, "Content-Length")) {
        read_content_length(guard, value, value_length);
    } else if (named(name, name_length, "Transfer-Encoding")) {
        guard->codings++;
        if (!named(value, value_length, "chunked") || guard->codings > 1)
            refuse(guard, "The only transfer coding understood is one \"chunked\".");
    } else if (named(name, name_length, "Host")) {
        if (++guard->hosts > 1)
            refuse(guard, "Host is given twice.");
        if (!is_host(value, value_length))
            refuse(guard, "Host is not a host name with an optional port.");
    }
}

const char *guard_verdict(const struct guard *guard, const char *http_version)
{
    bool is_1_1 = http_version && strcmp(http_version, "HTTP/1.1") == 0;
    if (guard->problem)
        return guard->problem;
    if (!is_1_1 && !(http_version && strcmp(http_version, "HTTP/1.0") == 0))
        return "The HTTP version is not understood: use HTTP/1.1.";
    if (guard->codings && guard->lengths)
        return "Content-Length and Transfer-Encoding exclude each other.";
    if (guard->codings && !is_1_1)
        return "Transfer-Encoding needs HTTP/1.1.";
    if (is_1_1 && guard->hosts == 0)
        return "Host is missing.";
    return NULL;
}
