/* POST /offboardings: judged as a whole, stored in one transaction, or refused with nothing done. */
#include <string.h>

#include "api/choice.h"
#include "api/offboarding_request.h"
#include "api/once.h"
#include "api/people.h"
#include "api/problem.h"
#include "api/visible.h"
#include "journal/offboardings.h"
#include "plan/plan.h"

/* --- blockers and warnings ----------------------------------------------------------------------------- */

static bool list_holds(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)) ?: "", text) == 0)
            return true;
    return false;
}

/* Two offboardings of one user at a time are impossible, whoever asks. */
static bool is_lifted(const struct request *request, const char *code)
{
    return strcmp(code, "already_open") != 0 && list_holds(request->override_codes, code);
}

static void note(struct call *call, const struct leaver *leaver, const json_t *warning)
{
    json_t *entry = json_object();
    json_put_text(entry, "pointer", leaver->pointer);
    json_put_text(entry, "code", json_text(warning, "code"));
    json_put_text(entry, "message", json_text(warning, "message"));
    if (leaver->open_offboarding && strcmp(json_text_or(warning, "code", ""), "already_open") == 0)
        json_put_text(entry, "offboarding", leaver->open_offboarding);
    json_add(input_errors(&call->input), entry);
}

static bool stands_in_the_way(const struct request *request, const json_t *warning, const char *severity)
{
    const char *code = json_text_or(warning, "code", "");
    if (strcmp(json_text_or(warning, "severity", ""), severity) != 0)
        return false;
    if (strcmp(severity, "blocker") == 0)
        return !is_lifted(request, code);
    return !list_holds(request->acknowledged, code) && !list_holds(request->acknowledged, "*");
}

/* Notes every warning of that severity that nobody lifted or acknowledged; how many there are. */
static size_t note_open_warnings(const struct leaving *leaving, const struct request *request,
                                 const char *severity)
{
    size_t count = 0;
    for (size_t i = 0; i < leaving->count; i++) {
        const struct leaver *leaver = &leaving->leavers[i];
        for (size_t w = 0; w < json_array_size(leaver->warnings); w++) {
            const json_t *warning = json_array_get(leaver->warnings, w);
            if (stands_in_the_way(request, warning, severity)) {
                note(leaving->call, leaver, warning);
                count++;
            }
        }
    }
    return count;
}

static const char *first_message(const struct call *call)
{
    return json_text_or(json_array_get(call->input.errors, 0), "message", "");
}

static bool check_warnings(const struct leaving *leaving, const struct request *request, struct err *err)
{
    if (note_open_warnings(leaving, request, "blocker") > 0)
        return err_code(err, ERR_CONFLICT, "blocked", "%s", first_message(leaving->call));
    size_t count = note_open_warnings(leaving, request, "warn");
    if (count > 0)
        return err_code(err, ERR_CONFLICT, "warnings_not_acknowledged",
                        "%zu %s to be acknowledged; the first: %s", count,
                        count == 1 ? "warning is" : "warnings are", first_message(leaving->call));
    return true;
}

/* --- storing ------------------------------------------------------------------------------------------- */

/* Lifted blockers say for ever who lifted them, and why. */
static json_t *stored_warnings(const struct leaving *leaving, const struct request *request,
                               const struct leaver *leaver)
{
    json_t *warnings = json_deep_copy(leaver->warnings);
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        json_t *warning = json_array_get(warnings, i);
        if (strcmp(json_text_or(warning, "severity", ""), "blocker") == 0)
            json_put(warning, "override",
                     json_make("{s:s, s:s}", "by", leaving->call->who.name, "reason",
                               request->override_reason ? request->override_reason : ""));
    }
    return warnings;
}

static bool note_request(struct tx *tx, const struct call *call, const struct offboarding *row,
                         struct err *err)
{
    AUTO_JSON json_t *details = json_make("{s:s, s:O}", "batch", row->batch, "options_from",
                                          json_object_get(row->context, "options_from"));
    json_put_time(details, "scheduled_at", row->scheduled_at);
    json_put_text(details, "reference", row->reference);
    const struct logbook_entry entry = {.what = LOGBOOK_OFFBOARDING_REQUESTED,
                                        .tenant_id = row->tenant_id,
                                        .object_id = row->id,
                                        .object = row->user_principal_name,
                                        .details = details};
    return call_note(call, tx, &entry, err);
}

/* What the request said about notifying, and who the manager is now: later the directory may not know any
 * more. */
static json_t *stored_notify(const struct request *request, const struct leaver *leaver)
{
    const json_t *manager = json_object_at(json_object_at(leaver->facts, "people"), "manager");
    json_t *notify = request->notify ? json_deep_copy(request->notify) : json_object();
    if (json_object_size(manager) > 0) {
        json_t *person = json_object();
        json_put_text(person, "display_name", json_text(manager, "displayName"));
        json_put_text(person, "mail", json_text(manager, "mail"));
        json_put_text(person, "user_principal_name", json_text(manager, "userPrincipalName"));
        json_put(notify, "manager", person);
    }
    return notify;
}

/* By mistake, many are chosen at once: then a second person looks first. */
static bool needs_second_person(const struct leaving *leaving)
{
    size_t most = leaving->call->api->context.approve_above;
    return most && leaving->count > most;
}

static bool store_one(struct tx *tx, const struct leaving *leaving, const struct request *request,
                      const struct leaver *leaver, const char *batch, json_t *accepted, struct err *err)
{
    const struct api_context *context = &leaving->call->api->context;
    char id[UUID_SIZE];
    AUTO_JSON json_t *plan = plan_make(leaving->options);
    AUTO_JSON json_t *warnings = stored_warnings(leaving, request, leaver);
    AUTO_JSON json_t *notify = stored_notify(request, leaver);
    AUTO_JSON json_t *plan_context = leaver_context(leaver);
    json_put(plan_context, "options_from", json_incref((json_t *)leaving->options_from));
    int64_t now = clock_utc_ms(context->clock);
    bool later = request->schedule != NULL;
    const struct offboarding row = {
        .id = uuid_v7(context->clock, context->rng, id),
        .batch = batch,
        .tenant_id = leaving->tenant->id,
        .user_id = json_text(leaver->user, "id"),
        .user_principal_name = json_text_or(leaver->user, "user_principal_name", leaver->reference),
        .display_name = json_text_or(leaver->user, "display_name", leaver->reference),
        .status = needs_second_person(leaving) ? RUN_AWAITING_APPROVAL
                  : later                      ? RUN_PLANNED
                                               : RUN_QUEUED,
        .options = (json_t *)leaving->options,
        .plan = plan,
        .notify = notify,
        .schedule = (json_t *)request->schedule,
        .reference = request->reference,
        .reason = request->reason,
        .requested_by = leaving->call->who.name,
        .created_at = now,
        .due_at = later ? request->scheduled_at : now,
        .scheduled_at = later ? request->scheduled_at : 0,
        .remind_at = request->remind_at,
        .warnings = warnings,
        .context = plan_context,
    };
    if (!offboarding_insert(tx, &row, err)) {
        if (err->kind == ERR_CONFLICT) { /* somebody was faster by a moment */
            input_bad(&leaving->call->input, leaver->pointer, err->code, "%s", err->message);
            snprintf(err->code, sizeof err->code, "blocked");
        }
        return false;
    }
    if (!note_request(tx, leaving->call, &row, err))
        return false;
    json_t *entry = json_object();
    json_put_text(entry, "id", id);
    json_put(entry, "user",
             json_make("{s:s, s:s, s:s}", "id", row.user_id, "user_principal_name", row.user_principal_name,
                       "display_name", row.display_name));
    json_put_text(entry, "status", run_status_name(row.status));
    json_put_time(entry, "scheduled_at", row.scheduled_at);
    json_put(entry, "warnings", json_incref(warnings));
    json_add(accepted, entry);
    return true;
}

static json_t *store_all(struct tx *tx, const struct leaving *leaving, const struct request *request,
                         struct err *err)
{
    const struct api_context *context = &leaving->call->api->context;
    char batch[UUID_SIZE];
    json_t *answer = call_keep(leaving->call, json_object());
    json_t *accepted = json_array();
    json_put_text(answer, "batch", uuid_v7(context->clock, context->rng, batch));
    json_put(answer, "offboardings", accepted);
    for (size_t i = 0; i < leaving->count; i++)
        if (!store_one(tx, leaving, request, &leaving->leavers[i], batch, accepted, err))
            return NULL;
    return answer;
}

static bool accept(const struct leaving *leaving, const struct request *request, struct err *err)
{
    struct call *call = leaving->call;
    const struct api_context *context = &call->api->context;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    /* the tenant may have been deleted while its users were looked at */
    json_t *answer =
        tx && tenant_hold(tx, leaving->tenant->id, err) ? store_all(tx, leaving, request, err) : NULL;
    if (!answer || !once_finish(call, tx, 202, answer, err) || !journal_commit(context->journal, &tx, err))
        return false;
    for (size_t i = 0; context->offer_facts && !request->schedule && i < leaving->count; i++)
        context->offer_facts(context->wake_ctx,
                             json_text(json_array_get(json_object_get(answer, "offboardings"), i), "id"),
                             leaving->leavers[i].facts);
    if (context->wake_engine)
        context->wake_engine(context->wake_ctx);
    if (leaving->count == 1)
        reply_header(
            &call->reply, "Location",
            arena_printf(call->arena, "/api/v1/offboardings/%s",
                         json_text(json_array_get(json_object_get(answer, "offboardings"), 0), "id")));
    return call_json(call, 202, answer);
}

/* --- the request --------------------------------------------------------------------------------------- */

static void note_twins(const struct leaving *leaving)
{
    for (size_t i = 0; i < leaving->count; i++)
        for (size_t j = 0; j < i; j++) {
            const char *id = json_text(leaving->leavers[i].user, "id");
            if (text_equal_nocase(id, json_text(leaving->leavers[j].user, "id"))) {
                input_bad(&leaving->call->input, leaving->leavers[i].pointer, "named_twice",
                          "This user is named twice; name everybody once.");
                break;
            }
        }
}

static bool judge(struct leaving *leaving, const struct request *request, struct err *err)
{
    if (!leaving_read(leaving, err))
        return false;
    note_twins(leaving);
    return leaving_judge(leaving, err) && input_verdict(&leaving->call->input, err) &&
           check_warnings(leaving, request, err);
}

/* A tenant that is not there is a wrong value of the body here. */
static bool find_tenant(struct call *call, struct tenant *ret, struct err *err)
{
    const char *name = json_text(call->body, "tenant");
    return !name || visible_tenant_at(call, name, "/tenant", ret, err);
}

bool offboardings_post(struct call *call, struct err *err)
{
    struct request request;
    AUTO_TENANT struct tenant tenant = {0};
    struct choice choice;
    request_read(call, &request);
    if (!find_tenant(call, &tenant, err) || !choice_read(call, tenant.id ? &tenant : NULL, &choice, err) ||
        !input_verdict(&call->input, err))
        return false;
    if (request.override_codes && !principal_may(&call->who, PERMISSION_APPROVE))
        return err_set(err, ERR_FORBIDDEN,
                       "The role %s may not lift blockers: ask an approver, or leave override out.",
                       call->who.role);

    struct leaving leaving = {call, &tenant, choice.options, choice.from, NULL, request.user_count};
    leaving.leavers = arena_alloc(call->arena, leaving.count, sizeof *leaving.leavers);
    for (size_t i = 0; i < leaving.count; i++)
        leaving.leavers[i] =
            (struct leaver){.reference = request.users[i], .pointer = pointer_at(call->arena, "/users", i)};
    bool done = judge(&leaving, &request, err) && accept(&leaving, &request, err);
    for (size_t i = 0; i < leaving.count; i++)
        leaver_done(&leaving.leavers[i]);
    return done;
}
