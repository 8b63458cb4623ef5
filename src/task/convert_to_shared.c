/* convert_to_shared — RecipientTypeDetails reads back as SharedMailbox; Exchange takes seconds to hours for
 * it. */
#include <string.h>

#include "task/calls.h"
#include "task/on_premises.h"

static enum observed look(struct work *work, const json_t *facts, const char *wanted)
{
    static const char *const names[] = {"RecipientTypeDetails", NULL};
    const json_t *mailbox = facts_mailbox(facts);
    if (!mailbox)
        return work_no_mailbox(work);
    work_before(work, evidence_of(mailbox, names));
    work_after(work, evidence_of(mailbox, names));
    return strcmp(json_text_or(mailbox, "RecipientTypeDetails", ""), wanted) == 0 ? OBSERVED_DONE
                                                                                  : OBSERVED_NEEDED;
}

static enum observed observe(struct work *work, const json_t *facts)
{
    enum observed observed = look(work, facts, "SharedMailbox");
    /* The cloud converts it, but the directory on the premises still says user mailbox. */
    if (json_flag(facts_mailbox(facts), "IsDirSynced"))
        on_premises_warn(work, json_object_at(facts, "user"), NULL);
    return observed;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    calls_mailbox(calls, work, "Type", json_string("Shared"));
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    return look(work, facts, json_text_or(work_forward_before(work), "RecipientTypeDetails", "UserMailbox"));
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    static const struct {
        const char *details, *type;
    } types[] = {{"RoomMailbox", "Room"}, {"EquipmentMailbox", "Equipment"}};
    const char *was = json_text_or(work_forward_before(work), "RecipientTypeDetails", ""), *type = "Regular";
    (void)facts;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        type = strcmp(types[i].details, was) == 0 ? types[i].type : type;
    calls_mailbox(calls, work, "Type", json_string(type));
}

const struct task_type task_convert_to_shared = {.facts = FACT(USER) | FACT(MAILBOX) | FACT(SIZE),
                                                 .proof = FACT(MAILBOX),
                                                 .forward = {.observe = observe, .act = act},
                                                 .undo = {.observe = observe_undo, .act = act_undo},
                                                 .patience_ms = (int64_t)24 * 60 * 60 * 1000};
