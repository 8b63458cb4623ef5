#include "report/picture.h"

#include <string.h>

#include "base/clock.h"
#include "report/words.h"

#define BARS_MAX 200 /* of one task; a wait of days looks again every quarter of an hour */

static int64_t time_of(const json_t *span, const char *key)
{
    int64_t at = 0;
    const char *text = json_text(span, key);
    return text && time_parse(text, &at) ? at : 0;
}

static enum bar_state state_of(const char *state)
{
    return strcmp(state, "waiting") == 0     ? BAR_WAITING
           : strcmp(state, "verifying") == 0 ? BAR_VERIFYING
                                             : BAR_RUNNING;
}

static bool same(const json_t *object, const char *key, const char *text)
{
    return strcmp(json_text_or(object, key, ""), text) == 0;
}

static void limits(const json_t *spans, const char *direction, int64_t *ret_start, int64_t *ret_end)
{
    size_t i;
    json_t *span;
    *ret_start = *ret_end = 0;
    json_array_foreach ((json_t *)spans, i, span) {
        int64_t from = time_of(span, "from"), to = time_of(span, "to");
        if (!same(span, "direction", direction))
            continue;
        *ret_start = !*ret_start || from < *ret_start ? from : *ret_start;
        *ret_end = to > *ret_end ? to : *ret_end;
    }
}

static bool lane_of(struct arena *arena, const json_t *spans, const char *direction, const json_t *task,
                    int64_t start, struct lane_row *ret)
{
    size_t i, count = 0;
    json_t *span;
    int64_t first = 0, last = 0;
    const char *id = json_text_or(task, "id", "");
    struct bar *bars = arena_alloc(arena, BARS_MAX, sizeof *bars);
    json_array_foreach ((json_t *)spans, i, span) {
        if (!same(span, "direction", direction) || !same(span, "task", id))
            continue;
        int64_t from = time_of(span, "from"), to = time_of(span, "to");
        first = count ? first : from;
        last = to;
        if (count < BARS_MAX)
            bars[count++] = (struct bar){from - start, to - start, state_of(json_text_or(span, "state", ""))};
        else
            bars[BARS_MAX - 1].to = to - start;
    }
    struct cell state = words_state(json_text(task, "status"));
    *ret =
        (struct lane_row){.label = words_clean(arena, json_text_or(task, "label", id), WORDS_MAX_BYTES),
                          .words = arena_printf(arena, "%s, %s", words_span(arena, last - first), state.text),
                          .accent = state.accent,
                          .bars = bars,
                          .bar_count = count};
    return count > 0;
}

static const char *in_words(struct arena *arena, const struct picture *picture)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(64 * 1024);
    for (size_t i = 0; i < picture->lane_count; i++) {
        const struct lane_row *lane = &picture->lanes[i];
        strbuf_printf(&text, "%s%s: began after %s, took %s.", i ? " " : "", lane->label,
                      words_span(arena, lane->bars[0].from), lane->words);
    }
    return arena_text(arena, strbuf_text(&text));
}

bool picture_make(struct arena *arena, const json_t *model, const char *direction, const json_t *tasks,
                  struct picture *ret)
{
    const json_t *spans = json_array_at(model, "timeline");
    int64_t start, end;
    size_t i;
    json_t *task;
    limits(spans, direction, &start, &end);
    struct lane_row *lanes = arena_alloc(arena, json_array_size(tasks) + 1, sizeof *lanes);
    *ret = (struct picture){.lanes = lanes, .length = end - start > 1 ? end - start : 1};
    json_array_foreach ((json_t *)tasks, i, task)
        ret->lane_count += lane_of(arena, spans, direction, task, start, &lanes[ret->lane_count]);
    ret->title = arena_printf(arena, "What ran when, over %s", words_span(arena, ret->length));
    ret->words = in_words(arena, ret);
    return ret->lane_count > 0;
}

int64_t picture_tick(int64_t length, int most)
{
    static const int64_t steps[] = {1,       2,       5,        10,       20,      50,     100,
                                    200,     500,     1000,     2000,     5000,    10000,  15000,
                                    30000,   60000,   120000,   300000,   600000,  900000, 1800000,
                                    3600000, 7200000, 14400000, 21600000, 43200000};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (length / steps[i] <= most)
            return steps[i];
    }
    const int64_t day = 86400000;
    return (length / day / most + 1) * day;
}
