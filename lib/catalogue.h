/* SPDX-License-Identifier: Apache-2.0 */
/**
 * All event types, all published versions, found by schema id or by name.
 *
 * The catalogue is filled once from texts (files or the database) and then
 * only read. A newer set of schemas is a new catalogue.
 */
#ifndef MAHALLE_CATALOGUE_H
#define MAHALLE_CATALOGUE_H

#include "buf.h"
#include "mahalle/err.h"
#include "schema.h"

/** A published version, and the way its records are read. */
struct mh_schema {
    const struct mh_type *latest; /**< lent; where values go */
    const struct mh_type *writer; /**< lent; what the bytes follow */
};

struct mh_catalogue;

MH_MUST enum mh_code mh_catalogue_new(struct mh_catalogue **catalogue,
                                      struct mh_err *err);
void mh_catalogue_free(struct mh_catalogue *catalogue);

/**
 * Add one schema. Versions of a type are added in rising order.
 *
 * @param text     lent; the .avsc
 * @param version  1.. as in the file name
 * @param problems lent; see mh_schema_read; also: id taken, version missing,
 *                 not compatible with the version before
 * @returns MH_OK, MH_CONTRACT, MH_MEMORY
 */
MH_MUST enum mh_code mh_catalogue_add(struct mh_catalogue *catalogue,
                                      const char *text, size_t len, int version,
                                      struct mh_buf *problems,
                                      struct mh_err *err);
/**
 * Add every DIR/events/DOMAIN/TYPE.vN.avsc, in order of path and N.
 * `problems` gets the file's path before each line. Also checks that the file
 * lies where its contents say.
 * @returns MH_OK, MH_FILE, MH_CONTRACT, MH_MEMORY
 */
MH_MUST enum mh_code mh_catalogue_load(struct mh_catalogue *catalogue,
                                       const char *dir, struct mh_buf *problems,
                                       struct mh_err *err);

/** Version and length of TYPE in a path that ends in TYPE.vN.avsc; false:
 *  the name has not this form. */
bool mh_catalogue_file_version(const char *path, size_t *stem_len,
                               int *version);

/**
 * One file of the catalogue.
 * @param path    lent; below the directory, as "events/sport/x.v1.avsc"
 * @param version from the name; 0: the name has not the form, no text is read
 * @param text    lent; `len` bytes and a NUL
 */
typedef enum mh_code mh_catalogue_visit(void *context, const char *path,
                                        int version, const char *text,
                                        size_t len, struct mh_err *err);
/** Call `visit` for every file that mh_catalogue_load would read, in its
 *  order, until one fails. @returns also MH_FILE, MH_MEMORY */
MH_MUST enum mh_code mh_catalogue_files(const char *dir,
                                        mh_catalogue_visit *visit,
                                        void *context, struct mh_err *err);

/** The version with this id; NULL when there is none. Thread: any. */
const struct mh_schema *mh_catalogue_schema(const struct mh_catalogue *c,
                                            uint32_t id);
/** The latest version of the type with this short name; NULL if none. */
const struct mh_type *mh_catalogue_type(const struct mh_catalogue *c,
                                        const char *name, size_t len);
/** Types, in order of type id; 0 <= i < mh_catalogue_count. */
int mh_catalogue_count(const struct mh_catalogue *c);
const struct mh_type *mh_catalogue_at(const struct mh_catalogue *c, int i);

#endif
