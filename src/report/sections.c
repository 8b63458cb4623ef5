#include "report/sections.h"

#include <inttypes.h>

#include "model/catalogue.h"
#include "report/section.h"

/* --- the summary -----------------------------------------------------------------------------------------
 */

const char *sections_title(struct arena *arena, const json_t *model)
{
    const json_t *user = json_object_at(json_object_at(model, "request"), "user");
    const char *name = json_text(user, "display_name");
    name = name && *name ? name : json_text_or(user, "user_principal_name", "a user");
    return arena_printf(arena, "Offboarding of %s", words_clean(arena, name, WORDS_MAX_BYTES));
}

static const char *counts(const struct section *s)
{
    static const char *const statuses[] = {"succeeded", "already_done", "skipped", "failed", "blocked",
                                           "cancelled", "waiting",      "running", "pending"};
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(1000);
    const json_t *tasks = json_array_at(s->model, "tasks");
    strbuf_printf(&text, "%zu: ", json_array_size(tasks));
    size_t shown = 0, i;
    for (size_t n = 0; n < COUNT(statuses); n++) {
        size_t count = 0;
        json_t *task;
        json_array_foreach ((json_t *)tasks, i, task)
            count += is(task, "status", statuses[n]);
        if (count)
            strbuf_printf(&text, "%s%zu %s", shown++ ? ", " : "", count, words_state(statuses[n]).text);
    }
    return arena_text(s->arena, strbuf_text(&text));
}

/* "17:00 on 2026-12-24 in Europe/Amsterdam", as it was asked for. */
static const char *schedule_of(const struct section *s, const json_t *request)
{
    const json_t *schedule = json_object_get(request, "schedule");
    const char *at = words_time(s->arena, json_text(request, "scheduled_at"));
    const char *now = words_time(s->arena, json_text(s->model, "scheduled_at"));
    const char *first = json_is_object(schedule) && at
                            ? arena_printf(s->arena, "%s (%s in %s)", at, clean(s, schedule, "at"),
                                           clean(s, schedule, "time_zone"))
                            : "at once";
    bool moved = now && (!at || strcmp(now, at) != 0);
    return moved ? arena_printf(s->arena, "%s, moved to %s", first, now) : first;
}

static const char *ms_words(const struct section *s, const char *key)
{
    const json_t *ms = json_object_get(s->model, key);
    return json_is_integer(ms) ? words_span(s->arena, json_integer_value(ms)) : NULL;
}

static const char *lockout_words(const struct section *s)
{
    const char *at = words_time(s->arena, json_text(s->model, "locked_out_at")),
               *ms = ms_words(s, "lockout_ms");
    return at && ms ? arena_printf(s->arena, "%s, %s after the start", at, ms) : NULL;
}

static const char *ended_words(const struct section *s)
{
    const char *at = words_time(s->arena, json_text(s->model, "ended_at")), *ms = ms_words(s, "duration_ms");
    return at && ms ? arena_printf(s->arena, "%s, %s after the start", at, ms) : at ? at : "not yet";
}

static const char *tenant_words(const struct section *s, const json_t *tenant)
{
    const char *name = clean(s, tenant, "display_name"), *domain = clean(s, tenant, "default_domain");
    return arena_printf(s->arena, "%s%s%s%s", name ? name : "", name && domain ? " (" : "",
                        domain ? domain : "", name && domain ? ")" : "");
}

static const char *approval_words(const struct section *s)
{
    const json_t *approved = json_object_get(s->model, "approved");
    const char *reason = clean(s, approved, "reason");
    return json_is_object(approved) ? arena_printf(s->arena, "by %s at %s%s%s", clean(s, approved, "by"),
                                                   words_time(s->arena, json_text(approved, "at")),
                                                   reason ? ": " : "", reason ? reason : "")
                                    : NULL;
}

static void summary(const struct section *s)
{
    const json_t *request = json_object_at(s->model, "request");
    const json_t *user = json_object_at(request, "user"), *tenant = json_object_at(request, "tenant");
    const struct cell state = words_state(json_text(s->model, "status"));
    s->writer->heading(s->writer, 1, sections_title(s->arena, s->model), &state);
    say(s, ACCENT_DIM,
        arena_printf(s->arena, "Evidence report, as of %s. All times are UTC.",
                     words_time(s->arena, json_text(s->model, "as_of"))));
    const struct fact facts[] = {
        {"Person", plain(clean(s, user, "display_name"))},
        {"Address", plain(clean(s, user, "user_principal_name"))},
        {"Object id", code(clean(s, user, "id"))},
        {"Tenant", plain(tenant_words(s, tenant))},
        {"Tenant id", code(clean(s, tenant, "id"))},
        {"Reference", plain(clean(s, request, "reference"))},
        {"Reason", plain(clean(s, request, "reason"))},
        {"Asked for by", plain(clean(s, request, "requested_by"))},
        {"Asked for at", time_cell(s, request, "created_at")},
        {"To be done", plain(schedule_of(s, request))},
        {"Approved", plain(approval_words(s))},
        {"Started", time_cell(s, s->model, "started_at")},
        {"Locked out", plain(lockout_words(s))},
        {"Ended", plain(ended_words(s))},
        {"Tasks", plain(counts(s))},
        {"Offboarding id", code(clean(s, s->model, "id"))},
    };
    FACTS(s, facts);
}

/* --- what is left to do ----------------------------------------------------------------------------------
 */

static void failures(const struct section *s, const json_t *tasks)
{
    size_t i;
    json_t *task;
    bool any = false;
    json_array_foreach ((json_t *)tasks, i, task) {
        bool failed = is(task, "status", "failed"), blocked = is(task, "status", "blocked");
        if (!failed && !blocked)
            continue;
        if (!any)
            heading(s, 2, "What failed");
        any = true;
        enum task_id blocker = task_by_name(json_text(task, "reason"));
        const char *why = blocked && blocker < TASK_COUNT
                              ? arena_printf(s->arena, "not started, because \"%s\" did not end well",
                                             task_info(blocker)->label)
                              : section_error(s, task);
        say(s, ACCENT_BAD, arena_printf(s->arena, "%s: %s", clean(s, task, "label"), why ? why : "failed"));
    }
}

static void commands(const struct section *s)
{
    const json_t *list = json_array_at(s->model, "on_premises");
    size_t i;
    json_t *entry;
    if (!json_array_size(list))
        return;
    heading(s, 2, "To be done in Active Directory");
    say(s, ACCENT_WARN,
        "The cloud does not accept these changes. Run the commands where Active Directory is managed.");
    json_array_foreach ((json_t *)list, i, entry) {
        say(s, ACCENT_NONE,
            arena_printf(s->arena, "%s: %s", clean(s, entry, "label"), clean(s, entry, "message")));
        s->writer->command(s->writer, clean(s, entry, "command"));
    }
}

/* --- at a glance -----------------------------------------------------------------------------------------
 */

static void glance(const struct section *s)
{
    const json_t *tasks = json_array_at(s->model, "tasks");
    heading(s, 2, "What was done");
    section_results(s, "Every task and its result", "do", tasks);
}

/* --- what was asked for ----------------------------------------------------------------------------------
 */

static const char *parameters(const struct section *s, enum task_id task, const json_t *params)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(64 * 1024);
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)params, key, value) {
        const struct param *param = task < TASK_COUNT ? task_param(task, key) : NULL;
        strbuf_printf(&text, "%s%s: %s", text.length ? "\n" : "", param ? param->label : key,
                      words_value(s->arena, value, NULL));
    }
    return text.length ? words_clean(s->arena, strbuf_text(&text), 2 * WORDS_MAX_BYTES) : NULL;
}

static const char *labels(const struct section *s, const json_t *names)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(8192);
    size_t i;
    json_t *name;
    json_array_foreach ((json_t *)names, i, name) {
        enum task_id task = task_by_name(json_string_value(name));
        strbuf_printf(&text, "%s%s", i ? ", " : "",
                      task < TASK_COUNT ? task_info(task)->label : json_string_value(name));
    }
    /* Deleting comes after everything else: naming it all says less than that. */
    return i > 8 ? "all others" : text.length ? arena_text(s->arena, strbuf_text(&text)) : "nothing: at once";
}

static void plan(const struct section *s)
{
    static const struct column columns[] = {{"#", 5}, {"Task", 28}, {"Runs after", 30}, {"As asked for", 37}};
    const json_t *request = json_object_at(s->model, "request");
    size_t i;
    json_t *entry;
    heading(s, 2, "The plan");
    say(s, ACCENT_NONE,
        "What does not wait for another task runs at the same time as the rest. Each task looks first, "
        "changes only "
        "what is not so yet, and reads the result back.");
    TABLE(s, "Tasks in the order of the plan", columns);
    json_array_foreach ((json_t *)json_array_at(request, "plan"), i, entry) {
        enum task_id task = task_by_name(json_text(entry, "task"));
        const json_t *params =
            json_object_at(json_object_at(request, "options"), json_text_or(entry, "task", ""));
        const struct cell cells[] = {
            dim(arena_printf(s->arena, "%zu", i + 1)), plain(clean(s, entry, "label")),
            dim(labels(s, json_array_at(entry, "after"))), plain(parameters(s, task, params))};
        row(s, cells);
    }
    end_table(s);
}

static const char *settled(const struct section *s, const json_t *warning)
{
    const json_t *accepted = json_object_get(warning, "accepted"),
                 *lifted = json_object_get(warning, "lifted");
    if (json_is_object(lifted))
        return arena_printf(s->arena, "Lifted by %s at %s: %s", clean(s, lifted, "by"),
                            words_time(s->arena, json_text(lifted, "at")), clean(s, lifted, "reason"));
    if (json_is_object(accepted))
        return arena_printf(s->arena, "Accepted by %s at %s", clean(s, accepted, "by"),
                            words_time(s->arena, json_text(accepted, "at")));
    const char *found = words_time(s->arena, json_text(warning, "found_at"));
    if (found)
        return arena_printf(s->arena, "Found at the start, %s", found);
    return is(warning, "severity", "blocker") ? "Not lifted" : "For information";
}

static void warnings(const struct section *s)
{
    static const struct column columns[] = {{"Kind", 12}, {"Warning", 50}, {"What became of it", 38}};
    const json_t *list = json_array_at(s->model, "warnings");
    size_t i;
    json_t *warning;
    heading(s, 2, "Warnings before the start");
    if (!json_array_size(list)) {
        say(s, ACCENT_NONE, "There were none.");
        return;
    }
    TABLE(s, "Warnings, and who accepted or lifted them", columns);
    json_array_foreach ((json_t *)list, i, warning) {
        const char *severity = json_text_or(warning, "severity", "");
        enum accent accent = strcmp(severity, "blocker") == 0 ? ACCENT_BAD
                             : strcmp(severity, "warn") == 0  ? ACCENT_WARN
                                                              : ACCENT_DIM;
        const char *kind = strcmp(severity, "warn") == 0   ? "warning"
                           : strcmp(severity, "info") == 0 ? "note"
                                                           : severity;
        const struct cell cells[] = {{words_clean(s->arena, kind, 40), accent, false},
                                     plain(clean(s, warning, "message")),
                                     plain(settled(s, warning))};
        row(s, cells);
    }
    end_table(s);
}

/* --- what lasts, who did what ----------------------------------------------------------------------
 */

static void lasting(const struct section *s)
{
    static const struct column columns[] = {{"Task", 40}, {"Why", 60}};
    const json_t *list = json_array_at(s->model, "lasting");
    size_t i;
    json_t *entry;
    heading(s, 2, "What cannot be undone");
    if (!json_array_size(list)) {
        say(s, ACCENT_NONE, "Everything that was changed can be undone.");
        return;
    }
    TABLE(s, "Changes that last", columns);
    json_array_foreach ((json_t *)list, i, entry) {
        const struct cell cells[] = {plain(clean(s, entry, "label")), plain(clean(s, entry, "why"))};
        row(s, cells);
    }
    end_table(s);
}

static const char *asked_words(const char *asked)
{
    static const char *const words[][2] = {{"undo", "Undo asked for"},
                                           {"retry", "Another try asked for"},
                                           {"approve", "Approved"},
                                           {"reschedule", "Moved to another time"},
                                           {"run_now", "Started ahead of its time"}};
    for (size_t i = 0; i < COUNT(words); i++) {
        if (strcmp(words[i][0], asked) == 0)
            return words[i][1];
    }
    return "Changed";
}

/* The one-time link to a password: who made it, from where it was used, who ended it. */
static const char *link_words(const struct section *s, const json_t *data)
{
    const char *by = clean(s, data, "by"), *client = clean(s, data, "client");
    return arena_printf(s->arena, "Password: %s%s%s%s%s",
                        words_name(s->arena, json_text_or(data, "what", "link")), by ? " by " : "",
                        by ? by : "", client ? " from " : "", client ? client : "");
}

static const char *event_words(const struct section *s, const json_t *event)
{
    const json_t *data = json_object_at(event, "data");
    const char *by = clean(s, data, "by"), *asked = json_text(data, "requested");
    if (is(event, "kind", "request"))
        return arena_printf(s->arena, "Asked for by %s",
                            clean(s, json_object_at(s->model, "request"), "requested_by"));
    if (is(event, "kind", "secret"))
        return link_words(s, data);
    if (!is(event, "kind", "offboarding"))
        return NULL;
    if (asked)
        return arena_printf(s->arena, "%s by %s", asked_words(asked), by ? by : "somebody");
    if (json_flag(data, "cancel_requested"))
        return arena_printf(s->arena, "Cancelled by %s", by ? by : "somebody");
    if (json_text(data, "locked_out_at"))
        return "The account is locked out";
    return arena_printf(s->arena, "Status: %s", words_state(json_text(data, "status")).text);
}

static void history(const struct section *s)
{
    static const struct column columns[] = {{"When", 25}, {"Event no.", 12}, {"What", 63}};
    size_t i;
    json_t *event;
    heading(s, 2, "Who did what, and when");
    TABLE(s, "The course of the offboarding", columns);
    json_array_foreach ((json_t *)json_array_at(json_object_at(s->model, "journal"), "events"), i, event) {
        const char *words = event_words(s, event);
        char at[TIME_TEXT_SIZE];
        if (!words)
            continue;
        const struct cell cells[] = {plain(words_time(s->arena, time_format(json_int(event, "at", 0), at))),
                                     dim(arena_printf(s->arena, "%" PRId64, json_int(event, "seq", 0))),
                                     plain(words)};
        row(s, cells);
    }
    end_table(s);
}

/* --- the record ------------------------------------------------------------------------------------------
 */

static void record(const struct section *s)
{
    const struct signed_report *own = s->signed_report;
    const json_t *journal = json_object_at(s->model, "journal"), *end = json_object_at(journal, "end");
    const json_t *findings = json_array_at(journal, "findings");
    size_t i;
    json_t *finding;
    heading(s, 2, "Record and signature");
    if (json_array_size(findings)) {
        say(s, ACCENT_BAD, "The journal of this offboarding is not as it was written:");
        json_array_foreach ((json_t *)findings, i, finding)
            say(s, ACCENT_BAD, clean(s, finding, "message"));
    } else {
        say(s, ACCENT_GOOD,
            "The journal is whole: each event covers the one before it, and nothing is missing.");
    }
    const struct fact facts[] = {
        {"Events", plain(arena_printf(s->arena, "%" PRId64, json_int(end, "seq", 0)))},
        {"Last event's hash", code(clean(s, end, "hash"))},
        {"Made by", plain(clean(s, s->model, "made_by"))},
        {"SHA-256 of the JSON report", code(own->sha256)},
        {"Signature (Ed25519)", code(own->signature)},
        {"Public key", code(own->public_key)},
        {"Key id", code(own->key_id)},
    };
    FACTS(s, facts);
    say(s, ACCENT_DIM,
        "lastday report --verify FILE says whether a file is as it was issued. The keys of the server are at "
        "/api/v1/report-keys; compare the key id, or give them with --key.");
}

void sections_write(const struct signed_report *report, struct writer *writer)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct section s = {report, report->model, writer, arena};
    const json_t *tasks = json_array_at(s.model, "tasks");
    summary(&s);
    failures(&s, tasks);
    commands(&s);
    glance(&s);
    warnings(&s);
    plan(&s);
    lasting(&s);
    section_each_task(&s, "Task by task", "do", tasks);
    section_undo(&s);
    section_reads(&s);
    history(&s);
    record(&s);
}
