/* Options as anybody may send them: checked without harm; what was checked passes again, and its cleaned HTML
 * settles (the first pass may leave a space that HTML ignores). */
#include <stdint.h>
#include <stdlib.h>

#include "plan/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err;
    AUTO_JSON json_t *options = json_read((const char *)data, size, &err);
    if (!json_is_object(options))
        return 0;
    AUTO_JSON json_t *problems = json_array();
    AUTO_JSON json_t *checked = options_check(options, "/options", problems);
    if (json_array_size(problems))
        return 0;
    AUTO_JSON json_t *checked_again = options_check(checked, "/options", problems);
    AUTO_JSON json_t *settled = options_check(checked_again, "/options", problems);
    if (json_array_size(problems) || !json_equal(checked_again, settled))
        abort();
    return 0;
}
