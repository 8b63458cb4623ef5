#include "cli/follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/screen.h"
#include "model/status.h"

struct watched {
    const char *id;
    json_t *offboarding; /* as last read, tasks kept up to date */
    bool ended;
};

struct watch {
    struct client *client;
    struct watched *list;
    size_t count;
    bool json;
    bool stale; /* a snapshot or a gap: read everything again */
    struct err *err;
    bool failed;
};

static enum tone tone_of(const char *status)
{
    if (!strcmp(status, "failed") || !strcmp(status, "blocked") || !strcmp(status, "cancelled"))
        return TONE_BAD;
    return !strncmp(status, "succeeded", 9) || !strcmp(status, "already_done") ? TONE_GOOD : TONE_DIM;
}

/* Its tasks, or those of its undo. Borrowed. */
static const json_t *tasks_of(const json_t *offboarding, bool undo)
{
    return json_array_at(undo ? json_object_at(offboarding, "undo") : offboarding, "tasks");
}

static bool is_undo(const json_t *offboarding)
{
    return json_is_object(json_object_get(offboarding, "undo"));
}

static const char *why(const json_t *task)
{
    const char *message = json_text(json_object_get(task, "error"), "message");
    return message ? message : json_text(task, "reason");
}

static void print_task(FILE *out, const json_t *task, const char *who)
{
    const char *status = json_text_or(task, "status", "?");
    size_t i;
    json_t *each;
    fputs("  ", out);
    screen_tone(out, tone_of(status), status);
    for (size_t n = strlen(status); n < 13; n++)
        fputc(' ', out);
    if (who) {
        screen_text(out, who);
        fputs("  ", out);
    }
    screen_text(out, json_text_or(task, "label", json_text(task, "id")));
    if (why(task)) {
        fputs(": ", out);
        screen_text(out, why(task));
    }
    fputc('\n', out);
    json_array_foreach ((json_t *)json_array_at(task, "items"), i, each) {
        const char *item_status = json_text_or(each, "status", "?"),
                   *message = json_text_or(each, "message", "");
        fprintf(out, "      %-13s", item_status);
        screen_text(out, json_text(each, "name"));
        if (*message) {
            fputs(": ", out);
            screen_text(out, message);
        }
        fputc('\n', out);
    }
    json_array_foreach ((json_t *)json_array_at(task, "warnings"), i, each) {
        fputs("      warning      ", out);
        screen_text(out, json_text(each, "message"));
        fputc('\n', out);
    }
}

void follow_print(const json_t *offboarding)
{
    const json_t *user = json_object_at(offboarding, "user");
    const char *status = json_text_or(offboarding, "status", "?");
    size_t i;
    json_t *task;
    screen_text(stdout, json_text(user, "display_name"));
    fputs(" <", stdout);
    screen_text(stdout, json_text(user, "user_principal_name"));
    fputs("> of ", stdout);
    screen_text(stdout, json_text(json_object_at(offboarding, "tenant"), "display_name"));
    fputs(": ", stdout);
    screen_tone(stdout, tone_of(status), status);
    printf("\n  id           %s\n", json_text_or(offboarding, "id", "?"));
    static const char *const times[][2] = {{"scheduled_at", "scheduled"},
                                           {"started_at", "started"},
                                           {"locked_out_at", "locked out"},
                                           {"ended_at", "ended"}};
    for (i = 0; i < sizeof times / sizeof *times; i++)
        if (json_text(offboarding, times[i][0]))
            printf("  %-12s %s\n", times[i][1], json_text(offboarding, times[i][0]));
    fputc('\n', stdout);
    json_array_foreach ((json_t *)json_array_at(offboarding, "tasks"), i, task)
        print_task(stdout, task, NULL);
    if (!is_undo(offboarding))
        return;
    status = json_text_or(json_object_at(offboarding, "undo"), "status", "?");
    fputs("\nUndo: ", stdout);
    screen_tone(stdout, tone_of(status), status);
    fputc('\n', stdout);
    json_array_foreach ((json_t *)tasks_of(offboarding, true), i, task)
        print_task(stdout, task, NULL);
}

static bool task_ended(const json_t *task)
{
    enum task_status status = task_status_parse(json_text_or(task, "status", ""));
    return status != TASK_STATUS_COUNT && task_status_ended(status);
}

static bool run_ended(const char *status)
{
    enum run_status run = run_status_parse(status);
    return run != RUN_STATUS_COUNT && run_status_ended(run);
}

static void draw(const struct watch *watch)
{
    int ended = 0, total = 0;
    const char *words = "waiting to start", *who = "";
    for (size_t n = 0; n < watch->count; n++) {
        const json_t *offboarding = watch->list[n].offboarding;
        size_t i;
        json_t *task;
        json_array_foreach ((json_t *)tasks_of(offboarding, is_undo(offboarding)), i, task) {
            const char *status = json_text_or(task, "status", "");
            total++;
            ended += task_ended(task);
            if (!strcmp(status, "running") || !strcmp(status, "waiting")) {
                words = json_text_or(task, "label", "");
                who = json_text_or(json_object_at(offboarding, "user"), "user_principal_name", "");
            }
        }
    }
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(400);
    strbuf_printf(&text, "%s%s%s", who, *who ? "  " : "", words);
    screen_bar(ended, total, strbuf_text(&text));
}

static void tell_task(const struct watch *watch, const struct watched *watched, const json_t *task)
{
    const char *upn = json_text(json_object_at(watched->offboarding, "user"), "user_principal_name");
    screen_bar_clear();
    print_task(stderr, task, watch->count > 1 ? upn : NULL);
}

/* Takes the task's new state; tells when it has just ended. */
static void take_task(const struct watch *watch, struct watched *watched, json_t *task)
{
    bool undo = strcmp(json_text_or(task, "direction", ""), "undo") == 0;
    json_t *tasks = (json_t *)tasks_of(watched->offboarding, undo);
    const char *id = json_text(task, "id");
    size_t i;
    json_t *old;
    json_array_foreach (tasks, i, old) {
        if (!id || strcmp(json_text_or(old, "id", ""), id) != 0)
            continue;
        if (task_ended(task) && !task_ended(old))
            tell_task(watch, watched, task);
        json_array_set(tasks, i, task);
        return;
    }
}

/* As client_call, but waits for a server that is away just now, as it is when it restarts. */
static bool read_patiently(const struct watch *watch, const char *path, struct answer *ret)
{
    const struct clock *clock = clock_system();
    const int64_t give_up = clock_mono_ms(clock) + CLIENT_PATIENCE_MS;
    while (!client_call(watch->client, "GET", path, NULL, ret, watch->err)) {
        if (!err_again(watch->err) || clock_mono_ms(clock) > give_up)
            return false;
        answer_done(ret);
        nanosleep(&(struct timespec){.tv_nsec = 500 * 1000 * 1000L}, NULL);
    }
    return true;
}

/* Reads the offboarding and takes over what is new in it. */
static bool refresh(struct watch *watch, struct watched *watched)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_ANSWER struct answer answer = {0};
    size_t i;
    json_t *task;
    if (!read_patiently(watch, client_path(arena, "/api/v1/offboardings/%s", watched->id), &answer))
        return false;
    const json_t *tasks = tasks_of(answer.json, is_undo(answer.json));
    if (!watched->offboarding) {
        watched->offboarding = json_incref(answer.json);
        json_array_foreach ((json_t *)tasks, i, task)
            if (task_ended(task))
                tell_task(watch, watched, task);
    } else {
        json_array_foreach ((json_t *)tasks, i, task)
            take_task(watch, watched, task);
        json_decref(watched->offboarding);
        watched->offboarding = json_incref(answer.json);
    }
    watched->ended = run_ended(json_text_or(answer.json, "status", ""));
    return true;
}

/* What was asked for last: an undo may go well where the offboarding had failed. */
static bool has_failed(const json_t *offboarding)
{
    const char *status =
        json_text_or(is_undo(offboarding) ? json_object_at(offboarding, "undo") : offboarding, "status", "");
    return !strcmp(status, "failed") || !strcmp(status, "cancelled");
}

static bool all_ended(const struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        if (!watch->list[i].ended)
            return false;
    return true;
}

static bool refresh_all(struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        if (!watch->list[i].ended && !refresh(watch, &watch->list[i]))
            return false;
    return true;
}

static bool on_event(void *context, const char *event, const json_t *data)
{
    struct watch *watch = context;
    if (!strcmp(event, "snapshot") || !strcmp(event, "reset"))
        watch->stale = true;
    for (size_t i = 0; i < watch->count; i++) {
        struct watched *watched = &watch->list[i];
        if (strcmp(watched->id, json_text_or(data, "offboarding", "")) != 0)
            continue;
        if (!strcmp(event, "task") && json_is_object(json_object_get(data, "task")))
            take_task(watch, watched, json_object_get(data, "task"));
        else if (!strcmp(event, "end"))
            watch->stale = true;
    }
    if (watch->stale) {
        watch->stale = false;
        if (!refresh_all(watch)) {
            watch->failed = true;
            return false;
        }
    }
    draw(watch);
    return !all_ended(watch);
}

bool follow_offboardings(struct client *client, const char *const *ids, size_t count, bool json,
                         bool *ret_failed, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    /* A handle of its own: the stream's is busy while single offboardings are read from inside its callback.
     */
    AUTO_CLIENT struct client *stream = client_open(err);
    struct watch watch = {.client = client, .count = count, .json = json, .err = err};
    watch.list = arena_alloc(arena, count, sizeof *watch.list);
    for (size_t i = 0; i < count; i++)
        watch.list[i].id = ids[i];
    const char *path =
        count == 1 ? client_path(arena, "/api/v1/offboardings/%s/events", ids[0]) : "/api/v1/events";
    bool ok = stream && client_follow(stream, path, on_event, &watch, err) && !watch.failed;
    screen_bar_clear();
    *ret_failed = false;
    for (size_t i = 0; i < count; i++) {
        json_t *offboarding = watch.list[i].offboarding;
        *ret_failed |= has_failed(offboarding);
        if (ok && json) {
            AUTO_ANSWER struct answer answer = {0};
            ok = read_patiently(&watch, client_path(arena, "/api/v1/offboardings/%s", ids[i]), &answer);
            if (ok)
                puts(answer.text);
        } else if (ok) {
            follow_print(offboarding);
        }
        json_decref(offboarding);
    }
    return ok;
}
