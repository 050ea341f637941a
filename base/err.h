/* SPDX-License-Identifier: ISC */
/* Errors.  Library functions return 0 (or a positive count) or a negative code from
 * err.def.  Where the caller needs more, the last parameter is a struct err (may be
 * NULL): code, errno, byte offset and one line of text, all in place, nothing allocated.
 * err_prefix() adds context while the error rises.  Only programs print. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

enum err_code {
	ERR_NONE = 0,
#define ERR(name, text, status) ERR_##name##_,
#include "base/err.def"
#undef ERR
	ERR_COUNT
};

/* The negative values that functions return: ERR_NOMEM, ERR_IO, ... */
enum {
#define ERR(name, text, status) ERR_##name = -ERR_##name##_,
#include "base/err.def"
#undef ERR
};

/* May the same work out when it is tried again a little later? */
static inline bool
err_is_passing(int code)
{
	return code == ERR_AGAIN || code == ERR_NET;
}

#define ERR_TEXT_MAX 320

struct err {
	int code;                /* negative code, 0 when unset */
	int sys;                 /* saved errno, 0 when none */
	int64_t offset;          /* byte offset or line, -1 when it has none */
	char text[ERR_TEXT_MAX]; /* one line, no newline, printable */
};

/* Fill *e (when not NULL) and return CODE. */
int err_set(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int err_set_at(struct err *e, int code, int64_t offset, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* As err_set, with ": strerror(errno)" behind; ENOSPC and EDQUOT become ERR_NOSPACE,
 * ENOENT ERR_NOTFOUND, EEXIST ERR_EXISTS, ENOMEM ERR_NOMEM, else CODE. */
int err_sys(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#if defined __clang_analyzer__ && !defined BASE_ERR_IMPL
/* It does not look into other files: what they return is the code they were given. */
#define err_set(e, code, ...) ((void)(err_set)(e, code, __VA_ARGS__), (code))
#define err_set_at(e, code, at, ...) \
	((void)(err_set_at)(e, code, at, __VA_ARGS__), (code))
#define err_sys(e, code, ...) ((void)(err_sys)(e, code, __VA_ARGS__), (code))
#endif
/* Put "TEXT: " in front of the text of *e. */
void err_prefix(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
const char *err_name(int code); /* short text of a code */
int err_exit_status(int code);  /* what a program that ends on it returns */

#endif
