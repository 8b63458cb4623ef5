#include "connector/faults_fixture.h"

void answer(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    struct fixture *fixture = ctx;
    if (strstr(request->uri, "/oauth2/")) {
        fixture->tokens++;
        snprintf(fixture->form, sizeof fixture->form, "%s", request->body);
        if (fixture->token_error) {
            ret->status = 400;
            TEXT(ret, fixture->token_error);
        }
        return;
    }
    if (fixture->count < ARRIVALS_MAX)
        fixture->arrivals[fixture->count] = stage_now(&fixture->stage);
    snprintf(fixture->priority, sizeof fixture->priority, "%s", request->priority);
    TEXT(ret, "{\"value\":[]}");
    if (fixture->count++ < fixture->refusals) {
        ret->status = fixture->status;
        for (size_t i = 0; i < 4; i++)
            ret->header[i] = fixture->header[i];
        TEXT(ret, fixture->body ? fixture->body : "{\"error\":{\"code\":\"Failed\",\"message\":\"No.\"}}");
    }
}

int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    stage_open_jumping(&fixture->stage, answer, fixture, NULL);
    fixture->stage.target.patience_ms = PATIENT_MS;
    *state = fixture;
    return 0;
}

int teardown(void **state)
{
    struct fixture *fixture = *state;
    stage_close(&fixture->stage);
    free(fixture);
    return 0;
}

bool call(struct fixture *fixture, const char *method, const char *path, struct err *err)
{
    AUTO_JSON json_t *body = strcmp(method, "GET") == 0 ? NULL : json_make("{s:b}", "accountEnabled", 0);
    memset(err, 0, sizeof *err);
    return graph_call(fixture->stage.m365, &fixture->stage.target, method, path, body, false, NULL, err);
}

void refuse(struct fixture *fixture, unsigned times, int status, const char *header)
{
    fixture->count = 0;
    fixture->refusals = times;
    fixture->status = status;
    fixture->header[0] = header;
}
