/* What the logbook can be filtered by: one entry covers several kinds of the server where people do not tell them
 * apart. */
export const kinds = [
  'sign_in,sign_out',
  'sign_in_failed',
  'offboarding_requested',
  'offboarding_cancelled,offboarding_rescheduled,offboarding_run_now,offboarding_approved,offboarding_retried',
  'offboarding_undone',
  'secret_link_requested,secret_revealed',
  'tenant_added,tenant_changed,tenant_deleted,tenants_synced,defaults_changed',
  'template_added,template_changed,template_deleted',
  'notifications_changed,delivery_repeated,prices_changed',
  'account_added,account_changed,account_deleted,password_changed',
  'token_created,token_revoked',
] as const;
