#include "api/addresses.h"

#include "api/problem.h"
#include "notify/fields.h"

void input_addresses(struct input *input, const json_t *list, const char *pointer)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!fields_is_address(json_string_value(json_array_get(list, i))))
            input_bad(input, pointer_at(input->arena, pointer, i), "bad_address",
                      "This must be a mail address, such as it@contoso.com.");
}
