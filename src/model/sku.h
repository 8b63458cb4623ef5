/* sku — names of licensed products, by id: part numbers repeat and change (contract/licenses.md). Constant
 * data. */
#ifndef MODEL_SKU_H
#define MODEL_SKU_H

/* NULL when the product is not among the common ones: show its part number. */
const char *sku_name(const char *sku_id);

#endif
