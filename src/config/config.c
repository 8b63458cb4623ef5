#include "config/config.h"

#include <errno.h>
#include <ini.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config_values.h"

#define FILE_MAX (256 * 1024)
#define SECRET_FILE_MAX (64 * 1024)
#define ENVIRONMENT_PREFIX "LASTDAY_"

struct loader {
    struct arena *arena;
    struct config *config;
    struct err *err;
    bool failed;
    bool given[SETTING_COUNT]; /* by the source that is being read */
    /* the file that is being read */
    const char *path;
    const char *rest; /* what ini has not taken yet */
    int line;
};

static bool refuse(struct loader *loader, const char *origin, const char *name)
{
    loader->failed = true;
    return err_prefix(loader->err, "%s: %s", origin, name);
}

/* A SECRET's own name with _file behind it: the value is the content of that file, without the last line end.
 */
static enum setting secret_file(struct loader *loader, const char *section, const char *key)
{
    size_t length = strlen(key);
    if (length < 6 || strcmp(key + length - 5, "_file") != 0)
        return SETTING_COUNT;
    enum setting setting = setting_find(section, arena_text_n(loader->arena, key, length - 5));
    return setting < SETTING_COUNT && settings[setting].type == TYPE_SECRET ? setting : SETTING_COUNT;
}

static const char *read_secret(struct loader *loader, const char *path)
{
    size_t length;
    AUTO_FREE char *text = text_read_file(path, SECRET_FILE_MAX, &length, loader->err);
    if (!text)
        return NULL;
    if (strlen(text) != length) {
        err_set(loader->err, ERR_CONFIG, "the file %.200s holds a NUL byte", path);
        return NULL;
    }
    while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    return arena_text_n(loader->arena, text, length);
}

/* name is how the source calls it, for the message. An empty value means not set. */
static bool take(struct loader *loader, const char *section, const char *key, const char *text,
                 const char *origin, const char *name)
{
    struct err *err = loader->err;
    enum setting setting = setting_find(section, key);
    if (setting == SETTING_COUNT) {
        setting = secret_file(loader, section, key);
        if (setting < SETTING_COUNT && *text && !(text = read_secret(loader, text)))
            return refuse(loader, origin, name);
    }
    if (setting == SETTING_COUNT) {
        enum setting near = setting_near(section, key);
        if (near < SETTING_COUNT)
            err_set(err, ERR_CONFIG, "there is no such setting; did you mean %s.%s?", settings[near].section,
                    settings[near].key);
        else
            err_set(err, ERR_CONFIG, "there is no such setting");
        return refuse(loader, origin, name);
    }
    if (loader->given[setting]) {
        err_set(err, ERR_CONFIG, "this setting is given twice");
        return refuse(loader, origin, name);
    }
    loader->given[setting] = true;
    const char *value = *text ? value_check(setting, loader->arena, text, err) : NULL;
    if (*text && !value)
        return refuse(loader, origin, name);
    loader->config->texts[setting] = value ? arena_text(loader->arena, value) : settings[setting].fallback;
    loader->config->origins[setting] = value ? arena_text(loader->arena, origin) : "default";
    return true;
}

/* Hands ini one line and counts. Its buffer takes 199 bytes in the packaged build and it would read what is
 * left of a longer line as another line, so that is refused. */
static char *next_line(char *buffer, int size, void *stream)
{
    struct loader *loader = stream;
    size_t length = strcspn(loader->rest, "\n");
    if (!*loader->rest || loader->failed)
        return NULL;
    length += loader->rest[length] == '\n';
    loader->line++;
    if (length >= (size_t)size) {
        loader->failed = true;
        err_set(
            loader->err, ERR_CONFIG,
            "%s:%d: the line is longer than %d bytes; a secret this long goes into a file: KEY_file = PATH",
            loader->path, loader->line, size - 1);
        return NULL;
    }
    memcpy(buffer, loader->rest, length);
    buffer[length] = '\0';
    loader->rest += length;
    return buffer;
}

static int take_line(void *user, const char *section, const char *key, const char *value)
{
    struct loader *loader = user;
    char origin[512], name[200];
    snprintf(origin, sizeof origin, "%s:%d", loader->path, loader->line);
    snprintf(name, sizeof name, "%.90s%s%.90s", section, *section ? "." : "", key);
    return take(loader, section, key, value ? value : "", origin, name);
}

static bool load_file(struct loader *loader, const char *path)
{
    size_t length;
    AUTO_FREE char *text = text_read_file(path, FILE_MAX, &length, loader->err);
    if (!text) {
        loader->err->kind = ERR_CONFIG;
        return err_prefix(loader->err, "cannot read the configuration file");
    }
    if (strlen(text) != length)
        return err_set(loader->err, ERR_CONFIG, "%s: the file holds a NUL byte", path);
    memset(loader->given, 0, sizeof loader->given);
    loader->path = path;
    loader->rest = text;
    int bad = ini_parse_stream(next_line, loader, take_line, loader);
    if (loader->failed)
        return false;
    if (bad)
        return err_set(loader->err, ERR_CONFIG, "%s:%d: not [section], key = value or a comment", path, bad);
    return true;
}

/* LASTDAY_SECTION_KEY of a known section must be a setting; other names that begin with LASTDAY_ are not ours
 * to judge (LASTDAY_URL and LASTDAY_TOKEN belong to the client commands). */
static bool take_variable(struct loader *loader, const char *variable)
{
    const char *name = variable + strlen(ENVIRONMENT_PREFIX);
    const char *equals = strchr(name, '=');
    if (!equals)
        return true;
    char *lower = arena_text_n(loader->arena, name, (size_t)(equals - name));
    for (char *c = lower; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    char *key = strchr(lower, '_');
    bool known = false;
    if (!key)
        return true;
    *key++ = '\0';
    for (int i = 0; i < SETTING_COUNT; i++)
        known |= !strcmp(settings[i].section, lower);
    if (!known)
        return true;
    const char *origin = arena_text_n(loader->arena, variable, (size_t)(equals - variable));
    return take(loader, lower, key, equals + 1, origin, arena_printf(loader->arena, "%s.%s", lower, key));
}

static bool load_environment(struct loader *loader, const char *const *environment)
{
    memset(loader->given, 0, sizeof loader->given);
    for (; environment && *environment; environment++)
        if (!strncmp(*environment, ENVIRONMENT_PREFIX, strlen(ENVIRONMENT_PREFIX)) &&
            !take_variable(loader, *environment))
            return false;
    return true;
}

static bool load_overrides(struct loader *loader, const struct config_override *override)
{
    memset(loader->given, 0, sizeof loader->given);
    for (; override && override->key; override++) {
        char *section = arena_text(loader->arena, override->key);
        char *key = strchr(section, '.');
        *key++ = '\0';
        if (!take(loader, section, key, override->value, override->origin, override->key))
            return false;
    }
    return true;
}

static const char *const *split(struct arena *arena, const char *text)
{
    static const char between[] = ", \t";
    size_t count = 1;
    for (const char *c = text; c && *c; c++)
        count += strchr(between, *c) != NULL;
    const char **list = arena_alloc(arena, count + 1, sizeof *list);
    size_t n = 0;
    char *copy = arena_text(arena, text ? text : ""), *state = NULL;
    for (char *item = strtok_r(copy, between, &state); item; item = strtok_r(NULL, between, &state))
        list[n++] = item;
    return list;
}

static int64_t to_number(const char *text)
{
    int64_t number = 0;
    return text && text_to_int(text, INT64_MIN, INT64_MAX, &number) ? number : 0;
}

static const char *environment_value(const char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; environment && *environment; environment++)
        if (!strncmp(*environment, name, length) && (*environment)[length] == '=')
            return *environment + length + 1;
    return "";
}

static const char *default_data_dir(struct arena *arena, const char *const *environment)
{
    const char *data_home = environment_value(environment, "XDG_DATA_HOME");
    const char *home = environment_value(environment, "HOME");
    if (geteuid() == 0)
        return "/var/lib/lastday";
    if (*data_home)
        return arena_printf(arena, "%s/lastday", data_home);
    return arena_printf(arena, "%s/.local/share/lastday", *home ? home : ".");
}

/* The address as a browser on this machine types it: a wildcard becomes the host's name. */
static const char *default_public_url(struct arena *arena, const char *listen, bool tls, const char *host)
{
    const char *scheme = tls ? "https" : "http", *port = strrchr(listen, ':');
    bool any = listen == port || !strncmp(listen, "0.0.0.0:", 8) || !strncmp(listen, "[::]:", 5);
    return any ? arena_printf(arena, "%s://%s%s", scheme, host, port)
               : arena_printf(arena, "%s://%s", scheme, listen);
}

/* The defaults that depend on other settings or on the machine. */
static void config_derive(struct loader *loader, const char *const *environment)
{
    struct arena *arena = loader->arena;
    const char **texts = loader->config->texts;
    char host[256] = "localhost";
    if (gethostname(host, sizeof host - 1) != 0 || !*host)
        snprintf(host, sizeof host, "localhost");
    if (!texts[SETTING_server_data_dir])
        texts[SETTING_server_data_dir] = default_data_dir(arena, environment);
    if (!texts[SETTING_secrets_master_key_file])
        texts[SETTING_secrets_master_key_file] =
            arena_printf(arena, "%s/master.key", texts[SETTING_server_data_dir]);
    if (!texts[SETTING_engine_node_name])
        texts[SETTING_engine_node_name] = arena_text(arena, host);
    if (!texts[SETTING_server_public_url])
        texts[SETTING_server_public_url] = default_public_url(arena, texts[SETTING_server_listen],
                                                              texts[SETTING_server_tls_certificate], host);
    if (!texts[SETTING_logging_format])
        texts[SETTING_logging_format] = isatty(STDERR_FILENO) ? "text" : "json";
}

/* Settings that only make sense together. */
static bool check_pairs(struct loader *loader)
{
    static const struct {
        enum setting one, other;
    } pairs[] = {
        {SETTING_server_tls_certificate, SETTING_server_tls_key},
        {SETTING_server_tls_key, SETTING_server_tls_certificate},
        {SETTING_app_certificate_file, SETTING_app_certificate_key_file},
        {SETTING_app_certificate_key_file, SETTING_app_certificate_file},
        {SETTING_app_certificate_file, SETTING_app_client_id},
        {SETTING_app_client_secret, SETTING_app_client_id},
        {SETTING_app_refresh_token, SETTING_app_client_id},
        {SETTING_app_refresh_token, SETTING_app_tenant_id},
        {SETTING_auth_oidc_issuer, SETTING_auth_oidc_client_id},
        {SETTING_auth_oidc_client_id, SETTING_auth_oidc_issuer},
    };
    const struct config *config = loader->config;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct setting_info *one = &settings[pairs[i].one], *other = &settings[pairs[i].other];
        if (config->texts[pairs[i].one] && !config->texts[pairs[i].other])
            return err_set(loader->err, ERR_CONFIG, "%s: %s.%s: this needs %s.%s too, which is not set",
                           config->origins[pairs[i].one], one->section, one->key, other->section, other->key);
    }
    return true;
}

#define FILL_TEXT(text) (text)
#define FILL_PATH(text) (text)
#define FILL_URL(text) (text)
#define FILL_LISTEN(text) (text)
#define FILL_STORE(text) (text)
#define FILL_CHOICE(text) (text)
#define FILL_LIST(text) split(arena, text)
#define FILL_SECRET(text) ((struct config_secret){text})
#define FILL_NUMBER(text) to_number(text)

struct config *config_load(struct arena *arena, const char *path, const char *const *environment,
                           const struct config_override *overrides, struct err *err)
{
    struct config *config = ARENA_NEW(arena, struct config);
    struct err unused;
    struct loader loader = {.arena = arena, .config = config, .err = err ? err : &unused};
    for (int i = 0; i < SETTING_COUNT; i++) {
        config->texts[i] = settings[i].fallback;
        config->origins[i] = "default";
    }
    if (!path && access(CONFIG_PATH, F_OK) == 0)
        path = CONFIG_PATH;
    if ((path && !load_file(&loader, path)) || !load_environment(&loader, environment) ||
        !load_overrides(&loader, overrides))
        return NULL;
    config_derive(&loader, environment);
    if (!check_pairs(&loader))
        return NULL;
#define SETTING(section, key, type, ...) \
    config->section##_##key = FILL_##type(config->texts[SETTING_##section##_##key]);
#include "config/setting.def"
#undef SETTING
    return config;
}

bool config_is_given(const struct config *config, enum setting setting)
{
    return strcmp(config->origins[setting], "default") != 0;
}

bool config_make_data_dir(const struct config *config, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    char *path = arena_text(arena, config->server_data_dir);
    struct stat is;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            return err_set(err, ERR_CONFIG, "server.data_dir: cannot make the folder %s: %s", path,
                           strerror(errno));
        *slash = '/';
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_CONFIG, "server.data_dir: cannot make the folder %s: %s", path,
                       strerror(errno));
    if (stat(path, &is) != 0 || !S_ISDIR(is.st_mode) || access(path, W_OK | X_OK) != 0)
        return err_set(err, ERR_CONFIG, "server.data_dir: %s is not a folder that this user may write to",
                       path);
    return true;
}
