#include "connector/url.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool url_origin(const char *url, char ret_origin[ORIGIN_SIZE], const char **ret_path)
{
    bool https = text_starts_nocase(url, "https://");
    if (!https && !text_starts_nocase(url, "http://"))
        return false;
    const char *host = url + (https ? 8 : 7);
    size_t length = strcspn(host, "/?#\\");
    const char *path = host + length;
    const char *standard = https ? ":443" : ":80";
    size_t standard_length = strlen(standard);
    for (size_t i = 0; i < length; i++)
        if (!isgraph((unsigned char)host[i]) || host[i] == '@')
            return false;
    if (length > standard_length && memcmp(host + length - standard_length, standard, standard_length) == 0)
        length -= standard_length;
    if (length == 0 || host[0] == ':' || length > ORIGIN_SIZE - 10)
        return false;
    snprintf(ret_origin, ORIGIN_SIZE, "%s%.*s", https ? "https://" : "http://", (int)length, host);
    for (char *c = ret_origin; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (ret_path)
        *ret_path = path;
    return true;
}

bool url_same_origin(const char *a, const char *b)
{
    char origin_a[ORIGIN_SIZE], origin_b[ORIGIN_SIZE];
    return url_origin(a, origin_a, NULL) && url_origin(b, origin_b, NULL) && strcmp(origin_a, origin_b) == 0;
}
