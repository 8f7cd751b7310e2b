/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Events for tests: random ones of any type that pass the check, a plain one
 * that passes it, and changes to an event by field name.
 */
#ifndef MAHALLE_SAMPLE_H
#define MAHALLE_SAMPLE_H

#include "event.h"
#include "world.h"

/** A random text of the form of a schema's pattern.
 *  @returns its length; @param text holds `size` bytes, NUL included */
size_t sample_text(struct random *random, const char *pattern, char *text,
                   size_t size);

/**
 * A good event with random fields; texts are in the world's arena.
 * Its op is ASSERT at revision 0.
 */
void sample_event(struct world *world, struct random *random,
                  const struct mh_type *type, struct mh_event *event);
/** A good event of 2025-10-13 with the required fields only, always equal. */
void sample_plain(struct world *world, const struct mh_type *type,
                  struct mh_event *event);

/**
 * Change fields: `edits` is "name=value name=value ...". The value is a
 * number (also for dates and times), `true` or `false`, a symbol or a text;
 * nothing behind `=` makes the field null, `!` marks it MH_BAD.
 * Ends the program on an unknown field or symbol.
 */
void sample_set(struct world *world, struct mh_event *event, const char *edits);
/** Set a text field to any bytes. */
void sample_set_bytes(struct world *world, struct mh_event *event,
                      const char *field, const void *bytes, size_t len);
/** "/pointer CODE, /pointer CODE" of the faults that the check finds. */
const char *sample_faults(struct world *world, struct mh_event *event);
/** Whether type, and every value but posted_at if `posted` is false, agree. */
bool sample_equal(const struct mh_event *a, const struct mh_event *b,
                  bool posted);

#endif
