#include "engine/start.h"

#include <stdio.h>
#include <string.h>

#include "plan/options.h"
#include "store/tenants.h"
#include "task/judge.h"

#define STILL_FRESH_MS ((int64_t)5 * 60 * 1000)
#define LATE_MS ((int64_t)10 * 1000)

void start_done(struct start *start)
{
    json_decref(start->warnings);
    json_decref(start->added);
    json_decref(start->context);
    start->warnings = start->added = start->context = NULL;
}

bool start_is_due(const struct offboarding *o, const struct task_row *rows, task_set chosen, int64_t now)
{
    for (int task = 0; task < TASK_COUNT; task++) {
        if ((chosen & TASK_BIT(task)) && (rows[task].attempts || rows[task].status != TASK_STATUS_PENDING))
            return false;
    }
    return o->direction == DIRECTION_DO && (o->scheduled_at || now - o->created_at > STILL_FRESH_MS);
}

/* What is too long is cut between characters. */
static void keep_text(char *ret, size_t size, const char *text)
{
    snprintf(ret, size, "%s", text);
    text_trim_partial_utf8(ret);
}

static json_t *warning_new(const char *code, const char *severity, const char *message)
{
    json_t *warning =
        json_make("{s:s, s:s, s:o}", "code", code, "severity", severity, "message", json_text_new(message));
    return json_put(warning, "task", json_null());
}

static bool same_warning(const json_t *left, const json_t *right)
{
    return strcmp(json_text_or(left, "code", ""), json_text_or(right, "code", "")) == 0 &&
           strcmp(json_text_or(left, "task", ""), json_text_or(right, "task", "")) == 0;
}

static const json_t *find(const json_t *warnings, const json_t *like)
{
    size_t i;
    json_t *warning;
    json_array_foreach ((json_t *)warnings, i, warning) {
        if (same_warning(warning, like))
            return warning;
    }
    return NULL;
}

/* Another name is followed by the object id. To delete, or to strip an account that has become an admin's,
 * asks for a second look. */
static void note_changes(const struct offboarding *o, const json_t *user, json_t *warnings)
{
    char message[700];
    const char *name = json_text_or(user, "userPrincipalName", "");
    bool deletes = options_tasks(o->options) & TASK_BIT(TASK_delete_user);
    if (!text_equal_nocase(name, o->user_principal_name)) {
        snprintf(message, sizeof message, "The user was renamed since this was planned: %s is now %s.",
                 o->user_principal_name, name);
        json_add(warnings, warning_new(deletes ? "identity_changed" : "user_renamed",
                                       deletes ? "blocker" : "info", message));
    }
    AUTO_JSON json_t *privileged = warning_new("privileged_user", "warn", "");
    if (find(warnings, privileged) && !find(o->warnings, privileged))
        json_add(warnings,
                 warning_new("became_privileged", "blocker",
                             "The user was given an admin role since this was planned. Somebody has to "
                             "approve it."));
}

static void note_delay(const struct offboarding *o, int64_t now, json_t *warnings)
{
    char message[200];
    if (!o->scheduled_at || now - o->scheduled_at <= LATE_MS)
        return;
    int seconds = (int)((now - o->scheduled_at) / 1000);
    bool short_time = seconds < 120;
    snprintf(message, sizeof message,
             "It started %d %s after its time: Lastday was not running then, or had too much to do.",
             short_time ? seconds : seconds / 60, short_time ? "seconds" : "minutes");
    json_add(warnings, warning_new("started_late", "info", message));
}

static bool is_lifted(const struct offboarding *o, const json_t *warning)
{
    const json_t *known = find(o->warnings, warning);
    size_t i;
    json_t *code;
    json_array_foreach ((json_t *)json_array_at(o->context, "lifted"), i, code) {
        if (strcmp(json_string_value(code) ? json_string_value(code) : "",
                   json_text_or(warning, "code", "")) == 0)
            return true;
    }
    return known && json_object_get(known, "override");
}

/* What was known stays, with who lifted it; what is new comes after it. */
static void merge(const struct offboarding *o, const json_t *fresh, struct start *ret)
{
    size_t i;
    json_t *warning;
    ret->warnings = json_is_array(o->warnings) ? json_copy(o->warnings) : json_array();
    ret->added = json_array();
    json_array_foreach ((json_t *)fresh, i, warning) {
        if (!find(ret->warnings, warning)) {
            json_add(ret->warnings, json_incref(warning));
            json_add(ret->added, json_incref(warning));
        }
        bool blocks = strcmp(json_text_or(warning, "severity", ""), "blocker") == 0 && !is_lifted(o, warning);
        if (blocks && ret->verdict == START_GO) {
            ret->verdict = START_HOLD;
            keep_text(ret->words, sizeof ret->words, json_text_or(warning, "message", ""));
        }
    }
}

/* What could not be read may be readable soon; what is refused is a warning of its own. */
static bool is_readable(const json_t *facts, struct start *ret)
{
    struct err err = {0};
    for (int fact = 0; facts && fact < FACT_COUNT; fact++) {
        bool unread = json_object_get(json_object_at(facts, "unread"), fact_name((enum fact)fact)) != NULL;
        if (unread && facts_missing(facts, (fact_set)1 << fact, &err) && err.kind != ERR_REFUSED)
            break;
        err = (struct err){0};
    }
    if (facts && err.kind == ERR_NONE)
        return true;
    ret->verdict = START_LATER;
    keep_text(ret->words, sizeof ret->words,
              *err.message ? err.message : "What is true about the user cannot be read just now.");
    return false;
}

static json_t *judge(const struct engine_parts *parts, const struct offboarding *o, json_t *facts,
                     struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_TENANT struct tenant tenant = {0};
    AUTO_TX struct tx *tx = store_begin_read(parts->store, err);
    if (!tx || !tenant_find(tx, arena, o->tenant_id, &tenant, err))
        return NULL;
    const struct judging judging = {.tenant = &tenant,
                                    .options = o->options,
                                    .facts = facts,
                                    .technician = o->requested_by,
                                    .now = clock_utc_ms(parts->clock)};
    return judge_user(tx, &judging, err);
}

static void without_user(const struct offboarding *o, struct start *ret)
{
    AUTO_JSON json_t *fresh = json_array();
    json_add(fresh,
             warning_new("user_deleted", "warn",
                         "The user was deleted since this was planned. What is left to do is done by the "
                         "object id alone."));
    merge(o, fresh, ret);
}

/* A clock that is wrong must not start anything: a person says whether it is right now. */
static void note_jump(bool leapt, json_t *warnings)
{
    if (leapt)
        json_add(warnings,
                 warning_new("clock_jumped", "blocker",
                             "The server's clock jumped forward past the time this was planned for. "
                             "Check the clock; then approve this, give it another time or cancel "
                             "it."));
}

void start_judge(const struct engine_parts *parts, const struct offboarding *o, json_t *facts, bool leapt,
                 struct start *ret)
{
    struct err err = {0};
    const json_t *user = json_object_get(facts, fact_name(FACT_NUMBER_USER));
    *ret = (struct start){.verdict = START_GO};
    keep_text(ret->name, sizeof ret->name, json_text_or(user, "userPrincipalName", o->user_principal_name));
    keep_text(ret->display, sizeof ret->display, json_text_or(user, "displayName", o->display_name));
    ret->context = json_is_object(o->context) ? json_copy(o->context) : json_object();
    if (json_is_null(user)) { /* nothing else of the user can be read either */
        without_user(o, ret);
        return;
    }
    if (!is_readable(facts, ret))
        return;
    AUTO_JSON json_t *fresh = judge(parts, o, facts, &err);
    if (!fresh) {
        ret->verdict = START_LATER;
        keep_text(ret->words, sizeof ret->words, err.message);
        return;
    }
    note_changes(o, user, fresh);
    note_delay(o, clock_utc_ms(parts->clock), fresh);
    note_jump(leapt, fresh);
    json_put(ret->context, "federated", json_boolean(judge_is_federated(facts)));
    merge(o, fresh, ret);
}
