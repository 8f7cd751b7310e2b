/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What can go wrong, said once: name, what to do about it, text.
 *
 * One list serves the faults of an event (what agencies read in an answer, a
 * reject line or a dead letter) and the failures of a program (what operators
 * read in a log). The names of faults are a contract and never change.
 */
#ifndef MAHALLE_ERR_H
#define MAHALLE_ERR_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MH_MUST __attribute__((warn_unused_result))

/** What the caller has to do about a failure. */
enum mh_act {
    MH_ACT_NONE,   /**< nothing: it worked */
    MH_ACT_RETRY,  /**< nothing was changed: wait, bounded, and try again */
    MH_ACT_REFUSE, /**< this event is bad: keep it aside and go on */
    MH_ACT_BLOCK,  /**< a person must act: stay up, wait and say why */
    MH_ACT_STOP    /**< wrong start or our own mistake: end the program */
};

/** X(name, act, exit code of a program that ends because of it, text). */
#define MH_CODES(X)                                                          \
    X(OK, NONE, 0, "success")                                                \
    X(FRAME, REFUSE, 1, "not a framed Avro record")                          \
    X(SCHEMA_ID, REFUSE, 1, "no schema has this id")                         \
    X(DECODE, REFUSE, 1, "bytes do not follow the schema")                   \
    X(TRAILING, REFUSE, 1, "bytes are left after the record")                \
    X(UTF8, REFUSE, 1, "text is not valid UTF-8")                            \
    X(TOO_LARGE, REFUSE, 1, "event is larger than allowed")                  \
    X(REQUIRED, REFUSE, 1, "a value is required here")                       \
    X(UNKNOWN_FIELD, REFUSE, 1, "the event type has no such field")          \
    X(UNKNOWN_TYPE, REFUSE, 1, "there is no such event type")                \
    X(TYPE, REFUSE, 1, "the value is of another kind")                       \
    X(ENUM, REFUSE, 1, "the value is not in the list")                       \
    X(MIN, REFUSE, 1, "the number is too small")                             \
    X(MAX, REFUSE, 1, "the number is too large")                             \
    X(PATTERN, REFUSE, 1, "the text does not have the required form")        \
    X(AT_MOST, REFUSE, 1, "the number exceeds the field that bounds it")     \
    X(REQUIRES, REFUSE, 1, "another field of this event requires this one")  \
    X(REQUIRES_ANY, REFUSE, 1, "only allowed beside another field")          \
    X(REQUIRED_WHEN, REFUSE, 1, "required by the value of another field")    \
    X(NULL_WHEN, REFUSE, 1, "must be absent by the value of another field")  \
    X(LOOKUP, REFUSE, 1, "the code is not in the reference list")            \
    X(FINEST_PLACE, REFUSE, 1, "the place is finer than this type allows")   \
    X(COARSEST_PLACE, REFUSE, 1, "the place is coarser than this type asks") \
    X(PLACE, REFUSE, 1, "the place is not in the reference data")            \
    X(COUNCIL, REFUSE, 1, "the council does not belong to the place")        \
    X(AGENCY, REFUSE, 1, "the agency is not in the reference data")          \
    X(PERSONAL, REFUSE, 1, "looks like a personal number")                   \
    X(OP, REFUSE, 1, "operation, revision and reason do not fit together")   \
    X(DATE, REFUSE, 1, "the date does not exist or is out of range")         \
    X(DAY, REFUSE, 1, "the instant is not on the day of occurred_on")        \
    X(PERIOD, REFUSE, 1, "the period is empty or longer than 366 days")      \
    X(CONFLICT, REFUSE, 1,                                                   \
      "same revision, other content; a change needs a higher revision")      \
    X(FUTURE, REFUSE, 1, "the day has not come yet")                         \
    X(GRANT, REFUSE, 1, "the key has no grant for this")                     \
    X(SOURCE, REFUSE, 1, "the source is not the key's agency")               \
    X(CHARSET, REFUSE, 1, "bytes are not in the declared character set")     \
    X(JSON, REFUSE, 1, "not a JSON object")                                  \
    X(CSV, REFUSE, 1, "not a row of the table")                              \
    X(USAGE, STOP, 2, "wrong use")                                           \
    X(FILE, STOP, 2, "file cannot be read or written")                       \
    X(CONTRACT, STOP, 3, "schema, table or reference data differ")           \
    X(MEMORY, STOP, 70, "out of memory")                                     \
    X(BUG, STOP, 70, "own mistake")                                          \
    X(FULL, RETRY, 5, "no room for more events")                             \
    X(GATEWAY, RETRY, 5, "the gateway does not store")                       \
    X(PG_DOWN, RETRY, 4, "database not reachable")                           \
    X(PG_BUSY, RETRY, 4, "database asks to try again")                       \
    X(PG_OWNER, RETRY, 4, "another consumer owns the partition")             \
    X(PG_IN_DOUBT, RETRY, 4, "answer to commit was lost")                    \
    X(PG_DATA, BLOCK, 4, "database refuses a value that passed the check")   \
    X(PG_REFUSED, BLOCK, 4, "database refused")                              \
    X(KAFKA_DOWN, RETRY, 5, "Kafka not reachable")                           \
    X(KAFKA_REFUSED, BLOCK, 5, "Kafka refused")                              \
    X(KAFKA_FATAL, RETRY, 5, "Kafka client must be made anew")               \
    X(GAP, BLOCK, 5, "next offset is outside the log")                       \
    X(OTHER_LOG, BLOCK, 5, "the topic is not the one that was read before")  \
    X(LISTEN, RETRY, 5, "the address to listen on is not there, or taken")

enum mh_code {
#define X(name, act, exit, text) MH_##name,
    MH_CODES(X)
#undef X
        MH_CODE_COUNT
};

/** A failure: what, and in words where and on what. Never event contents. */
struct mh_err {
    enum mh_code code;
    char text[512]; /**< lower case, no full stop, always terminated */
};

/** Name of a code without prefix, as "MAX". Static. */
const char *mh_code_name(enum mh_code code);
/** One clause in English saying what the code means. Static. */
const char *mh_code_text(enum mh_code code);
/** The same in Persian, UTF-8; NULL for what is no fault of an event. Static. */
const char *mh_code_text_fa(enum mh_code code);
/** What to do about it. */
enum mh_act mh_code_act(enum mh_code code);
/** Exit code of a program that ends because of it (see --help). */
int mh_code_exit(enum mh_code code);
/** The code with this name; MH_CODE_COUNT when there is none. */
enum mh_code mh_code_find(const char *name);

/**
 * Set `err` and return `code`.
 * @param err lent; text is cut at its size
 * Thread: any. Blocks: never. Allocates: no.
 */
enum mh_code mh_fail(struct mh_err *err, enum mh_code code, const char *fmt,
                     ...) __attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif
#endif
