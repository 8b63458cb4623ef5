/* The shape that CIPP posts after a scheduled task, for receivers that were built for it: tenantId, Tenant,
 * TaskInfo and Results. */
#include <string.h>

#include "base/clock.h"
#include "notify/format.h"
#include "notify/message.h"

static const char *state_of(const char *event)
{
    static const char *const states[][2] = {
        {"planned", "Planned"},    {"reminder", "Planned"},
        {"finished", "Completed"}, {"finished_with_warnings", "Completed"},
        {"failed", "Failed"},      {"cancelled", "Failed"}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(event, states[i][0]) == 0)
            return states[i][1];
    return "Running";
}

static json_t *results_of(const json_t *message, const struct detail *detail, struct arena *arena)
{
    json_t *results = json_array(), *task;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(json_object_at(message, "offboarding"), "tasks"), i, task)
        if (detail->tasks)
            json_add(results, json_make("{s:s}", "Results",
                                        arena_printf(arena, "%s: %s", json_text_or(task, "label", ""),
                                                     json_text_or(task, "status", ""))));
    for (const char *const *line = format_problems(message, detail, arena); *line; line++)
        json_add(results, json_make("{s:s}", "Results", *line));
    if (json_array_size(results) == 0)
        json_add(results, json_make("{s:O}", "Results", json_object_get(message, "summary")));
    if (json_text(message, "password_url"))
        json_add(results, json_make("{s:s}", "Results",
                                    arena_printf(arena, "New password, once: %s",
                                                 json_text(message, "password_url"))));
    return results;
}

json_t *format_cipp(const json_t *message, const struct detail *detail, struct arena *arena)
{
    const json_t *offboarding = json_object_at(message, "offboarding"),
                 *tenant = json_object_at(offboarding, "tenant");
    int64_t at = 0;
    json_t *info = json_object(), *body = json_object();
    const char *domain = json_text(tenant, "default_domain");
    if (!time_parse(json_text_or(message, "at", ""), &at))
        at = 0;
    json_put_text(info, "RowKey", json_text(offboarding, "id"));
    json_put_text(info, "PartitionKey", "ScheduledTask");
    json_put(info, "Name", json_incref(json_object_get(message, "title")));
    json_put_text(info, "Tenant", domain);
    json_put_text(info, "Command", "Invoke-CIPPOffboardingJob");
    json_put_text(info, "TaskState", state_of(json_text_or(message, "event", "")));
    json_put_text(info, "Reference", json_text(message, "reference"));
    json_put(info, "ExecutedTime", json_integer(at / 1000));
    json_put_text(body, "tenantId", json_text(tenant, "id"));
    json_put_text(body, "Tenant", domain);
    json_put(body, "TaskInfo", info);
    return json_put(body, "Results", results_of(message, detail, arena));
}
