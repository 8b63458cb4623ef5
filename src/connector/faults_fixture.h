/* faults_fixture — a connector whose upstream answers as a test says; waits take no time. */
#ifndef CONNECTOR_FAULTS_FIXTURE_H
#define CONNECTOR_FAULTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "connector/graph.h"
#include "connector/m365.h"
#include "connector/script_test.h"

#define TEXT(ret, text) snprintf((ret)->body, sizeof(ret)->body, "%s", text)
#define ARRIVALS_MAX 64
#define PATIENT_MS ((int64_t)60 * 60 * 1000)

/* What the script answers to requests that are not for tokens, and what it saw. */
struct fixture {
    struct stage stage;
    int status; /* of the first `refusals` requests; the others get 200 */
    unsigned refusals;
    const char *header[4];
    const char *body;               /* of a refusal */
    int64_t arrivals[ARRIVALS_MAX]; /* monotonic, as m365 sees the time */
    unsigned count;
    char priority[20];
    char said[2000];
    /* of tokens */
    const char *token_error; /* body of a refusal; NULL gives a token */
    unsigned tokens;
    char form[4096];
};

/* What the script answers: for a stage of the test's own. */
void answer(void *ctx, const struct script_request *request, struct script_answer *ret);
/* For cmocka. */
int setup(void **state);
int teardown(void **state);
#define WITH_UPSTREAM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

bool call(struct fixture *fixture, const char *method, const char *path, struct err *err);
/* So many requests from now on are refused, with this header (NULL: none). */
void refuse(struct fixture *fixture, unsigned times, int status, const char *header);

#endif
