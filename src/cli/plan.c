/* lastday plan — what an offboarding would do; changes nothing. */
#include <stdio.h>

#include "cli/preflight.h"
#include "cli/request.h"

int command_plan(int argc, char **argv)
{
    struct argp argp = request_argp;
    argp.args_doc = "[USER...]";
    argp.doc = "Shows the facts, the warnings and the plan for each user, and changes nothing.";
    struct request request = {0};
    struct err err = {0};
    size_t i;
    json_t *user;
    int code = EXIT_DONE;

    argp_parse(&argp, argc, argv, 0, NULL, &request);
    AUTO_CLIENT struct client *client = client_open(&err);
    AUTO_JSON json_t *choice = client ? request_choice(&request, &err) : NULL;
    if (!choice) {
        request_done(&request);
        return command_fail(&err);
    }
    json_array_foreach (request.users, i, user) {
        AUTO_ANSWER struct answer answer = {0};
        if (!request_preflight(client, &request, json_string_value(user), choice, &answer, &err)) {
            code = command_fail(&err);
            if (request.json && answer.text)
                puts(answer.text);
            break;
        }
        if (request.json)
            puts(answer.text);
        else
            preflight_print(stdout, json_string_value(user), answer.json);
    }
    request_done(&request);
    return code;
}
