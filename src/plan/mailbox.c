#include "plan/mailbox.h"

#include <string.h>

bool mailbox_on_litigation_hold(const json_t *mailbox)
{
    return json_flag(mailbox, "LitigationHoldEnabled");
}

bool mailbox_on_retention_hold(const json_t *mailbox)
{
    static const char *const flags[] = {"RetentionHoldEnabled", "ComplianceTagHoldApplied",
                                        "DelayHoldApplied", "DelayReleaseHoldApplied"};
    size_t i;
    json_t *hold;
    for (i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (json_flag(mailbox, flags[i]))
            return true;
    }
    json_array_foreach ((json_t *)json_array_at(mailbox, "InPlaceHolds"), i, hold) {
        const char *id = json_string_value(hold);
        if (id && *id && id[0] != '-' && !text_starts_nocase(id, "skp"))
            return true;
    }
    return false;
}

bool mailbox_has_archive(const json_t *mailbox)
{
    const char *status = json_text(mailbox, "ArchiveStatus");
    return status && *status && strcmp(status, "None") != 0;
}

bool mailbox_needs_license(const json_t *mailbox, int64_t size_bytes)
{
    return mailbox && (size_bytes > SHARED_MAILBOX_MAX_BYTES || mailbox_on_litigation_hold(mailbox) ||
                       mailbox_on_retention_hold(mailbox) || mailbox_has_archive(mailbox));
}
