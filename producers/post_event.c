/* SPDX-License-Identifier: Apache-2.0 */
/* The end of every line, whatever the format: sent, or kept aside. */
#include <string.h>

#include "encode.h"
#include "post.h"

void post_use_contract(struct post *post)
{
    const char *type = post->options.type;

    post->intake = (struct intake){.catalogue = post->contract.catalogue,
                                   .reference = post->contract.reference};
    if (type != NULL) {
        post->intake.type =
            mh_catalogue_type(post->contract.catalogue, type, strlen(type));
    }
}

bool post_renew(struct post *post, bool types)
{
    bool renewed = post_contract_renew_codes(&post->contract);

    if (types && post_contract_renew_types(&post->contract)) {
        renewed = true;
    }
    if (renewed) {
        post_use_contract(post);
    }
    return renewed;
}

enum mh_code post_event(struct post *post, const struct mh_event *event,
                        uint64_t ticket, struct mh_err *err)
{
    mh_buf_reset(&post->value);
    mh_encode(event, &post->value);
    if (post->value.failed) {
        (void)mh_fault_add(&post->faults, MH_TOO_LARGE, event->type, -1,
                           "at most 65536 bytes", NULL, 0);
        return MH_TOO_LARGE;
    }
    return post->sender == NULL
               ? MH_OK
               : send_event(post->sender, event, &post->value, ticket, err);
}

enum mh_code post_settle(struct post *post, enum mh_code code, const char *file,
                         const struct line *line, uint64_t ticket,
                         struct mh_err *err)
{
    if (code == MH_MEMORY) {
        return mh_fail(err, MH_MEMORY, "reading a line: out of memory");
    }
    if (mh_code_act(code) == MH_ACT_REFUSE) {
        progress_refused(&post->progress, &post->faults);
        progress_hide(&post->progress);
        code = rejects_write(post->rejects, file, line, &post->faults, err);
    } else if (code == MH_OK) {
        post->good++;
    }
    if (code == MH_OK) {
        post->progress.read++;
        post->last = ticket;
    }
    return code;
}

enum mh_code post_idle(struct post *post, struct mh_err *err)
{
    return post->sender == NULL ? MH_OK : send_poll(post->sender, err);
}
