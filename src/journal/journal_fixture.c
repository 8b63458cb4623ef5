#include "journal/journal_fixture.h"

struct journal *journal;

int setup(void **state)
{
    open_fixture_make(state);
    journal = journal_new(store);
    return 0;
}

int teardown(void **state)
{
    journal_free(journal);
    return open_fixture_remove(state);
}

bool fixture_insert(struct offboarding o, struct err *err)
{
    AUTO_JSON json_t *options = json_make("{s:{}}", "disable_sign_in");
    AUTO_JSON json_t *none = json_array();
    o.batch = o.batch ? o.batch : "b";
    o.user_principal_name = o.user_principal_name ? o.user_principal_name : "x@contoso.com";
    o.display_name = o.display_name ? o.display_name : "X";
    o.options = o.options ? o.options : options;
    o.plan = o.plan ? o.plan : none;
    o.warnings = o.warnings ? o.warnings : none;
    o.requested_by = "bob";
    AUTO_TX struct tx *tx = store_begin(store, err);
    return tx && offboarding_insert(tx, &o, err) && journal_commit(journal, &tx, err);
}
