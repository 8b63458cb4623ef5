#include "model/sku.h"

#include <stddef.h>

#include "base/text.h"

static const struct {
    const char *id;
    const char *name;
} skus[] = {
#define SKU(id, name) {id, name},
#include "model/sku.def"
#undef SKU
};

const char *sku_name(const char *sku_id)
{
    for (size_t i = 0; i < sizeof skus / sizeof *skus; i++) {
        if (text_equal_nocase(skus[i].id, sku_id))
            return skus[i].name;
    }
    return NULL;
}
