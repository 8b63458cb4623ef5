#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "model/catalogue.h"
#include "model/sku.h"
#include "model/status.h"

static void every_task_is_whole_and_waits_for_earlier_ones_only(void **state)
{
    (void)state;
    for (int id = 0; id < TASK_COUNT; id++) {
        const struct task_info *task = task_info((enum task_id)id);
        assert_int_equal(task_by_name(task->id), id);
        assert_true(*task->label && *task->help);
        assert_false((task->after | task->needs) & ~(TASK_BIT(id) - 1)); /* so there can be no circle */
    }
    assert_int_equal(task_by_name("no_such_task"), TASK_COUNT);
    assert_int_equal(task_by_name(NULL), TASK_COUNT);
}

static void conflicts_hold_both_ways(void **state)
{
    (void)state;
    assert_non_null(task_conflict(TASK_forward_email, TASK_disable_forwarding));
    assert_non_null(task_conflict(TASK_disable_forwarding, TASK_forward_email));
    assert_null(task_conflict(TASK_forward_email, TASK_hide_from_gal));
    AUTO_JSON json_t *catalogue = catalogue_json();
    const json_t *forward = json_array_get(json_array_at(catalogue, "tasks"), TASK_forward_email);
    const json_t *reasons = json_object_at(forward, "conflict_reasons");
    assert_int_equal(json_object_size(reasons), json_array_size(json_array_at(forward, "conflicts")));
    assert_string_equal(json_text(reasons, "disable_forwarding"),
                        task_conflict(TASK_disable_forwarding, TASK_forward_email));
}

static void what_deletes_the_mailbox_excludes_what_uses_it(void **state)
{
    (void)state;
    static const enum task_id uses[] = {TASK_convert_to_shared,
                                        TASK_forward_email,
                                        TASK_set_out_of_office,
                                        TASK_grant_mailbox_access,
                                        TASK_grant_mailbox_access_automap,
                                        TASK_grant_send_as,
                                        TASK_grant_send_on_behalf};
    assert_int_equal(TASK_COUNT, 28);
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        assert_non_null(task_conflict(uses[i], TASK_delete_user));
    assert_int_equal(task_info(TASK_delete_user)->after, TASK_BIT(TASK_delete_user) - 1);
}

static void every_task_says_what_it_needs(void **state)
{
    (void)state;
    size_t count;
    const struct app_permission *rows = catalogue_permissions(&count);
    task_set seen = 0;
    for (size_t i = 0; i < count; i++) {
        assert_true(*rows[i].any);
        seen |= TASK_BIT(rows[i].task);
    }
    for (int id = 0; id < TASK_COUNT; id++)
        assert_true(seen & TASK_BIT(id));
}

static void products_have_names(void **state)
{
    (void)state;
    assert_string_equal(sku_name("CBDC14AB-d96c-4c30-b9f4-6ada7cdc1d46"), "Microsoft 365 Business Premium");
    assert_null(sku_name("00000000-0000-0000-0000-000000000000"));
    assert_null(sku_name(NULL));
}

static void the_catalogue_prints_every_parameter(void **state)
{
    (void)state;
    AUTO_JSON json_t *catalogue = catalogue_json();
    json_t *task = json_array_find(json_array_at(catalogue, "tasks"), "id", "set_out_of_office");
    json_t *audience = json_array_find(json_array_at(task, "parameters"), "id", "audience");
    assert_string_equal(json_text(audience, "type"), "choice");
    assert_string_equal(json_text(audience, "default"), "all");
    assert_int_equal(json_array_size(json_array_at(audience, "choices")), 3);
    assert_int_equal(json_array_size(json_array_at(catalogue, "tasks")), TASK_COUNT);
}

static void statuses_move_forward(void **state)
{
    (void)state;
    assert_true(run_status_may(RUN_QUEUED, RUN_RUNNING));
    assert_false(run_status_may(RUN_SUCCEEDED, RUN_RUNNING));
    assert_true(task_status_may(TASK_STATUS_RUNNING, TASK_STATUS_WAITING));
    assert_false(task_status_may(TASK_STATUS_SUCCEEDED, TASK_STATUS_RUNNING));
    for (int s = 0; s < RUN_STATUS_COUNT; s++)
        assert_int_equal(run_status_parse(run_status_name((enum run_status)s)), s);
    for (int s = 0; s < TASK_STATUS_COUNT; s++)
        assert_int_equal(task_status_parse(task_status_name((enum task_status)s)), s);
    assert_int_equal(run_status_parse("nonsense"), RUN_STATUS_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_is_whole_and_waits_for_earlier_ones_only),
        cmocka_unit_test(conflicts_hold_both_ways),
        cmocka_unit_test(what_deletes_the_mailbox_excludes_what_uses_it),
        cmocka_unit_test(every_task_says_what_it_needs),
        cmocka_unit_test(products_have_names),
        cmocka_unit_test(the_catalogue_prints_every_parameter),
        cmocka_unit_test(statuses_move_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
