#include "auth/auth_fixture.h"

static struct store_fixture fixture;
struct store *store;
struct auth *auth;
struct arena *arena;
const struct logbook_by tester = {.kind = "local", .name = "tester"};

void auth_fixture_make(const struct clock *clock)
{
    store_fixture_make(&fixture);
    store = store_fixture_open(&fixture);
    auth = auth_new(store, clock, rng_system());
    arena = arena_new();
}

int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    auth_free(auth);
    store_close(store);
    store_fixture_remove(&fixture);
    return 0;
}
