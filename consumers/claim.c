/* SPDX-License-Identifier: Apache-2.0 */
/* Only here positions come into being; aggregate.c moves them. */
#include "claim.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"

enum {
    MARK_MS = 4000,      /* between signs of life; readers call 60 s dead */
    COURTESY_MS = 1000,  /* between offsets written to Kafka */
    IDENTITY_MS = 20000, /* between looks at who Kafka says it is */
    SETTLE_MS = 8000     /* for a broker to know the end of its log */
};

enum mh_code claim_block(struct aggregate *a, struct position *position,
                         enum mh_code why, const char *text, struct mh_err *err)
{
    char reason[400];

    (void)snprintf(reason, sizeof reason, "%s: %s", mh_code_name(why), text);
    position->blocked = true;
    mh_log(MH_LOG_ERROR, "position", "part=%d next=%" PRId64 " blocked=\"%s\"",
           position->partition, position->next, reason);
    return store_set_state(a->store, position, "blocked", reason, err);
}

/* A broker that has just started may not know yet how far its log is
 * committed. What ends too early for longer is cut. */
static bool is_settling(struct aggregate *a)
{
    int64_t now = mh_clock_ms();

    if (a->short_ms == 0) {
        a->short_ms = now;
    }
    return now - a->short_ms < SETTLE_MS;
}

/* What was read so far must lie in the log that is there now. */
static enum mh_code guard(struct aggregate *a, struct mh_err *err)
{
    int64_t low[STORE_PARTITIONS_MAX];
    enum mh_code code = poll_ends(a->poll, &a->positions, low, err);

    for (int i = 0; i < a->positions.count && code == MH_OK; i++) {
        struct position *position = &a->positions.items[i];
        char text[200];

        if (position->other_log) {
            code = claim_block(a, position, MH_OTHER_LOG,
                               "cluster or topic is not the one that was read "
                               "before",
                               err);
        } else if (position->undecided) {
            position->blocked = true; /* whatever the log looks like now */
        } else if (position->next < low[i]) {
            (void)snprintf(text, sizeof text,
                           "offsets %" PRId64 " to %" PRId64
                           " are gone from the log",
                           position->next, low[i] - 1);
            code = claim_block(a, position, MH_GAP, text, err);
        } else if (position->next > position->high && is_settling(a)) {
            code = mh_fail(err, MH_KAFKA_DOWN,
                           "partition %d ends before offset %" PRId64
                           ": the broker may still be coming up",
                           position->partition, position->next);
        } else if (position->next > position->high) {
            (void)snprintf(text, sizeof text,
                           "offset %" PRId64
                           " is next, but the log ends before it",
                           position->next);
            code = claim_block(a, position, MH_GAP, text, err);
        } else {
            code = store_set_state(a->store, position, "running", NULL, err);
        }
    }
    return code;
}

void claim_wait(struct aggregate *a, const struct mh_err *why)
{
    struct mh_err err;
    char reason[400];

    (void)snprintf(reason, sizeof reason, "%s: %.300s", mh_code_name(why->code),
                   why->text);
    if (a->store != NULL) {
        store_rollback(a->store);
        a->under_way = false;
    }
    for (int i = 0; a->store != NULL && i < a->positions.count; i++) {
        if (!a->positions.items[i].blocked &&
            store_set_state(a->store, &a->positions.items[i], "blocked", reason,
                            &err) != MH_OK) {
            break; /* it cannot be said there */
        }
    }
    a->claimed = false;
}

int claim_count_blocked(const struct aggregate *a)
{
    int count = 0;

    for (int i = 0; i < a->positions.count; i++) {
        count += a->positions.items[i].blocked;
    }
    return count;
}

enum mh_code claim_partitions(struct aggregate *a, struct mh_err *err)
{
    int count;
    const int32_t *ids = poll_partitions(a->poll, &count);
    enum mh_code code;

    if (count == 0) {
        a->positions.count = 0;
        a->claimed = true;
        mh_log(MH_LOG_INFO, "position",
               "claimed=0 topic=%s: no partition for this instance",
               a->config->poll.topic);
        return poll_start(a->poll, &a->positions, err);
    }
    poll_identity(a->poll, a->cluster_id, a->topic_id);
    code = store_claim(a->store, ids, count, a->cluster_id, a->topic_id,
                       &a->positions, err);
    if (code == MH_OK) {
        code = guard(a, err);
    }
    if (code == MH_OK) {
        code = poll_start(a->poll, &a->positions, err);
    }
    if (code == MH_OK) {
        a->claimed = true;
        a->short_ms = 0;
        a->identity_ms = mh_clock_ms();
        mh_log(MH_LOG_INFO, "position", "claimed=%d held=%d", count,
               claim_count_blocked(a));
    }
    return code;
}

static bool differ(const char *known, const char *found)
{
    return known[0] != '\0' && found[0] != '\0' && strcmp(known, found) != 0;
}

/* Another log under the old name, or the old one again: claimed anew. */
static void look_at_identity(struct aggregate *a, int64_t now)
{
    char cluster_id[64];
    char topic_id[64];

    if (now - a->identity_ms >= IDENTITY_MS) {
        a->identity_ms = now;
        poll_identity(a->poll, cluster_id, topic_id);
        if (differ(a->cluster_id, cluster_id) ||
            differ(a->topic_id, topic_id)) {
            a->claimed = false;
        }
    }
}

void claim_tell_kafka(struct aggregate *a)
{
    int64_t now = mh_clock_ms();

    if (a->moved && now - a->courtesy_ms >= COURTESY_MS) {
        poll_courtesy(a->poll, &a->positions);
        a->courtesy_ms = now;
        a->moved = false;
    }
}

bool claim_mark_is_due(const struct aggregate *a)
{
    return a->positions.count > 0 && !poll_changed(a->poll) &&
           mh_clock_ms() - a->marked_ms >= MARK_MS;
}

enum mh_code claim_mark(struct aggregate *a, struct mh_err *err)
{
    int64_t now = mh_clock_ms();
    struct mh_err ends_err;
    enum mh_code ends = poll_reached_ends(a->poll, &a->positions, &ends_err);
    enum mh_code code = store_mark(a->store, &a->positions,
                                   (double)(mh_clock_ms() - now) / 1000, err);

    a->marked_ms = now;
    if (code == MH_OK && ends != MH_OK) {
        *err = ends_err;
        code = ends;
    }
    if (code == MH_OK) {
        look_at_identity(a, now);
    }
    return code;
}

void claim_release(struct aggregate *a)
{
    struct mh_err err;

    for (int i = 0; a->claimed && i < a->positions.count; i++) {
        if (!a->positions.items[i].blocked &&
            store_set_state(a->store, &a->positions.items[i], "released", NULL,
                            &err) != MH_OK) {
            return;
        }
    }
}
