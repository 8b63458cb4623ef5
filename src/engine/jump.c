#include "engine/jump.h"

#include <stddef.h>

#include "base/log.h"

void jump_look(struct jump *jump, int64_t utc, int64_t passed)
{
    int64_t offset = utc - passed, moved = jump->known ? offset - jump->offset : 0;
    jump->known = true;
    jump->offset = offset;
    if (moved <= JUMP_LOGGED_MS && moved >= -JUMP_LOGGED_MS)
        return;
    log_warn("clock_jumped", LOG_INT("ms", moved));
    if (moved > JUMP_HELD_MS) {
        jump->from = jump->to ? jump->from : utc - moved;
        jump->to = utc;
    } else if (moved < 0 && utc < jump->to) {
        jump->to = utc > jump->from ? utc : 0;
    }
}

bool jump_went_over(const struct jump *jump, int64_t at)
{
    return jump->to && at > jump->from && at <= jump->to;
}
