/* settings — the configuration of the process for the commands that open the store. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "config/config.h"

/* For argp, alone or as a child: --config; the input is a const char ** for its value. */
struct argp;
extern const struct argp settings_argp;

/* Sends log lines where and how the configuration says. */
void settings_start_log(const struct config *config);

/* From that file (NULL: the usual one, if any) and the environment. NULL with err set. */
MUST_USE struct config *settings_load(struct arena *arena, const char *path, struct err *err);

#endif
