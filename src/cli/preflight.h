/* preflight — the confirmation step as text: facts, warnings and the plan of one user. */
#ifndef CLI_PREFLIGHT_H
#define CLI_PREFLIGHT_H

#include <stdio.h>

#include "base/json.h"

/* What POST …/preflight answered. user is the name it was asked for. */
void preflight_print(FILE *out, const char *user, const json_t *preflight);
/* The numbered steps: what is expected of each and why, which it comes after, what it would touch. */
void preflight_print_plan(FILE *out, const json_t *plan);

#endif
