/* picture — the timeline as lanes and bars (private to report/). */
#ifndef REPORT_PICTURE_H
#define REPORT_PICTURE_H

#include "base/arena.h"
#include "base/json.h"
#include "report/writer.h"

/* One direction of the report; false when nothing has begun. All of it lives in the arena. */
bool picture_make(struct arena *arena, const json_t *model, const char *direction, const json_t *tasks,
                  struct picture *ret);

/* The distance between two marks of the scale: a round time, at most `most` of them on the length. */
int64_t picture_tick(int64_t length, int most);

#endif
