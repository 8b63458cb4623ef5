/* Where addresses lead: a table, and what is refused without asking anybody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netdb.h>

#include "connector/outside.h"
#include "connector/script_test.h"

static enum outside_reach reach_of(const char *text)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST}, *list = NULL;
    assert_int_equal(getaddrinfo(text, NULL, &hints, &list), 0);
    enum outside_reach reach = outside_reach(list->ai_addr);
    freeaddrinfo(list);
    return reach;
}

static void addresses_lead_where_the_registries_say(void **state)
{
    static const struct {
        const char *address;
        enum outside_reach reach;
    } cases[] = {
        {"8.8.8.8", OUTSIDE_PUBLIC},
        {"172.15.255.255", OUTSIDE_PUBLIC},
        {"172.32.0.1", OUTSIDE_PUBLIC},
        {"192.167.255.255", OUTSIDE_PUBLIC},
        {"100.63.255.255", OUTSIDE_PUBLIC},
        {"100.128.0.1", OUTSIDE_PUBLIC},
        {"2606:4700::1111", OUTSIDE_PUBLIC},
        {"2002:0808:0808::1", OUTSIDE_PUBLIC},
        {"64:ff9b::8.8.8.8", OUTSIDE_PUBLIC},
        {"::ffff:8.8.8.8", OUTSIDE_PUBLIC},
        {"10.0.0.1", OUTSIDE_PRIVATE},
        {"127.0.0.1", OUTSIDE_PRIVATE},
        {"127.255.255.254", OUTSIDE_PRIVATE},
        {"172.16.0.1", OUTSIDE_PRIVATE},
        {"172.31.255.255", OUTSIDE_PRIVATE},
        {"192.168.1.1", OUTSIDE_PRIVATE},
        {"100.64.0.1", OUTSIDE_PRIVATE},
        {"169.254.1.1", OUTSIDE_PRIVATE},
        {"198.18.0.1", OUTSIDE_PRIVATE},
        {"::1", OUTSIDE_PRIVATE},
        {"fc00::1", OUTSIDE_PRIVATE},
        {"fd12:3456::1", OUTSIDE_PRIVATE},
        {"fe80::1", OUTSIDE_PRIVATE},
        {"fec0::1", OUTSIDE_PRIVATE},
        {"2001::1", OUTSIDE_PRIVATE},
        {"::ffff:127.0.0.1", OUTSIDE_PRIVATE},
        {"::ffff:10.1.2.3", OUTSIDE_PRIVATE},
        {"64:ff9b::10.0.0.1", OUTSIDE_PRIVATE},
        {"64:ff9b:1::1", OUTSIDE_PRIVATE},
        {"2002:7f00:1::1", OUTSIDE_PRIVATE},
        {"0.0.0.0", OUTSIDE_NEVER},
        {"0.1.2.3", OUTSIDE_NEVER},
        {"169.254.169.254", OUTSIDE_NEVER},
        {"169.254.170.2", OUTSIDE_NEVER},
        {"100.100.100.200", OUTSIDE_NEVER},
        {"168.63.129.16", OUTSIDE_NEVER},
        {"224.0.0.1", OUTSIDE_NEVER},
        {"255.255.255.255", OUTSIDE_NEVER},
        {"192.0.2.1", OUTSIDE_NEVER},
        {"203.0.113.9", OUTSIDE_NEVER},
        {"::", OUTSIDE_NEVER},
        {"::127.0.0.1", OUTSIDE_NEVER},
        {"::ffff:169.254.169.254", OUTSIDE_NEVER},
        {"64:ff9b::169.254.169.254", OUTSIDE_NEVER},
        {"fd00:ec2::254", OUTSIDE_NEVER},
        {"ff02::1", OUTSIDE_NEVER},
        {"2001:db8::1", OUTSIDE_NEVER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (reach_of(cases[i].address) != cases[i].reach)
            fail_msg("%s leads to %d", cases[i].address, reach_of(cases[i].address));
}

static void urls_are_judged_before_anybody_is_asked(void **state)
{
    static const char *const listed[] = {"psa.internal", "10.1.1.1:8443", NULL};
    static const struct outside_policy strict = {0}, open = {.allow_private = true},
                                       some = {.allowed_hosts = listed};
    static const struct {
        const struct outside_policy *policy;
        const char *url;
        const char *code; /* NULL: allowed */
    } cases[] = {
        {&strict, "https://hooks.slack.com/services/T/B/x", NULL},
        {&strict, "https://8.8.8.8/", NULL},
        {&strict, "http://hooks.slack.com/", "not_secure"},
        {&strict, "http://8.8.8.8/", "not_secure"},
        {&strict, "https://127.0.0.1/", "address_refused"},
        {&strict, "https://127.1/", "address_refused"},
        {&strict, "https://2130706433/", "address_refused"},
        {&strict, "https://0x7f.0.0.1/", "address_refused"},
        {&strict, "https://0/", "address_refused"},
        {&strict, "https://[::1]/", "address_refused"},
        {&strict, "https://[::ffff:10.0.0.1]/", "address_refused"},
        {&strict, "https://169.254.169.254/latest/meta-data/", "address_refused"},
        {&strict, "https://user:pass@example.com/", "bad_url"},
        {&strict, "https://example.com\\@10.0.0.1/", "bad_url"},
        {&strict, "https://exa mple.com/", "bad_url"},
        {&strict, "https://example.com/\r\nX: y", "bad_url"},
        {&strict, "https://%31%30.0.0.1/", "bad_url"},
        {&strict, "file:///etc/passwd", "bad_url"},
        {&strict, "gopher://example.com/", "bad_url"},
        {&strict, "https:///", "bad_url"},
        {&strict, "", "bad_url"},
        {&open, "http://127.0.0.1:9090/sink", NULL},
        {&open, "https://192.168.1.1/", NULL},
        {&open, "http://intranet/", NULL},
        {&open, "https://169.254.169.254/", "address_refused"},
        {&open, "http://8.8.8.8/", "not_secure"},
        {&some, "http://psa.internal/", NULL},
        {&some, "http://PSA.internal:8080/", NULL},
        {&some, "https://10.1.1.1:8443/", NULL},
        {&some, "https://10.1.1.1/", "address_refused"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        bool good = outside_url_ok(cases[i].policy, cases[i].url, &err);
        if (good == (cases[i].code != NULL) || (cases[i].code && strcmp(err.code, cases[i].code) != 0))
            fail_msg("%s: %s", cases[i].url, good ? "allowed" : err.code);
        if (!good)
            assert_int_equal(err.kind, ERR_INPUT);
    }
}

static void answer(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    (void)ctx;
    ret->status = strcmp(request->uri, "/away") == 0 ? 302 : 200;
    ret->header[0] = "Location: /elsewhere";
    ret->filler = strcmp(request->uri, "/flood") == 0 ? 100000 : 0;
}

/* A name that leads to this machine is found out when it is resolved; redirects stay unfollowed; answers end.
 */
static void names_are_resolved_judged_and_pinned(void **state)
{
    static const struct outside_policy strict = {0}, open = {.allow_private = true};
    struct err err = {0};
    struct wire *wire = wire_start(&(struct wire_settings){0}, &err);
    struct script *script = script_start(answer, NULL);
    char url[200];
    (void)state;
    const char *port = strrchr(script_url(script), ':');
    snprintf(url, sizeof url, "https://localhost%s/", port);
    struct wire_request request = {.method = "GET", .url = url, .timeout_ms = 5000, .answer_max = 5000};
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    assert_false(outside_send(wire, &strict, &request, &reply, &err));
    assert_string_equal(err.code, "address_refused");
    snprintf(url, sizeof url, "http://localhost%s/here", port);
    assert_true(outside_send(wire, &open, &request, &reply, &err));
    assert_int_equal(reply.status, 200);
    wire_reply_done(&reply);
    snprintf(url, sizeof url, "http://localhost%s/away", port);
    assert_true(outside_send(wire, &open, &request, &reply, &err));
    assert_int_equal(reply.status, 302);
    wire_reply_done(&reply);
    assert_int_equal(script_count(script, "GET", "/elsewhere"), 0);
    snprintf(url, sizeof url, "http://localhost%s/flood", port);
    assert_false(outside_send(wire, &open, &request, &reply, &err));
    assert_string_equal(err.code, "too_large");
    snprintf(url, sizeof url, "http://no-such-host.invalid/");
    assert_false(outside_send(wire, &open, &request, &reply, &err));
    assert_string_equal(err.code, "name_not_found");
    script_stop(script);
    wire_stop(wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_lead_where_the_registries_say),
        cmocka_unit_test(urls_are_judged_before_anybody_is_asked),
        cmocka_unit_test(names_are_resolved_judged_and_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
