/* evidence — `lastday admin verify-audit` and `rotate-report-key`: done by a running server or, when none
 * runs, by the command. */
#ifndef CLI_EVIDENCE_H
#define CLI_EVIDENCE_H

#include "cli/command.h"
#include "vault/vault.h"

command_run admin_verify_audit;
command_run admin_rotate_report_key;

/* Answers what these commands ask a server for; *ret_known is false, and nothing else happens, when the
 * request is for somebody else.
 *   {"do": "verify-audit", "after": id or ""} → {"next": id or null, "offboardings", "events", "older",
 *     "findings": [{"offboarding", "seq", "code", "message"}]}: some offboardings at a time
 *   {"do": "chain-at", "offboarding", "seq"} → {"hash"}
 *   {"do": "rotate-report-key", "by"} → {"key"} */
json_t *evidence_answer(struct store *store, const struct vault *vault, const json_t *request,
                        bool *ret_known, struct err *err);

#endif
