#include "api/addresses.h"

#include "api/problem.h"
#include "notify/fields.h"

void input_addresses(struct input *input, const json_t *list, const char *pointer)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!fields_is_address(text))
            input_bad(input, pointer_at(input->arena, pointer, i), "bad_address", FIELDS_NO_ADDRESS,
                      text ? text : "");
    }
}
