/* Changing what is planned: another time, now, or after a person has looked at it. */
#include <string.h>

#include "journal/notices.h"
#include "journal/offboardings.h"

static bool refuse(const struct offboarding *o, const char *words, struct err *err)
{
    return err_code(err, ERR_CONFLICT, "not_possible_now", "This offboarding is %s: %s.",
                    run_status_name(o->status), words);
}

static bool load(struct tx *tx, struct arena *arena, const char *id, struct offboarding *ret, struct err *err)
{
    *ret = (struct offboarding){0};
    return offboarding_load(tx, arena, id, ret, err);
}

/* Moves it, unless it is there already, and sets when it is due. */
static bool become(struct tx *tx, const struct offboarding *o, enum run_status to, int64_t due_at,
                   int64_t now, struct err *err)
{
    return (o->status == to || offboarding_move(tx, o->id, NO_EPOCH, to, now, due_at, err)) &&
           tx_exec(tx, err, "UPDATE offboardings SET due_at = $2, version = version + 1 WHERE id = $1",
                   P_TEXT(o->id), P_INT(due_at));
}

bool offboarding_reschedule(struct tx *tx, const char *id, const json_t *schedule, int64_t at,
                            int64_t remind_at, const char *by, int64_t now, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO(offboarding_done) struct offboarding o;
    char when[TIME_TEXT_SIZE];
    if (!load(tx, arena, id, &o, err))
        return false;
    bool waits = o.status == RUN_AWAITING_APPROVAL;
    bool may = waits || o.status == RUN_PLANNED || o.status == RUN_NEEDS_ATTENTION || o.status == RUN_QUEUED;
    if (!may || o.started_at)
        return refuse(&o, "only one that has not started can be given another time", err);
    AUTO_FREE char *text = json_write(schedule);
    return become(tx, &o, waits ? RUN_AWAITING_APPROVAL : RUN_PLANNED, at, now, err) &&
           tx_exec(
               tx, err,
               "UPDATE offboardings SET schedule_json = $2, scheduled_at = $3, remind_at = $4 WHERE id = $1",
               P_TEXT(id), P_TEXT(text), P_INT(at), remind_at ? P_INT(remind_at) : P_NULL) &&
           (waits || notice_append(tx, id, "planned", at, now, err)) &&
           offboarding_tell(tx, &o, "reschedule", by,
                            json_make("{s:s}", "scheduled_at", time_format(at, when)), now, err);
}

bool offboarding_run_now(struct tx *tx, const char *id, const char *by, int64_t now, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO(offboarding_done) struct offboarding o;
    if (!load(tx, arena, id, &o, err))
        return false;
    if (o.status == RUN_AWAITING_APPROVAL)
        return refuse(&o, "somebody else has to approve it first", err);
    if (o.status != RUN_PLANNED)
        return refuse(&o, "only a planned one can be started early", err);
    return become(tx, &o, RUN_QUEUED, now, now, err) &&
           offboarding_tell(tx, &o, "run_now", by, NULL, now, err);
}

/* What stood in the way is lifted for good, with the name and the reason. */
static bool lift(struct tx *tx, const struct offboarding *o, const char *by, const char *reason,
                 struct err *err)
{
    json_t *context = json_is_object(o->context) ? json_incref(o->context) : json_object();
    json_t *codes = json_copy((json_t *)json_array_at(context, "lifted")), *warning;
    size_t i;
    json_array_foreach (o->warnings, i, warning) {
        if (strcmp(json_text_or(warning, "severity", ""), "blocker") != 0 ||
            json_object_get(warning, "override"))
            continue;
        json_put(warning, "override", json_make("{s:s, s:s}", "by", by, "reason", reason));
        json_add(codes, json_text_new(json_text(warning, "code")));
    }
    json_put(context, "lifted", codes);
    AUTO_FREE char *context_text = json_write(context);
    AUTO_FREE char *warnings_text = json_write(o->warnings);
    json_decref(context);
    return tx_exec(tx, err,
                   "UPDATE offboardings SET context_json = $2, warnings_json = $3, crashes = 0 WHERE id = $1",
                   P_TEXT(o->id), P_TEXT(context_text), P_TEXT(warnings_text));
}

bool offboarding_approve(struct tx *tx, const char *id, const char *by, const char *reason, int64_t now,
                         struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO(offboarding_done) struct offboarding o;
    if (!load(tx, arena, id, &o, err))
        return false;
    bool waits = o.status == RUN_AWAITING_APPROVAL;
    if (!waits && o.status != RUN_NEEDS_ATTENTION)
        return refuse(&o, "nobody has to approve it", err);
    if (waits && strcmp(o.requested_by, by) == 0)
        return err_code(err, ERR_FORBIDDEN, "second_person",
                        "You asked for this offboarding: somebody else has to approve it.");
    bool later = waits && o.scheduled_at > now;
    return (waits || lift(tx, &o, by, reason, err)) &&
           become(tx, &o,
                  later                           ? RUN_PLANNED
                  : o.direction == DIRECTION_UNDO ? RUN_UNDOING
                                                  : RUN_QUEUED,
                  later                     ? o.scheduled_at
                  : waits && o.due_at > now ? o.due_at
                                            : now,
                  now, err) &&
           offboarding_tell(tx, &o, "approve", by, json_make("{s:s}", "reason", reason), now, err);
}

bool offboarding_hold(struct tx *tx, const char *id, int64_t epoch, const json_t *warnings, const char *words,
                      int64_t now, struct err *err)
{
    AUTO_FREE char *text = json_write(warnings);
    size_t i;
    json_t *warning;
    bool good = offboarding_move(tx, id, epoch, RUN_NEEDS_ATTENTION, now, now, err) &&
                tx_exec(tx, err,
                        "UPDATE offboardings SET warnings_json = $2, started_at = CASE WHEN EXISTS (SELECT 1 "
                        "FROM tasks t WHERE t.offboarding_id = offboardings.id AND t.attempts > 0) THEN "
                        "started_at ELSE NULL END WHERE id = $1",
                        P_TEXT(id), P_TEXT(text));
    json_array_foreach ((json_t *)warnings, i, warning) {
        if (good && strcmp(json_text_or(warning, "severity", ""), "blocker") == 0)
            good = journal_append(tx, id, now, EVENT_WARNING, json_text(warning, "task"),
                                  json_incref(warning), err);
    }
    return good &&
           journal_append(tx, id, now, EVENT_OFFBOARDING, NULL,
                          json_make("{s:s, s:s, s:o}", "id", id, "status",
                                    run_status_name(RUN_NEEDS_ATTENTION), "message", json_text_new(words)),
                          err);
}

bool offboarding_started(struct tx *tx, const char *id, int64_t epoch, const struct offboarding_start *start,
                         int64_t now, struct err *err)
{
    bool cancelled;
    AUTO_FREE char *warnings = json_write(start->warnings);
    AUTO_FREE char *context = json_write(start->context);
    /* The renewal proves the claim. */
    if (!offboarding_renew(tx, id, epoch, start->mono, start->lease_ms, &cancelled, err) ||
        !tx_exec(tx, err,
                 "UPDATE offboardings SET warnings_json = $2, context_json = $3, user_principal_name = $4, "
                 "display_name = $5, version = version + 1 WHERE id = $1",
                 P_TEXT(id), P_TEXT(warnings), P_TEXT(context), P_TEXT(start->user_principal_name),
                 P_TEXT(start->display_name)))
        return false;
    size_t i;
    json_t *warning;
    bool good = true;
    json_array_foreach ((json_t *)start->added, i, warning)
        good = good && journal_append(tx, id, now, EVENT_WARNING, json_text(warning, "task"),
                                      json_incref(warning), err);
    return good;
}
