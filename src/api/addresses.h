/* addresses — lists of e-mail addresses in request bodies. */
#ifndef API_ADDRESSES_H
#define API_ADDRESSES_H

#include "api/input.h"

/* Notes each entry that is no e-mail address; NULL and what is no array are fine. */
void input_addresses(struct input *input, const json_t *list, const char *pointer);

#endif
