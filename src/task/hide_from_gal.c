/* hide_from_gal — HiddenFromAddressListsEnabled is true. */
#include "task/facts.h"
#include "task/task.h"

static enum observed observe(struct work *work, const json_t *facts)
{
    const json_t *mailbox = json_object_at(facts, "mailbox");
    bool hidden = json_flag(mailbox, "HiddenFromAddressListsEnabled");
    if (!work_has_mailbox(work, facts))
        return OBSERVED_SKIP;
    if (!work->row->before)
        work->row->before = json_make("{s:b}", "HiddenFromAddressListsEnabled", hidden);
    if (!hidden)
        return OBSERVED_NEEDED;
    json_decref(work->row->after);
    work->row->after = json_make("{s:b}", "HiddenFromAddressListsEnabled", 1);
    return OBSERVED_DONE;
}

static void contribute(struct work *work, const json_t *facts, json_t *params)
{
    (void)work;
    (void)facts;
    json_put(params, "HiddenFromAddressListsEnabled", json_true());
}

const struct task_type task_hide_from_gal = {
    .facts = FACT_MAILBOX, .observe = observe, .contribute = contribute};
