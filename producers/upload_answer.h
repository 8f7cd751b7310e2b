/* SPDX-License-Identifier: Apache-2.0 */
/**
 * An answer of a gateway -> what became of each event of the request.
 *
 * Part of upload. What the gateway says is looked at as anything from outside:
 * an answer that is not what it should be settles nothing. Pure.
 */
#ifndef MAHALLE_UPLOAD_ANSWER_H
#define MAHALLE_UPLOAD_ANSWER_H

#include <jansson.h>

#include "told.h"

enum answer_kind {
    ANSWER_SETTLED, /**< there is a result */
    ANSWER_RETRY,   /**< not stored, or maybe: post it again */
};

struct answer {
    enum answer_kind kind;
    bool doubtful;     /**< ANSWER_RETRY: it may be stored */
    struct told *told; /**< ANSWER_SETTLED; given, told_free */
};

/**
 * @param body    lent; `len` bytes
 * @param answers out; room for `count`; one an event, in order
 * @returns false: the body does not hold `count` results; no answer is made
 */
bool answer_read(const char *body, size_t len, struct answer *answers,
                 size_t count);
/**
 * One line on a request that was answered as a whole.
 * @param status of HTTP
 * @param text   out; without what an attacker could put there but words
 */
void answer_problem(const char *body, size_t len, long status, char *text,
                    size_t size);

#endif
