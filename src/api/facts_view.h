/* facts_view — what pre-flight found out, in the words of our API (openapi.yaml, Facts). Pure. */
#ifndef API_FACTS_VIEW_H
#define API_FACTS_VIEW_H

#include "base/json.h"

/* facts as task/facts.h has them; what was not read is missing. A new value. */
json_t *facts_view(const json_t *facts);

#endif
