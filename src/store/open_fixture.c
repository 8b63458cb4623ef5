#include "store/open_fixture.h"

struct store_fixture fixture;
struct store *store;

int open_fixture_make(void **state)
{
    (void)state;
    store_fixture_make(&fixture);
    store = store_fixture_open(&fixture);
    return 0;
}

int open_fixture_remove(void **state)
{
    (void)state;
    store_close(store);
    store_fixture_remove(&fixture);
    return 0;
}
