/* A CSV file of users: read without harm; what it names are texts, at least one when it is taken. */
#include <stdint.h>
#include <stdlib.h>

#include "cli/users_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    size_t i;
    json_t *user;
    AUTO_JSON json_t *users = json_array();
    bool taken = users_file_parse((const char *)data, size, users, &err);
    if (taken ? !json_array_size(users) : !*err.message)
        abort();
    json_array_foreach (users, i, user)
        if (!json_string_length(user))
            abort();
    return 0;
}
