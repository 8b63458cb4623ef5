#include "api/people.h"

#include <stdatomic.h>
#include <string.h>

#include "api/problem.h"
#include "base/thread.h"
#include "journal/offboardings.h"
#include "plan/options.h"
#include "task/elsewhere.h"
#include "task/judge.h"

enum { READERS_MAX = 8, READ_PATIENCE_MS = 5000, ELSEWHERE_MAX = 60 };

json_t *people_find(struct call *call, const char *tenant_id, const char *id_or_upn, struct err *err)
{
    json_t *user = directory_user(call->api->context.directory, tenant_id, id_or_upn, err);
    if (!user && err->kind == ERR_NOT_FOUND)
        err_code(err, ERR_NOT_FOUND, "unknown_user",
                 "There is no user %.120s in this tenant; use an object id or a user principal name.",
                 id_or_upn);
    return user;
}

void leaver_done(struct leaver *leaver)
{
    json_decref(leaver->user);
    json_decref(leaver->facts);
    json_decref(leaver->warnings);
    json_decref(leaver->elsewhere);
    leaver->user = leaver->facts = leaver->warnings = leaver->elsewhere = NULL;
}

/* --- reading ------------------------------------------------------------------------------------------- */

struct readers {
    struct leaving *leaving;
    _Atomic size_t next;
};

static json_t *user_row(const json_t *user)
{
    json_t *row = json_object();
    json_put_text(row, "id", json_text(user, "id"));
    json_put_text(row, "user_principal_name", json_text(user, "userPrincipalName"));
    return json_put_text(row, "display_name", json_text(user, "displayName"));
}

static bool no_such_user(struct leaver *leaver)
{
    return err_code(&leaver->err, ERR_NOT_FOUND, "unknown_user",
                    "There is no user %.120s in this tenant; use an object id or a user principal name.",
                    leaver->reference);
}

/* An object id needs no looking up first: the facts show whether there is such a user. */
static const char *object_id(const struct leaving *leaving, struct leaver *leaver)
{
    if (text_is_uuid(leaver->reference))
        return leaver->reference;
    leaver->user = people_find(leaving->call, leaving->tenant->id, leaver->reference, &leaver->err);
    return json_text(leaver->user, "id");
}

/* What could not be read because it is refused is a warning; what is down stops the request. */
static bool check_unread(struct leaver *leaver)
{
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        bool unread = json_object_get(json_object_at(leaver->facts, "unread"), fact_name((enum fact)fact));
        if (unread && facts_missing(leaver->facts, (fact_set)1 << fact, &leaver->err) &&
            leaver->err.kind != ERR_REFUSED)
            return false;
    }
    return true;
}

/* A plan shows so many of a kind; asking about thousands would let its reader wait for minutes. The run asks
 * about all. */
static void shorten(json_t *elsewhere, const char *key)
{
    json_t *places = json_object_get(elsewhere, key), *index = json_object_get(elsewhere, "index");
    size_t count = json_array_size(places), more = count > ELSEWHERE_MAX ? count - ELSEWHERE_MAX : 0;
    if (more)
        json_put(index, "unshown", json_integer(json_int(index, "unshown", 0) + (json_int_t)more));
    for (; more; more--)
        json_array_remove(places, json_array_size(places) - 1);
}

/* Where the permission index has seen the user. Who looks at a plan may soon ask for it: an index that is not
 * there yet is made first. */
static bool read_elsewhere(const struct leaving *leaving, struct leaver *leaver, const char *id)
{
    const struct api_context *context = &leaving->call->api->context;
    const struct elsewhere about = {.tenant_id = leaving->tenant->id,
                                    .user_id = id,
                                    .user_principal_name = json_text(leaver->user, "user_principal_name"),
                                    .display_name = json_text(leaver->user, "display_name"),
                                    .indexed = context->indexed};
    int64_t now = clock_utc_ms(context->clock);
    if (!(facts_of_tasks(leaving->options) & FACTS_INDEXED))
        return true;
    {
        AUTO_TX struct tx *tx = store_begin_read(context->store, &leaver->err);
        if (!tx)
            return false;
        leaver->elsewhere = elsewhere_read(tx, &about, now, &leaver->err);
    }
    if (!leaver->elsewhere)
        return false;
    shorten(leaver->elsewhere, "mailboxes");
    shorten(leaver->elsewhere, "calendars");
    AUTO_TX struct tx *tx = store_begin(context->store, &leaver->err);
    return tx && elsewhere_want(tx, &about, leaver->elsewhere, now, &leaver->err) &&
           tx_commit(&tx, &leaver->err);
}

/* Good enough for a plan; a run that is handed these facts reads the whole. */
static void forget_times(json_t *facts)
{
    json_t *read_at = json_object_get(facts, "read_at");
    json_object_del(read_at, fact_name(FACT_NUMBER_ACCESS_ELSEWHERE));
    json_object_del(read_at, fact_name(FACT_NUMBER_CALENDARS_ELSEWHERE));
}

static void read_one(const struct leaving *leaving, struct leaver *leaver)
{
    const struct m365_target target = {.tenant_id = leaving->tenant->id, .patience_ms = READ_PATIENCE_MS};
    const char *id = object_id(leaving, leaver);
    if (!id || !read_elsewhere(leaving, leaver, id))
        return;
    const struct facts_request request = {.m365 = leaving->call->api->context.m365,
                                          .target = &target,
                                          .user_id = id,
                                          .options = leaving->options,
                                          .elsewhere = leaver->elsewhere,
                                          .wanted = facts_of_plan(leaving->options)};
    leaver->facts = facts_read(&request, &leaver->err);
    if (!leaver->facts)
        return;
    if (json_object_get(json_object_at(leaver->elsewhere, "index"), "unshown"))
        forget_times(leaver->facts);
    const json_t *user = json_object_get(leaver->facts, fact_name(FACT_NUMBER_USER));
    bool good = json_is_null(user) ? no_such_user(leaver) : check_unread(leaver);
    if (good && json_is_object(user)) {
        json_decref(leaver->user);
        leaver->user = user_row(user);
    }
    if (!good) {
        json_decref(leaver->facts);
        leaver->facts = NULL;
    }
}

static void *read_some(void *arg)
{
    struct readers *readers = arg;
    for (size_t i; (i = readers->next++) < readers->leaving->count;)
        read_one(readers->leaving, &readers->leaving->leavers[i]);
    return NULL;
}

static bool note_unknown(struct leaving *leaving, struct err *err)
{
    struct input *input = &leaving->call->input;
    for (size_t i = 0; i < leaving->count; i++) {
        const struct leaver *leaver = &leaving->leavers[i];
        if (leaver->facts)
            continue;
        if (leaver->err.kind != ERR_NOT_FOUND) {
            *err = leaver->err;
            return false;
        }
        input_bad(input, leaver->pointer, "unknown_user", "%s", leaver->err.message);
    }
    return true;
}

bool leaving_read(struct leaving *leaving, struct err *err)
{
    struct readers readers = {.leaving = leaving};
    pthread_t threads[READERS_MAX];
    size_t count = leaving->count < READERS_MAX ? leaving->count : READERS_MAX;
    for (size_t i = 1; i < count; i++) /* this thread is the first reader */
        threads[i] = thread_start("preflight", read_some, &readers);
    read_some(&readers);
    for (size_t i = 1; i < count; i++)
        pthread_join(threads[i], NULL);
    return note_unknown(leaving, err);
}

/* --- judging ------------------------------------------------------------------------------------------- */

struct persons {
    const struct leaving *leaving;
    const struct leaver *leaver;
};

static bool gives_to(enum task_id task)
{
    return task != TASK_forward_email;
}

static bool already_noted(const struct input *input, const char *pointer, const char *code)
{
    for (size_t i = 0; i < json_array_size(input->errors); i++) {
        const json_t *entry = json_array_get(input->errors, i);
        if (strcmp(json_text_or(entry, "pointer", ""), pointer) == 0 &&
            strcmp(json_text_or(entry, "code", ""), code) == 0)
            return true;
    }
    return false;
}

static void judge_person(void *arg, const char *reference, enum task_id task, const char *pointer)
{
    const struct persons *persons = arg;
    const struct leaver *leaver = persons->leaver;
    struct input *input = &persons->leaving->call->input;
    const char *name = json_text_or(leaver->user, "display_name", "This user");
    const char *label = task_info(task)->label;
    const json_t *person = facts_person(leaver->facts, reference);

    if (!person && strcmp(reference, "manager") == 0)
        input_bad(input, pointer, "no_manager", "%s: %s has no manager. Name a person instead.", label, name);
    else if (!person && already_noted(input, pointer, "unknown_user"))
        return; /* once is enough, however many leave */
    else if (!person)
        input_bad(input, pointer, "unknown_user",
                  "%s: there is no user %.120s in this tenant; use an object id or a user principal name.",
                  label, reference);
    else if (text_equal_nocase(json_text(person, "id"), json_text(leaver->user, "id")))
        input_bad(input, pointer, gives_to(task) ? "own_mailbox" : "forward_to_self",
                  gives_to(task) ? "%s: %s cannot be given access to their own mailbox. Name somebody else."
                                 : "%s: %s cannot forward to their own mailbox. Name somebody else.",
                  label, name);
}

static json_t *others_of(const struct leaving *leaving, const struct leaver *leaver)
{
    json_t *ids = json_array();
    for (size_t i = 0; i < leaving->count; i++)
        if (&leaving->leavers[i] != leaver)
            json_add(ids, json_text_new(json_text(leaving->leavers[i].user, "id")));
    return ids;
}

static bool judge_one(struct tx *tx, const struct leaving *leaving, struct leaver *leaver, struct err *err)
{
    struct persons persons = {leaving, leaver};
    if (!offboarding_open_of(tx, leaving->call->arena, leaving->tenant->id, json_text(leaver->user, "id"),
                             &leaver->open_offboarding, err))
        return false;
    AUTO_JSON json_t *others = others_of(leaving, leaver);
    const struct judging judging = {.tenant = leaving->tenant,
                                    .options = leaving->options,
                                    .facts = leaver->facts,
                                    .technician = leaving->call->who.name,
                                    .also_leaving = others,
                                    .already_open = leaver->open_offboarding != NULL,
                                    .now = clock_utc_ms(leaving->call->api->context.clock)};
    options_each_person(leaving->options, judge_person, &persons);
    leaver->warnings = judge_user(tx, &judging, err);
    return leaver->warnings != NULL;
}

bool leaving_judge(struct leaving *leaving, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(leaving->call->api->context.store, err);
    if (!tx)
        return false;
    for (size_t i = 0; i < leaving->count; i++)
        if (leaving->leavers[i].facts && !judge_one(tx, leaving, &leaving->leavers[i], err))
            return false;
    return true;
}

/* --- what the plan rests on ------------------------------------------------------------------------------
 */

json_t *leaver_context(const struct leaver *leaver)
{
    json_t *people = json_object(), *person;
    const char *reference;
    json_object_foreach ((json_t *)json_object_at(leaver->facts, "people"), reference, person) {
        /* The manager is worked out again when it runs. */
        if (json_text(person, "id") && strcmp(reference, "manager") != 0)
            json_put_text(people, reference, json_text(person, "id"));
    }
    json_t *context =
        json_make("{s:o, s:b}", "people", people, "federated", judge_is_federated(leaver->facts));
    return json_put_text(context, "created_at",
                         json_text(json_object_at(leaver->facts, "user"), "createdDateTime"));
}
