/* The settings for people: what is in force, and a file to start from. */
#include <string.h>

#include "config/config_values.h"

/* …?password=…&sslpassword=… without the values. */
static void print_parameters(const char *text, FILE *out)
{
    static const char word[] = "password=";
    for (const char *found; (found = strstr(text, word)); text = found + strcspn(found, "&")) {
        found += strlen(word);
        fprintf(out, "%.*s(cut)", (int)(found - text), text);
    }
    fputs(text, out);
}

/* postgresql://user:password@host/… without the password. */
static void print_store(const char *text, FILE *out)
{
    const char *at = strrchr(text, '@');
    const char *colon = at ? strchr(text + strcspn(text, ":") + 1, ':') : NULL;
    if (colon && colon < at) {
        fprintf(out, "%.*s:(cut)", (int)(colon - text), text);
        text = at;
    }
    print_parameters(text, out);
}

void config_print(const struct config *config, FILE *out)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        const struct setting_info *info = &settings[i];
        const char *text = config->texts[i];
        fprintf(out, "%s.%s = ", info->section, info->key);
        if (!text)
            fputs("(not set)", out);
        else if (info->type == TYPE_SECRET)
            fputs("(set)", out);
        else if (info->type == TYPE_STORE)
            print_store(text, out);
        else
            fputs(text, out);
        fprintf(out, "  ; %s\n", config->origins[i]);
    }
}

void config_print_sample(FILE *out)
{
    const char *section = "";
    fputs("; Settings of Lastday. Each can also come from the environment: LASTDAY_SECTION_KEY.\n"
          "; A secret can come from a file instead: KEY_file = PATH.\n",
          out);
    for (int i = 0; i < SETTING_COUNT; i++) {
        const struct setting_info *info = &settings[i];
        if (strcmp(section, info->section) != 0)
            fprintf(out, "\n[%s]\n", info->section);
        section = info->section;
        fprintf(out, "; %s\n;%s = %s\n", info->help, info->key, info->fallback ? info->fallback : "");
    }
}
