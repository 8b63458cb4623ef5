/* call_fault — for tests: one call to the store, chosen by its number, fails as when the database is gone in
 * the middle of a transaction. A program linked with call_fault_link has these calls taken over. */
#ifndef STORE_CALL_FAULT_H
#define STORE_CALL_FAULT_H

#include <stdbool.h>

/* From now on, of all threads: call number, from 1, fails, and the later ones do not. 0: none. */
void call_fault_set(int number);
/* Has it failed? */
bool call_fault_happened(void);

#endif
