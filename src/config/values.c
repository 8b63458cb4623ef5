/* One value of each type: what it must look like. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/config_values.h"

const struct setting_info settings[SETTING_COUNT] = {
#define SETTING(section, key, type, fallback, range, help) \
    [SETTING_##section##_##key] = {#section, #key, TYPE_##type, fallback, range, help},
#include "config/setting.def"
#undef SETTING
};

enum setting setting_find(const char *section, const char *key)
{
    int i = 0;
    while (i < SETTING_COUNT && (strcmp(settings[i].section, section) || strcmp(settings[i].key, key)))
        i++;
    return (enum setting)i;
}

/* Levenshtein distance of two short names. */
static int distance(const char *a, const char *b)
{
    int row[65];
    size_t n = strlen(a), m = strlen(b);
    if (n > 64 || m > 64)
        return 64;
    for (size_t j = 0; j <= m; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[m];
}

enum setting setting_near(const char *section, const char *key)
{
    int best = 4; /* further away is another word, not a slip */
    enum setting near = SETTING_COUNT;
    for (int i = 0; i < SETTING_COUNT; i++) {
        int far = distance(settings[i].section, section) + distance(settings[i].key, key);
        if (far < best) {
            best = far;
            near = (enum setting)i;
        }
    }
    return near;
}

static const char *check_number(const struct setting_info *info, const char *text, struct err *err)
{
    char *rest;
    int64_t number;
    int64_t least = strtoll(info->range, &rest, 10);
    int64_t most = strtoll(rest + 2, NULL, 10);
    if (text_to_int(text, least, most, &number))
        return text;
    err_set(err, ERR_CONFIG, "\"%.60s\" is not a whole number from %lld to %lld", text, (long long)least,
            (long long)most);
    return NULL;
}

static const char *check_choice(const struct setting_info *info, const char *text, struct err *err)
{
    size_t length = strlen(text);
    for (const char *choice = info->range; choice; choice = strchr(choice, '|')) {
        choice += *choice == '|';
        if (length && strcspn(choice, "|") == length && !strncmp(choice, text, length))
            return text;
    }
    err_set(err, ERR_CONFIG, "\"%.60s\" is not one of %s", text, info->range);
    return NULL;
}

static const char *check_url(struct arena *arena, const char *text, struct err *err)
{
    size_t scheme = text_starts_nocase(text, "https://") ? 8 : text_starts_nocase(text, "http://") ? 7 : 0;
    size_t length = strlen(text);
    if (!scheme || !text[scheme] || strchr("/:?#", text[scheme]) || strpbrk(text, "?#@ \t\"<>\\")) {
        /* What was written may hold a password, so it is not repeated. */
        err_set(err, ERR_CONFIG,
                "not an address such as https://host:port/path (no user, query or fragment)");
        return NULL;
    }
    while (text[length - 1] == '/')
        length--;
    return arena_text_n(arena, text, length);
}

static const char *check_listen(const char *text, struct err *err)
{
    int64_t port;
    const char *colon = strrchr(text, ':');
    bool bracketed = text[0] == '[' && colon && colon > text && colon[-1] == ']';
    if (colon && text_to_int(colon + 1, 0, 65535, &port) &&
        (bracketed || strcspn(text, ":") == (size_t)(colon - text)))
        return text;
    err_set(err, ERR_CONFIG, "\"%.60s\" is not ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080", text);
    return NULL;
}

static const char *check_store(const char *text, struct err *err)
{
    if ((!strncmp(text, "sqlite:", 7) && text[7]) || !strncmp(text, "postgresql://", 13))
        return text;
    err_set(err, ERR_CONFIG, "a store is sqlite:FILE or postgresql://...");
    return NULL;
}

const char *value_check(enum setting setting, struct arena *arena, const char *text, struct err *err)
{
    const struct setting_info *info = &settings[setting];
    if (!text_valid_utf8(text, strlen(text))) {
        err_set(err, ERR_CONFIG, "the value is not UTF-8");
        return NULL;
    }
    switch (info->type) {
    case TYPE_NUMBER:
        return check_number(info, text, err);
    case TYPE_CHOICE:
        return check_choice(info, text, err);
    case TYPE_URL:
        return check_url(arena, text, err);
    case TYPE_LISTEN:
        return check_listen(text, err);
    case TYPE_STORE:
        return check_store(text, err);
    case TYPE_TEXT:
    case TYPE_PATH:
    case TYPE_LIST:
    case TYPE_SECRET:
        break;
    }
    return text;
}
