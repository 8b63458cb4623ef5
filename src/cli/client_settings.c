#include "cli/client_settings.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define DEFAULT_URL "http://127.0.0.1:8080"

struct reading {
    struct client_settings *settings;
    struct arena *arena;
    const char *path;
    struct err *err;
    bool failed;
};

static int take(void *user, const char *section, const char *key, const char *value)
{
    struct reading *reading = user;
    const struct {
        const char *key;
        const char **into;
    } known[] = {{"url", &reading->settings->url},
                 {"token", &reading->settings->token},
                 {"ca_file", &reading->settings->ca_file}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!*section && !strcmp(known[i].key, key)) {
            *known[i].into = arena_text(reading->arena, value);
            return 1;
        }
    }
    reading->failed = true;
    err_set(reading->err, ERR_INPUT, "%s: %s%s%s: there is no such setting; url, token and ca_file are known",
            reading->path, section, *section ? "." : "", key);
    return 0;
}

static bool read_file(struct reading *reading)
{
    AUTO_FREE char *text = text_read_file(reading->path, 65536, NULL, reading->err);
    if (!text) {
        reading->err->kind = ERR_INPUT;
        return false;
    }
    int bad = ini_parse_string(text, take, reading);
    if (reading->failed)
        return false;
    return !bad ||
           err_set(reading->err, ERR_INPUT, "%s:%d: not \"key = value\" or a comment", reading->path, bad);
}

static const char *environment(const char *name)
{
    const char *text = getenv(name);
    return text && *text ? text : NULL;
}

bool client_settings_load(struct client_settings *ret, struct arena *arena, struct err *err)
{
    struct reading reading = {.settings = ret, .arena = arena, .err = err};
    const char *base = environment("XDG_CONFIG_HOME"), *home = environment("HOME");
    *ret = (struct client_settings){0};
    reading.path = base ? arena_printf(arena, "%s/lastday/client.conf", base)
                        : arena_printf(arena, "%s/.config/lastday/client.conf", home ? home : "");
    if (access(reading.path, F_OK) == 0 && !read_file(&reading))
        return false;
    if (environment("LASTDAY_URL"))
        ret->url = arena_text(arena, environment("LASTDAY_URL"));
    if (environment("LASTDAY_TOKEN"))
        ret->token = arena_text(arena, environment("LASTDAY_TOKEN"));
    if (environment("LASTDAY_CA_FILE"))
        ret->ca_file = arena_text(arena, environment("LASTDAY_CA_FILE"));
    if (!ret->url)
        ret->url = DEFAULT_URL;
    if (!text_starts_nocase(ret->url, "http://") && !text_starts_nocase(ret->url, "https://"))
        return err_set(err, ERR_INPUT,
                       "LASTDAY_URL: \"%.100s\" is not an address such as https://lastday.example.com",
                       ret->url);
    if (!ret->token)
        return err_set(
            err, ERR_INPUT,
            "LASTDAY_TOKEN is not set: make a token with `lastday admin token-create` and set it, or "
            "write \"token = …\" into %s",
            reading.path);
    if (strpbrk(ret->token, " \t\r\n"))
        return err_set(err, ERR_INPUT, "LASTDAY_TOKEN: a token has no white space");
    return true;
}
