/* grant_mailbox_access — the chosen people hold Full Access to the mailbox, without automapping. */
#include "task/grant.h"

static json_t *params(const struct work *work, const char *person_id, bool give)
{
    return grant_full_access_params(work, person_id, give, false);
}

static const struct grant grant = {.held = grant_full_access_held,
                                   .cmdlet = grant_full_access_cmdlet,
                                   .params = params,
                                   .evidence = grant_full_access_evidence};
GRANT_TASK(grant_mailbox_access, PERMISSIONS, PERMISSIONS)
