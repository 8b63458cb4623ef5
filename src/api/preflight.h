/* preflight — what would happen, before anything is touched. */
#ifndef API_PREFLIGHT_H
#define API_PREFLIGHT_H

#include "base/json.h"

/* Puts the words of task_forecast into those of the API. */
void preflight_word_forecast(json_t *plan);

#endif
