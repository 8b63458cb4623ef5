/* backup — `lastday admin backup`, `restore` and `after-restore`. */
#ifndef CLI_BACKUP_H
#define CLI_BACKUP_H

#include "cli/command.h"

command_run admin_backup;
command_run admin_restore;
command_run admin_after_restore;

#endif
