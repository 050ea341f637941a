/* SPDX-License-Identifier: ISC */
/* What a program says on standard error: one line, "PROGRAM: text", control characters
 * shown and not sent (text may hold bytes of a hostile file name or recording). */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/err.h"

void diag_init(const char *program); /* name in front of every line; kept, not copied */
void diag_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void diag_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Print *e after "WHAT: " (WHAT may be NULL); returns the exit status for its code. */
int diag_fail(const struct err *e, const char *what);
/* Copy S to OUT with control characters as ^X, bad UTF-8 and other orders to a
 * terminal (utf8_order) as '?'; always ends in NUL. */
void diag_clean(char *out, unsigned long size, const char *s);

#endif
