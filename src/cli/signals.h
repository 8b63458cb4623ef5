/* signals — the process waits for them in one place; no handler runs anywhere else. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stdbool.h>

/* SIGINT and SIGTERM, and SIGCHLD with child, stay blocked from here on, in every later thread too. */
void signals_block(bool child);
int signals_wait(bool child); /* the signal that came */
bool signals_came(void);      /* one to stop by is there for signals_wait */
void signals_unblock(void);   /* in a child process, before exec */

/* Ends the process when stopping takes longer than this; the journal makes that safe. 0: it has stopped. */
void signals_stop_within(unsigned seconds);

#endif
