/* convert_to_shared — RecipientTypeDetails reads back as SharedMailbox; Exchange takes seconds to hours for
 * it. */
#include <string.h>

#include "task/facts.h"
#include "task/task.h"

static json_t *evidence(const json_t *mailbox)
{
    json_t *object = json_object();
    return json_put_text(object, "RecipientTypeDetails", json_text(mailbox, "RecipientTypeDetails"));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    const json_t *mailbox = json_object_at(facts, "mailbox");
    if (!work_has_mailbox(work, facts))
        return OBSERVED_SKIP;
    if (!work->row->before)
        work->row->before = evidence(mailbox);
    if (strcmp(json_text_or(mailbox, "RecipientTypeDetails", ""), "SharedMailbox") != 0)
        return OBSERVED_NEEDED;
    json_decref(work->row->after);
    work->row->after = evidence(mailbox);
    return OBSERVED_DONE;
}

static void contribute(struct work *work, const json_t *facts, json_t *params)
{
    (void)work;
    (void)facts;
    json_put_text(params, "Type", "Shared");
}

const struct task_type task_convert_to_shared = {.facts = FACT_MAILBOX,
                                                 .observe = observe,
                                                 .contribute = contribute,
                                                 .patience_ms = (int64_t)24 * 60 * 60 * 1000};
