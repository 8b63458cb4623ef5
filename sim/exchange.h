/* exchange — the inside of the Exchange admin API: one cmdlet run, its parameters, its rows and its failures.
 *
 * A cmdlet is one row of exchange_cmdlets.def and one function. It reads its parameters (checked against the
 * row beforehand, under their canonical names), adds rows and warnings, and answers false through run_fail.
 */
#ifndef SIM_EXCHANGE_H
#define SIM_EXCHANGE_H

#include "sim.h"

/* What went wrong: HTTP status, code of the envelope, exception class */
#define RUN_FAILURES(X)                                                                                 \
    X(NOT_FOUND, 404, "NotFound",                                                                       \
      "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException")                       \
    X(AMBIGUOUS, 400, "BadRequest",                                                                     \
      "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException")                      \
    X(NO_CMDLET, 400, "BadRequest", "System.Management.Automation.CommandNotFoundException")            \
    X(BINDING, 400, "BadRequest", "System.Management.Automation.ParameterBindingException")             \
    X(TRANSFORM, 400, "BadRequest", "System.Management.Automation.ParameterTransformationException")    \
    X(DENIED, 403, "Forbidden", "Microsoft.Exchange.Configuration.Tasks.CmdletAccessDeniedException")   \
    X(SYNCED, 400, "BadRequest", "System.InvalidOperationException")                                    \
    X(TASK, 400, "BadRequest", "Microsoft.Exchange.Management.Tasks.RecipientTaskException")            \
    X(MANAGER, 400, "BadRequest",                                                                       \
      "Microsoft.Exchange.Management.Tasks.OperationRequiresGroupManagerException")                     \
    X(NO_MEMBER, 400, "BadRequest", "Microsoft.Exchange.Management.Tasks.MemberNotFoundException")      \
    X(IS_MEMBER, 400, "BadRequest", "Microsoft.Exchange.Management.Tasks.MemberAlreadyExistsException") \
    X(NO_ENTRY, 400, "BadRequest",                                                                      \
      "Microsoft.Exchange.Management.StoreTasks.UserNotFoundInPermissionEntryException")                \
    X(IS_ENTRY, 400, "BadRequest",                                                                      \
      "Microsoft.Exchange.Management.StoreTasks.UserAlreadyExistsInPermissionEntryException")

enum run_failure {
    RUN_FINE,
#define X(name, ...) RUN_##name,
    RUN_FAILURES(X)
#undef X
};

struct cmdlet_run {
    struct sim *sim;
    json_t *tenant;            /* borrowed */
    const char *name;          /* the cmdlet, as documented */
    json_t *params;            /* object under canonical names */
    json_t *rows;              /* array */
    json_t *warnings;          /* array of texts */
    char *prompt;              /* the confirmation asked for; the action was not done */
    json_t *name_uses;         /* cache, see exchange_recipient.c */
    size_t page_from, page_to; /* rows outside are counted and not looked at: they may be null */
    enum run_failure failure;
    char text[1000];
};

/* Both false, so that failing is one line. */
bool run_fail(struct cmdlet_run *run, enum run_failure failure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool run_not_found(struct cmdlet_run *run, const char *identity);
void run_warn(struct cmdlet_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
json_t *run_row(struct cmdlet_run *run); /* a new, empty row of the answer; borrowed */

/* Parameters. Text is NULL when missing, null or empty; `has` is true for null too. */
bool run_has(const struct cmdlet_run *run, const char *name);
const char *run_text(const struct cmdlet_run *run, const char *name);
bool run_flag(const struct cmdlet_run *run, const char *name);
/* One text or an array of them. */
bool run_list_holds(const struct cmdlet_run *run, const char *name, const char *text);
size_t run_limit(const struct cmdlet_run *run); /* ResultSize; 1,000 when not given */
/* Is the next row on the page that was asked for? Rows are dear where there are thousands. */
bool run_on_page(const struct cmdlet_run *run);
/* Adds the row unless the limit is reached; then it warns once and returns false. Takes the row over. */
bool run_add(struct cmdlet_run *run, json_t *row);

/* Recipients (exchange_recipient.c) */
enum recipient_kind {
    RECIPIENT_MAILBOX = 1,
    RECIPIENT_MAIL_USER = 2, /* mail address but no mailbox here */
    RECIPIENT_USER = 4,      /* no mail at all */
    RECIPIENT_LIST = 8,      /* distribution list or mail-enabled security group */
    RECIPIENT_UNIFIED = 16,  /* Microsoft 365 group */
    RECIPIENT_SECURITY = 32, /* group without mail */
};
#define RECIPIENT_ANY_MAIL (RECIPIENT_MAILBOX | RECIPIENT_MAIL_USER | RECIPIENT_LIST | RECIPIENT_UNIFIED)
#define RECIPIENT_ANY 63

struct recipient {
    enum recipient_kind kind;
    const char *id;  /* Entra object id */
    json_t *object;  /* the user or group */
    json_t *mailbox; /* NULL unless kind is RECIPIENT_MAILBOX */
};

/* Object id, UPN, any address, alias, GUID, name, display name or distinguished name. False with the run
 * failed. */
bool recipient_find(struct cmdlet_run *run, const char *identity, unsigned kinds, struct recipient *ret);
/* The parameter's recipient, which must be given. */
bool recipient_param(struct cmdlet_run *run, const char *parameter, unsigned kinds, struct recipient *ret);
bool recipient_by_id(struct cmdlet_run *run, const char *id, struct recipient *ret); /* false: deleted */
/* Those a Get cmdlet answers about: the one that Identity names, or all when it is missing, null or empty, as
 * Exchange does. The caller frees *ret. */
bool recipient_asked(struct cmdlet_run *run, const char *parameter, unsigned kinds, struct recipient **ret,
                     size_t *ret_count);
/* Mailboxes that are disconnected or whose user is deleted: all of them, or those with this identity. The
 * caller frees *ret. */
size_t recipient_soft_deleted(struct cmdlet_run *run, const char *identity, struct recipient **ret);
bool recipient_synced(const struct recipient *recipient);
const char *recipient_address(const struct recipient *recipient);   /* primary SMTP; "" when none */
const char *recipient_principal(const struct recipient *recipient); /* UPN, for groups the address or name */
const char *recipient_display(const struct recipient *recipient);
/* The directory name, unique in the tenant; the caller frees these two. */
char *recipient_name(struct cmdlet_run *run, const struct recipient *recipient);
char *recipient_dn(struct cmdlet_run *run, const struct recipient *recipient);
const char *recipient_type(const struct recipient *recipient);      /* RecipientTypeDetails */
json_t *recipient_names(struct cmdlet_run *run, const json_t *ids); /* array of names */
/* GUID of the mailbox, the recipient's own id when the state names none. */
const char *recipient_guid(const struct recipient *recipient);
/* A mailbox whose rows a cmdlet keeps: the array under key, created when missing. */
json_t *recipient_list_at(const struct recipient *recipient, const char *key);
/* Refuses what only the directory on the premises may change. */
bool recipient_writable(struct cmdlet_run *run, const struct recipient *recipient, const char *property);

/* A list parameter with its names turned into object ids, in the same form; the caller owns it. NULL with the
 * run failed. (exchange_mailbox.c) */
json_t *run_ids(struct cmdlet_run *run, const char *parameter);

/* What filters on groups compare with distinguished names: Members and ManagedBy. (exchange_group.c) */
json_t *group_filter_values(struct cmdlet_run *run, const struct recipient *group);

/* Values (exchange_value.c) */
void value_size(json_t *row, const char *key, int64_t bytes); /* "99 GB (106,300,440,576 bytes)" */
/* A moment as Exchange takes it: RFC 3339, or without an offset, which means UTC, or a day alone. */
bool value_time_read(const char *text, int64_t *ret_utc_ms);
/* The same as Exchange writes it, with seven fraction digits; null when it is missing or no moment. */
void value_time(json_t *row, const char *key, const char *when);
json_t *value_annotated(const json_t *row, const char *select); /* with the X@odata.type sidecars; owned */
char *value_raw_numbers(char *text); /* RuleIdentity texts become bare numbers; in place, returned */

/* Puts the value when it differs and says whether it did; takes it over. */
bool value_change(json_t *object, const char *key, json_t *value);
/* A list parameter onto a list of texts: overwrite, or add and remove. The caller owns the result. */
json_t *value_list_merge(const json_t *list, const json_t *parameter);
/* The warning of a Set cmdlet that found everything as wanted. */
void run_warn_unchanged(struct cmdlet_run *run, const char *identity);

/* Does the row fit "A -eq 'x' -and B -ne 'y'"? *ret_bad is set when the filter cannot be read. `more` holds
 * properties that only filters see. */
bool filter_fits(const char *filter, const json_t *row, const json_t *more, bool *ret_bad);
/* Is it certain without the row, because the filter asks for properties of `more` alone, that nothing fits?
 * Rows are dear where there are thousands. */
bool filter_excludes(const char *filter, const json_t *more);

/* Cmdlets */
#define CMDLET(name, function, flags, parameters) bool function(struct cmdlet_run *run);
#include "exchange_cmdlets.def"
#undef CMDLET

enum {
    CMDLET_READ = 1,
    CMDLET_PROMPTS = 2,      /* asks unless Confirm is false */
    CMDLET_ORGANISATION = 4, /* not for Exchange Recipient Administrator */
    CMDLET_NOT_FOR_READERS = 8,
};

/* One row of the table; `parameters` is "Name:kind", kinds below, '!' for mandatory. */
struct cmdlet {
    const char *name;
    bool (*run)(struct cmdlet_run *run);
    unsigned flags;
    const char *parameters;
};
const struct cmdlet *cmdlet_find(const char *name);
const struct cmdlet *cmdlet_at(size_t index); /* NULL past the end */
bool cmdlet_allowed(const struct cmdlet *cmdlet, const struct sim_caller *caller);
/* Checks `given` against the table into run->params and runs it. */
bool cmdlet_run(struct cmdlet_run *run, const struct cmdlet *cmdlet, const json_t *given);
void cmdlet_run_done(struct cmdlet_run *run);

#endif
