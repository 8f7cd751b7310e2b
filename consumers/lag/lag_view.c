/* SPDX-License-Identifier: Apache-2.0 */
/* What a look says holds for a while; time goes on when looks do not. */
#include "lag_faces.h"

bool lag_view_is_old(const struct lag_view *view, int64_t now_ms)
{
    return now_ms - view->at_ms >= LAG_DOWN_MS;
}

void lag_view_refresh(struct lag_view *view, int64_t now_ms)
{
    struct mh_err err;

    if (lag_view_is_old(view, now_ms) &&
        lag_judge_look(&view->judge, &view->source, &view->sink, now_ms,
                       &err) != MH_OK) {
        return; /* only one that sees more partitions needs memory */
    }
}
