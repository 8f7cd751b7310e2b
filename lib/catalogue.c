/* SPDX-License-Identifier: Apache-2.0 */
/* Versions are found by id in an open hash table with room for twice as many
   (one multiplication and, nearly always, one look); types by name with a
   binary search. Reading files is catalogue_load.c. */
#include "catalogue.h"

#include <stdlib.h>
#include <string.h>

struct version {
    struct mh_schema schema; /* what the caller gets */
    struct mh_type *type;    /* owned; the same as schema.writer */
    uint32_t id;             /* of the type; here, so that no type is touched
                                before it is found */
};

struct mh_catalogue {
    struct version **versions; /* owned, each owned; in order of adding */
    struct version **slots;    /* by hash of the id; slot_count, NULL = free */
    struct mh_type **types;    /* lent by versions; latest, by type id */
    struct mh_type **names;    /* the same types by name */
    int version_count, type_count;
    uint32_t slot_count; /* a power of two */
};

static uint32_t hash(const struct mh_catalogue *c, uint32_t id)
{
    return (uint32_t)((id * UINT64_C(0x9E3779B97F4A7C15)) >> 32) &
           (c->slot_count - 1);
}

enum mh_code mh_catalogue_new(struct mh_catalogue **catalogue,
                              struct mh_err *err)
{
    struct mh_catalogue *c = calloc(1, sizeof *c);

    if (c == NULL || (c->slots = calloc(1, sizeof *c->slots)) == NULL) {
        free(c);
        return mh_fail(err, MH_MEMORY, "out of memory making a catalogue");
    }
    c->slot_count = 1;
    *catalogue = c;
    return MH_OK;
}

void mh_catalogue_free(struct mh_catalogue *catalogue)
{
    if (catalogue == NULL) {
        return;
    }
    for (int i = 0; i < catalogue->version_count; i++) {
        mh_type_free(catalogue->versions[i]->type);
        free(catalogue->versions[i]);
    }
    free(catalogue->versions);
    free(catalogue->slots);
    free(catalogue->types);
    free(catalogue->names);
    free(catalogue);
}

/* One more of everything, so that adding itself cannot fail. */
static bool make_room(struct mh_catalogue *c)
{
    size_t count = (size_t)c->version_count + 1;
    struct version **slots;
    void *more;

    if ((more = realloc(c->versions, count * sizeof *c->versions)) == NULL) {
        return false;
    }
    c->versions = more;
    if ((more = realloc(c->types, count * sizeof *c->types)) == NULL) {
        return false;
    }
    c->types = more;
    if ((more = realloc(c->names, count * sizeof *c->names)) == NULL) {
        return false;
    }
    c->names = more;
    if (2 * count < c->slot_count) {
        return true;
    }
    slots = calloc(4 * (size_t)c->slot_count, sizeof(struct version *));
    if (slots == NULL) {
        return false;
    }
    free(c->slots);
    c->slots = slots;
    c->slot_count *= 4;
    for (int i = 0; i < c->version_count; i++) {
        uint32_t at = hash(c, c->versions[i]->id);

        while (c->slots[at] != NULL) {
            at = (at + 1) & (c->slot_count - 1);
        }
        c->slots[at] = c->versions[i];
    }
    return true;
}

static void insert_slot(struct mh_catalogue *c, struct version *version)
{
    uint32_t at = hash(c, version->id);

    while (c->slots[at] != NULL) {
        at = (at + 1) & (c->slot_count - 1);
    }
    c->slots[at] = version;
}

static void insert_type(struct mh_catalogue *c, struct mh_type *type)
{
    int by_id = c->type_count;
    int by_name = c->type_count;

    while (by_id > 0 && c->types[by_id - 1]->type_id > type->type_id) {
        c->types[by_id] = c->types[by_id - 1];
        by_id--;
    }
    c->types[by_id] = type;
    while (by_name > 0 && strcmp(c->names[by_name - 1]->name, type->name) > 0) {
        c->names[by_name] = c->names[by_name - 1];
        by_name--;
    }
    c->names[by_name] = type;
    c->type_count++;
}

/* The newer version takes the place of the older one everywhere. */
static void replace_type(struct mh_catalogue *c, const struct mh_type *last,
                         struct mh_type *next)
{
    for (int i = 0; i < c->type_count; i++) {
        if (c->types[i] == last) {
            c->types[i] = next;
        }
        if (c->names[i] == last) {
            c->names[i] = next;
        }
    }
    for (int i = 0; i < c->version_count; i++) {
        if (c->versions[i]->schema.latest == last) {
            c->versions[i]->schema.latest = next;
        }
    }
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* What an envelope's field may hold is the same in all types: who reads several
 * of them relies on it. */
static bool fits_envelope(const struct mh_type *other,
                          const struct mh_type *type, struct mh_buf *problems)
{
    bool fine = true;

    for (int i = 0; i < MH_ENVELOPE_COUNT; i++) {
        const struct mh_field *a = &other->fields[i];
        const struct mh_field *b = &type->fields[i];

        if (a->has_min != b->has_min || a->has_max != b->has_max ||
            a->min != b->min || a->max != b->max ||
            !same_text(a->pattern_text, b->pattern_text) ||
            !same_text(a->lookup, b->lookup)) {
            mh_buf_format(problems,
                          "/fields/%d: min, max, pattern or lookup of %s are "
                          "not those of %s\n",
                          i, b->name, other->name);
            fine = false;
        }
    }
    return fine;
}

static bool fits(const struct mh_catalogue *c, const struct mh_type *last,
                 const struct mh_type *type, int version,
                 struct mh_buf *problems)
{
    const struct mh_schema *taken = mh_catalogue_schema(c, type->schema_id);
    int expected = last == NULL ? 1 : last->version + 1;
    bool fine = true;

    if (taken != NULL) {
        mh_buf_format(problems, "/schemaId: %lu is taken by %s, version %d\n",
                      (unsigned long)type->schema_id, taken->writer->name,
                      taken->writer->version);
        fine = false;
    }
    if (c->type_count > 0 && !fits_envelope(c->types[0], type, problems)) {
        fine = false;
    }
    if (version != expected) {
        mh_buf_format(problems, "version %d, but %d comes next\n", version,
                      expected);
        fine = false;
    }
    if (last != NULL && !mh_type_may_follow(last, type, problems)) {
        fine = false;
    }
    return fine;
}

enum mh_code mh_catalogue_add(struct mh_catalogue *catalogue, const char *text,
                              size_t len, int version, struct mh_buf *problems,
                              struct mh_err *err)
{
    struct mh_type *type = NULL;
    const struct mh_type *last;
    struct version *added;
    enum mh_code code = mh_schema_read(text, len, &type, problems, err);

    if (code != MH_OK) {
        return code;
    }
    last = mh_catalogue_type(catalogue, type->name, strlen(type->name));
    if (!fits(catalogue, last, type, version, problems)) {
        code = mh_fail(err, MH_CONTRACT, "schema does not fit the catalogue");
        mh_type_free(type);
        return code;
    }
    added = calloc(1, sizeof *added);
    if (added == NULL || !make_room(catalogue)) {
        free(added);
        mh_type_free(type);
        return mh_fail(err, MH_MEMORY, "out of memory adding a schema");
    }
    type->version = version;
    type->type_id = last == NULL ? type->schema_id : last->type_id;
    *added = (struct version){{type, type}, type, type->schema_id};
    insert_slot(catalogue, added);
    catalogue->versions[catalogue->version_count++] = added;
    if (last == NULL) {
        insert_type(catalogue, type);
    } else {
        replace_type(catalogue, last, type);
    }
    return MH_OK;
}

const struct mh_schema *mh_catalogue_schema(const struct mh_catalogue *c,
                                            uint32_t id)
{
    uint32_t at = hash(c, id);

    while (c->slots[at] != NULL) {
        if (c->slots[at]->id == id) {
            return &c->slots[at]->schema;
        }
        at = (at + 1) & (c->slot_count - 1);
    }
    return NULL;
}

const struct mh_type *mh_catalogue_type(const struct mh_catalogue *c,
                                        const char *name, size_t len)
{
    int low = 0;
    int high = c->type_count;

    while (low < high) {
        int middle = low + (high - low) / 2;
        const char *other = c->names[middle]->name;
        size_t other_len = strlen(other);
        int order = memcmp(name, other, len < other_len ? len : other_len);

        if (order == 0 && len == other_len) {
            return c->names[middle];
        }
        order = order != 0 ? order : (len > other_len) - (len < other_len);
        if (order > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

int mh_catalogue_count(const struct mh_catalogue *c)
{
    return c->type_count;
}

const struct mh_type *mh_catalogue_at(const struct mh_catalogue *c, int i)
{
    return c->types[i];
}
