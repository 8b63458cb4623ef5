/* remove_mobile_devices — no mobile device partnership is left. Names and ids are kept as evidence; nothing
 * on the device is wiped (contract/exchange.md, Mobile devices). */
#include "task/calls.h"
#include "task/items.h"

/* The Guid: an Identity holds signs that not every reader takes. */
static const char *id_of(const json_t *device)
{
    return json_text_or(device, "Guid", json_text_or(device, "Identity", ""));
}

static const char *name_of(const json_t *device)
{
    const char *name = json_text(device, "FriendlyName");
    return name && *name ? name : json_text_or(device, "DeviceModel", json_text_or(device, "DeviceType", ""));
}

static bool is_gone(const struct work *work, const json_t *facts, const json_t *item)
{
    size_t i;
    json_t *device;
    (void)work;
    json_array_foreach ((json_t *)json_array_at(facts, "devices"), i, device) {
        if (text_equal_nocase(id_of(device), json_text_or(item, "id", "")))
            return false;
    }
    return true;
}

static enum observed observe(struct work *work, const json_t *facts)
{
    const json_t *devices = json_array_at(facts, "devices");
    size_t i;
    json_t *device;
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    work_before(work, json_make("{s:O}", "devices", devices));
    json_array_foreach ((json_t *)devices, i, device) {
        json_t *item = work_item(work, id_of(device), name_of(device), "mobile_device");
        json_put_text(item, "device_id", json_text(device, "DeviceId"));
    }
    work_after(work, json_make("{s:O}", "devices", devices));
    return items_settle(work, facts, is_gone) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item)
        calls_exchange(calls, work, item, "Remove-MobileDevice",
                       json_make("{s:s, s:b}", "Identity", json_text_or(item, "id", ""), "Confirm", 0));
}

static bool already_so(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND;
}

const struct task_type task_remove_mobile_devices = {
    .facts = FACT(MAILBOX) | FACT(DEVICES),
    .proof = FACT(DEVICES),
    .forward = {.observe = observe, .act = act, .already_so = already_so}};
