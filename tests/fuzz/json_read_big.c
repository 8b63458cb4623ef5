/* Whatever Exchange or a client sends: read, written and read again, it stays the same value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err;
    AUTO_JSON json_t *value = json_read_big((const char *)data, size, &err);
    if (!value)
        return 0;
    AUTO_FREE char *text = json_write(value);
    AUTO_JSON json_t *again = json_read(text, strlen(text), &err);
    if (!again || !json_equal(value, again))
        abort();
    return 0;
}
