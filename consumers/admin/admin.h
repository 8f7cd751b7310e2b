/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The commands of mahalle-admin, and what they share.
 *
 * Every command that changes the database does so in one transaction under
 * one lock, as the owner of the tables: two at once are safe, a failed one
 * leaves everything as it was.
 */
#ifndef MAHALLE_ADMIN_H
#define MAHALLE_ADMIN_H

#include "buf.h"
#include "catalogue.h"
#include "database.h"
#include "options.h"

enum { ADMIN_PATH_BYTES = 4096 };

/** Held by who counts totals anew; any number that nobody else uses in this
 *  database. */
#define ADMIN_REBUILD_LOCK "7024011405"

/** One run of the program. */
struct admin {
    const struct mh_options *options; /**< lent */
    const char *schemas;              /**< lent; directory of the contract */
    int arg_count;                    /**< what follows the command's words */
    int first_arg;                    /**< index of it in the options */
};

/** Argument `i` of the command. */
const char *admin_arg(const struct admin *admin, int i);

/** Connect to MAHALLE_PG. @returns also MH_USAGE: it is not set */
MH_MUST enum mh_code admin_connect(const struct admin *admin,
                                   struct database **db, struct mh_err *err);
/** The same for a command that only reads: an analyst's login will do. */
MH_MUST enum mh_code admin_connect_reader(const struct admin *admin,
                                          struct database **db,
                                          struct mh_err *err);
/** Begin, take the lock that one command at a time holds, become the owner
 *  of the tables (before there are any: of the database). */
MH_MUST enum mh_code admin_begin(struct database *db, struct mh_err *err);
/** Read as the owner, without the lock. */
MH_MUST enum mh_code admin_begin_reading(struct database *db,
                                         struct mh_err *err);
/** The role of the transaction at hand becomes the owner of the tables. */
MH_MUST enum mh_code admin_become_owner(struct database *db,
                                        struct mh_err *err);
/** A failure in class 23 that our own SQL raised is a breach of the contract:
 *  print the server's message and turn `code` into MH_CONTRACT. */
enum mh_code admin_refused(const struct database *db, enum mh_code code,
                           struct mh_err *err);
/** Print the lines of `problems` to standard error. */
void admin_print_problems(struct mh_buf *problems);

/** Read the event types of a directory; what is wrong with them is printed.
 *  @param catalogue out; given, mh_catalogue_free
 *  @returns MH_OK, MH_CONTRACT (also: there are none), MH_MEMORY */
MH_MUST enum mh_code admin_read_schemas(const char *dir,
                                        struct mh_catalogue **catalogue,
                                        struct mh_err *err);

/**
 * Write a file, complete or not at all, on the disk before this returns; its
 * folder is made if it is missing.
 * @returns MH_OK, MH_FILE
 */
MH_MUST enum mh_code admin_write_file(const char *path,
                                      const struct mh_buf *text,
                                      struct mh_err *err);
/** The same in two steps, with something between that may fail; then `part`,
 *  which got the name of the first, is unlinked. */
MH_MUST enum mh_code admin_write_beside(const char *path,
                                        const struct mh_buf *text,
                                        char part[ADMIN_PATH_BYTES],
                                        struct mh_err *err);
MH_MUST enum mh_code admin_put_in_place(const char *part, const char *path,
                                        struct mh_err *err);

/** Read the three files of DIR/reference; part of a transaction. Prints
 *  counts. */
MH_MUST enum mh_code admin_load_default_reference(struct database *db,
                                                  const char *dir,
                                                  struct mh_err *err);

/** Write all of the committed reference data to DIR/reference/loaded/, where
 *  mahalle-post reads it besides the files of the contract. The database has
 *  it, so a failure is only told. */
void admin_keep_reference(struct database *db, const char *schemas);

/* The commands. @returns what the program ends with, `err` says why */
MH_MUST enum mh_code admin_db_install(const struct admin *admin,
                                      struct mh_err *err);
MH_MUST enum mh_code admin_topics_create(const struct admin *admin,
                                         struct mh_err *err);
MH_MUST enum mh_code admin_schema_check(const struct admin *admin,
                                        struct mh_err *err);
MH_MUST enum mh_code admin_schema_list(const struct admin *admin,
                                       struct mh_err *err);
MH_MUST enum mh_code admin_schema_add(const struct admin *admin,
                                      struct mh_err *err);
MH_MUST enum mh_code admin_reference_load(const struct admin *admin,
                                          struct mh_err *err);
MH_MUST enum mh_code admin_offsets_show(const struct admin *admin,
                                        struct mh_err *err);
MH_MUST enum mh_code admin_offsets_accept_gap(const struct admin *admin,
                                              struct mh_err *err);
MH_MUST enum mh_code admin_dead_letters_list(const struct admin *admin,
                                             struct mh_err *err);
MH_MUST enum mh_code admin_dead_letters_show(const struct admin *admin,
                                             struct mh_err *err);
MH_MUST enum mh_code admin_dead_letters_export(const struct admin *admin,
                                               struct mh_err *err);
MH_MUST enum mh_code admin_dead_letters_park(const struct admin *admin,
                                             struct mh_err *err);
MH_MUST enum mh_code admin_dead_letters_reopen(const struct admin *admin,
                                               struct mh_err *err);
MH_MUST enum mh_code admin_dead_letters_replay(const struct admin *admin,
                                               struct mh_err *err);
MH_MUST enum mh_code admin_keys_create(const struct admin *admin,
                                       struct mh_err *err);
MH_MUST enum mh_code admin_keys_list(const struct admin *admin,
                                     struct mh_err *err);
MH_MUST enum mh_code admin_keys_revoke(const struct admin *admin,
                                       struct mh_err *err);
MH_MUST enum mh_code admin_verify(const struct admin *admin,
                                  struct mh_err *err);
MH_MUST enum mh_code admin_rebuild(const struct admin *admin,
                                   struct mh_err *err);
MH_MUST enum mh_code admin_report(const struct admin *admin,
                                  struct mh_err *err);

#endif
