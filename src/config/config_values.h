/* What config.c and its parts share: the table and the check of one value. */
#ifndef CONFIG_CONFIG_VALUES_H
#define CONFIG_CONFIG_VALUES_H

#include "config/config.h"

enum setting_type {
    TYPE_TEXT,
    TYPE_PATH,
    TYPE_URL,
    TYPE_LISTEN,
    TYPE_STORE,
    TYPE_CHOICE,
    TYPE_LIST,
    TYPE_SECRET,
    TYPE_NUMBER
};

struct setting_info {
    const char *section;
    const char *key;
    enum setting_type type;
    const char *fallback;
    const char *range;
    const char *help;
};
extern const struct setting_info settings[SETTING_COUNT];

/* SETTING_COUNT when there is none. */
enum setting setting_find(const char *section, const char *key);
/* The setting whose name is nearest; SETTING_COUNT when none is near. */
enum setting setting_near(const char *section, const char *key);

/* Checks one value and returns it in its canonical form (borrowed or in the arena); NULL with the message of
 * err saying what would be right. Never repeats a secret. */
const char *value_check(enum setting setting, struct arena *arena, const char *text, struct err *err);

#endif
