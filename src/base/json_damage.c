#include "base/json_damage.h"

#include "base/memory.h"

struct damage {
    const json_t *root;
    json_t *instead; /* of each part */
    void (*each)(void *ctx, const json_t *damaged);
    void *ctx;
    int count;
};

static void tell(struct damage *damage)
{
    damage->each(damage->ctx, damage->root);
    damage->count++;
}

static void walk(struct damage *damage, json_t *node);

/* Members in the order of a copy: the object itself changes meanwhile. */
static void walk_object(struct damage *damage, json_t *object)
{
    AUTO_JSON json_t *members = must(json_copy(object));
    const char *name;
    json_t *member;
    json_object_foreach (members, name, member) {
        json_object_del(object, name);
        if (damage->instead)
            json_put(object, name, json_incref(damage->instead));
        tell(damage);
        json_put(object, name, json_incref(member));
        walk(damage, member);
    }
}

static void walk_array(struct damage *damage, json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        AUTO_JSON json_t *element = json_incref(json_array_get(array, i));
        if (damage->instead) {
            json_array_set(array, i, damage->instead);
            tell(damage);
            json_array_set(array, i, element);
        }
        walk(damage, element);
    }
}

static void walk(struct damage *damage, json_t *node)
{
    if (json_is_object(node))
        walk_object(damage, node);
    else if (json_is_array(node))
        walk_array(damage, node);
}

/* Wherever it is cut, one of the two is cut within a character. */
static json_t *long_text(const char *begin)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(16384);
    strbuf_text_add(&text, begin);
    while (text.length < 15000)
        strbuf_text_add(&text, "€");
    return json_text_new(strbuf_text(&text));
}

int json_damage(const json_t *value, void (*each)(void *ctx, const json_t *damaged), void *ctx)
{
    struct damage damage = {.each = each, .ctx = ctx};
    AUTO_JSON json_t *others =
        json_make("[n, b, i, s, o, o, [], {}, [n], {s:n}]", 1, -1, "", long_text(""), long_text("x"), "x");
    for (size_t i = 0; i <= json_array_size(others); i++) {
        AUTO_JSON json_t *copy = must(json_deep_copy(value));
        damage.root = copy;
        damage.instead = json_array_get(others, i); /* NULL at last: it is missing */
        walk(&damage, copy);
        if (!damage.instead)
            continue;
        damage.root = damage.instead;
        tell(&damage);
    }
    return damage.count;
}
