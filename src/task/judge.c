#include "task/judge.h"

#include <string.h>

#include "journal/offboardings.h"
#include "plan/plan.h"

/* Who is named and is being offboarded already: the warnings look at this mark. */
static bool mark_people(struct tx *tx, const struct judging *judging, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *reference;
    json_t *person;
    json_object_foreach ((json_t *)json_object_at(judging->facts, "people"), reference, person) {
        const char *open = NULL, *id = json_text(person, "id");
        if (!id)
            continue;
        if (!offboarding_open_of(tx, arena, judging->tenant->id, id, &open, err))
            return false;
        if (open)
            json_put(person, "being_offboarded", json_true());
    }
    return true;
}

json_t *judge_user(struct tx *tx, const struct judging *judging, struct err *err)
{
    const json_t *defaults = judging->tenant->defaults;
    const struct plan_policy policy = {.technician = judging->technician,
                                       .protected_users = json_array_at(defaults, "protected_users"),
                                       .allow_external_forwarding =
                                           json_flag(defaults, "allow_external_forwarding"),
                                       .already_open = judging->already_open,
                                       .also_leaving = judging->also_leaving,
                                       .now = judging->now};
    return mark_people(tx, judging, err) ? plan_warnings(judging->options, judging->facts, &policy) : NULL;
}

bool judge_is_federated(const json_t *facts)
{
    const char *name = json_text(json_object_at(facts, "user"), "userPrincipalName");
    const char *at = name ? strrchr(name, '@') : NULL;
    const json_t *domain = at ? json_array_find(json_array_at(facts, "domains"), "id", at + 1) : NULL;
    return text_equal_nocase(json_text(domain, "authenticationType"), "Federated");
}
