/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Content of an event in 64 bits: what tells a duplicate from a conflict.
 *
 * A sum of XXH3 over the type's name and over each value that is not null,
 * seeded by its field's name, except posted_at; so it does not depend on schema
 * version, order or framing. Two contents are compared only under one (agency,
 * event_id, revision), which makes a chance collision one in 2^64 a pair. Not a
 * protection against an agency that wants to deceive itself.
 */
#ifndef MAHALLE_CONTENT_HASH_H
#define MAHALLE_CONTENT_HASH_H

#include "event.h"

/** @param event lent; checked (the id counts as bytes, not as text) */
uint64_t mh_content_hash(const struct mh_event *event);
/** Seed of the field with this name; see mh_field.seed. */
uint64_t mh_content_seed(const char *name, size_t len);

#endif
