/* A file that claims to be a report: a verdict or a sentence, and never genuine by chance when a key is
 * given. */
#include <stdint.h>
#include <stdlib.h>

#include "report/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    AUTO_JSON json_t *keys = json_make("{s:[]}", "items");
    struct verdict verdict = {0};
    char *text = malloc(size + 1);
    if (!text)
        abort();
    for (size_t i = 0; i < size; i++)
        text[i] = (char)data[i];
    text[size] = '\0';
    bool genuine = report_verify(text, size, NULL, &verdict, &err);
    verdict_done(&verdict);
    if (!genuine && !*err.message)
        abort();
    verdict = (struct verdict){0};
    if (report_verify(text, size, keys, &verdict, &err) && verdict.key_known)
        abort();
    verdict_done(&verdict);
    free(text);
    return 0;
}
