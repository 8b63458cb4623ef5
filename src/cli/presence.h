/* presence — tells the store that this process lives, for the list of nodes. */
#ifndef CLI_PRESENCE_H
#define CLI_PRESENCE_H

#include "base/clock.h"
#include "store/nodes.h"

struct presence;

/* Enters the node; on a shared store a thread then repeats it every NODE_BEAT_MS, as well as it can. All is
 * borrowed until presence_stop. NULL with err set. */
MUST_USE struct presence *presence_start(struct store *store, const struct node_self *self,
                                         const struct clock *clock, struct err *err);
/* Takes the node off the list. NULL is fine. */
void presence_stop(struct presence *presence);

#endif
