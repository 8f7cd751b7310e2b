/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One fact a line on standard error:
 * `2026-03-01T08:00:01.042Z info store topic=mahalle.events part=3 facts=50`
 *
 * Only code that decides (retry, refuse, stop, start, rebalance) logs; the
 * rest reports. Never event contents, names, passwords, connection strings.
 */
#ifndef MAHALLE_LOG_H
#define MAHALLE_LOG_H

/** A value with quotes: longer ones are cut, between characters. */
enum { MH_LOG_QUOTED = 400 };

enum mh_log_level { MH_LOG_ERROR, MH_LOG_WARN, MH_LOG_INFO, MH_LOG_DEBUG };

/** Lines above `level` are dropped; default info. */
void mh_log_set_level(enum mh_log_level level);
/** @param step part of the program; @param fmt `key=value` pairs; a value
 *  with blanks goes through mh_log_quote. Thread: any. */
void mh_log(enum mh_log_level level, const char *step, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/**
 * A text of others as a value: in double quotes, which stand behind a backslash
 * within, as does the backslash. What is no UTF-8 becomes `?`.
 * @param to lent; @returns it
 */
const char *mh_log_quote(char to[MH_LOG_QUOTED], const char *text);

#endif
