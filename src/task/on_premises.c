#include "task/on_premises.h"

#include <string.h>

/* task, what is kept there, command; %u is the account, %g the group */
static const struct {
    enum task_id task;
    const char *words;
    const char *command;
} rows[] = {
    {TASK_disable_sign_in,
     "This user is synced from Active Directory, which enables the account again at the next sync. Disable "
     "it "
     "there.",
     "Disable-ADAccount -Identity %u"},
    {TASK_reset_password, "The password of this user is kept in Active Directory. Reset it there.",
     "Set-ADAccountPassword -Identity %u -Reset"},
    {TASK_hide_from_gal,
     "This mailbox is managed in Active Directory; the cloud does not accept the change. Hide it there.",
     "Set-ADUser -Identity %u -Replace @{msExchHideFromAddressLists=$true}"},
    {TASK_convert_to_shared,
     "This mailbox is managed in Active Directory. Make it shared there too, or a later sync may turn it "
     "back.",
     "Set-RemoteMailbox -Identity %u -Type Shared"},
    {TASK_forward_email, "This mailbox is managed in Active Directory. Set the forwarding there.",
     "Set-RemoteMailbox -Identity %u -ForwardingAddress <recipient>"},
    {TASK_disable_forwarding, "This mailbox is managed in Active Directory. Remove the forwarding there.",
     "Set-RemoteMailbox -Identity %u -ForwardingAddress $null"},
    {TASK_grant_send_on_behalf, "This mailbox is managed in Active Directory. Grant the permission there.",
     "Set-RemoteMailbox -Identity %u -GrantSendOnBehalfTo @{Add='<recipient>'}"},
    {TASK_remove_from_groups, "A group is managed in Active Directory. Remove the user there.",
     "Remove-ADGroupMember -Identity '%g' -Members %u"},
    {TASK_delete_user,
     "This user is synced from Active Directory and comes back at the next sync. Remove the account there "
     "too.",
     "Remove-ADUser -Identity %u"},
};

/* PowerShell: a quote inside a quoted text is doubled. */
static void add_quoted(struct strbuf *text, const char *value)
{
    for (; *value; value++) {
        if (*value == '\'')
            strbuf_char(text, '\'');
        strbuf_char(text, *value);
    }
}

static void add_command(struct strbuf *text, const char *command, const json_t *user, const char *group)
{
    const char *name = json_text(user, "onPremisesSamAccountName");
    for (const char *c = command; *c; c++) {
        if (c[0] == '%' && c[1] == 'u') {
            strbuf_char(text, '\'');
            add_quoted(text, name ? name : "<account>");
            strbuf_char(text, '\'');
            c++;
        } else if (c[0] == '%' && c[1] == 'g') {
            add_quoted(text, group ? group : "<group>");
            c++;
        } else {
            strbuf_char(text, *c);
        }
    }
}

void on_premises_warn(struct work *work, const json_t *user, const char *group)
{
    AUTO_STRBUF struct strbuf command = STRBUF_MAX(1000);
    size_t i = 0, count = sizeof rows / sizeof *rows;
    while (i < count && rows[i].task != work->task)
        i++;
    if (i == count) {
        work_warn(
            work, "on_premises_source",
            "This is managed in Active Directory; the cloud does not accept the change. Make it there.");
        return;
    }
    add_command(&command, rows[i].command, user, group);
    work_warn_command(work, "on_premises_source", rows[i].words, strbuf_text(&command));
}
