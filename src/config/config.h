/* config — the settings of one process: defaults, then the INI file, then the environment, then the command
 * line.
 *
 * Unknown keys and bad values refuse the whole configuration with one line that names where the mistake
 * stands and what would be right. What was loaded never changes. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdio.h>

#include "base/arena.h"

/* Apart from texts, so that nothing prints one by accident. */
struct config_secret {
    const char *text; /* NULL when it is not set */
};

typedef const char *config_TEXT;
typedef const char *config_PATH;
typedef const char *config_URL; /* http or https, without a slash at the end */
typedef const char *config_LISTEN;
typedef const char *config_STORE;
typedef const char *config_CHOICE;
typedef const char *const *config_LIST; /* NULL ends it; never NULL itself */
typedef struct config_secret config_SECRET;
typedef int64_t config_NUMBER;

enum setting {
#define SETTING(section, key, ...) SETTING_##section##_##key,
#include "config/setting.def"
#undef SETTING
    SETTING_COUNT
};

/* One member per row of setting.def: config->microsoft_graph_url. Texts that are not set are NULL. */
struct config {
#define SETTING(section, key, type, ...) config_##type section##_##key;
#include "config/setting.def"
#undef SETTING
    const char *origins[SETTING_COUNT]; /* "default", "lastday.conf:12", "LASTDAY_…", "--port" */
    const char *texts[SETTING_COUNT];   /* as given; NULL when not set */
};

/* A setting from the command line, which wins over all else. */
struct config_override {
    const char *key; /* "server.listen"; NULL ends the list */
    const char *value;
    const char *origin; /* "--port" */
};

#define CONFIG_PATH "/etc/lastday/lastday.conf"

/* path NULL: CONFIG_PATH where it exists, else no file. environment is NULL-terminated "NAME=value" as
 * environ; overrides may be NULL. The configuration lives in the arena. NULL with err set: ERR_CONFIG. */
MUST_USE struct config *config_load(struct arena *arena, const char *path, const char *const *environment,
                                    const struct config_override *overrides, struct err *err);

/* One line per setting with where it came from; secrets and passwords are cut. */
void config_print(const struct config *config, FILE *out);
/* A file with every setting commented out, for people to start from. */
void config_print_sample(FILE *out);

/* Set by somebody, not by default. */
bool config_is_given(const struct config *config, enum setting setting);

/* Makes data_dir (mode 0700) with its parents where it is missing. */
MUST_USE bool config_make_data_dir(const struct config *config, struct err *err);

#endif
