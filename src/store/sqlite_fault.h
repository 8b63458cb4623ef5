/* sqlite_fault — for tests: a SQLite file system in which one operation, chosen by its number, goes wrong. It
 * takes the place of the default one; real syncing is left out, so that many runs are quick. */
#ifndef STORE_SQLITE_FAULT_H
#define STORE_SQLITE_FAULT_H

#include <stdbool.h>

enum fault_on {
    FAULT_READ = 1,
    FAULT_WRITE = 2,
    FAULT_SYNC = 4,
    FAULT_OPEN = 8,
    FAULT_TRUNCATE = 16,
    FAULT_ANY = 31
};

struct fault {
    unsigned on;  /* kinds of operations that are counted; 0: nothing goes wrong */
    int number;   /* the first of these that goes wrong, from 1 */
    bool lasting; /* and all later ones */
    int code;     /* what SQLite is told; -1: the process is killed */
};

/* Installs it (at the first call) and begins to count anew. */
void sqlite_fault_set(const struct fault *fault);
/* Has anything gone wrong since? */
bool sqlite_fault_happened(void);

#endif
