/* SPDX-License-Identifier: ISC */
#define BASE_ERR_IMPL
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *text;
	int status;
} err_table[ERR_COUNT] = {
	[ERR_NONE] = { "no error", 0 },
#define ERR(name, text, status) [ERR_##name##_] = { text, status },
#include "base/err.def"
#undef ERR
};

static int __attribute__((format(printf, 5, 0)))
err_fill(struct err *e, int code, int sys, int64_t offset, const char *fmt, va_list ap)
{
	if (!e)
		return code;
	e->code = code;
	e->sys = sys;
	e->offset = offset;
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	return code;
}

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_fill(e, code, 0, -1, fmt, ap);
	va_end(ap);
	return code;
}

int
err_set_at(struct err *e, int code, int64_t offset, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_fill(e, code, 0, offset, fmt, ap);
	va_end(ap);
	return code;
}

static int
code_of_errno(int sys, int code)
{
	switch (sys) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_NOSPACE;
	case ENOENT:
		return ERR_NOTFOUND;
	case EEXIST:
		return ERR_EXISTS;
	case ENOMEM:
		return ERR_NOMEM;
	default:
		return code;
	}
}

int
err_sys(struct err *e, int code, const char *fmt, ...)
{
	int sys = errno;
	va_list ap;
	size_t n;

	code = code_of_errno(sys, code);
	va_start(ap, fmt);
	err_fill(e, code, sys, -1, fmt, ap);
	va_end(ap);
	if (e) {
		n = strlen(e->text);
		snprintf(e->text + n, sizeof e->text - n, ": %s", strerror(sys));
	}
	errno = sys;
	return code;
}

void
err_prefix(struct err *e, const char *fmt, ...)
{
	char old[ERR_TEXT_MAX];
	va_list ap;
	size_t n;

	if (!e)
		return;
	memcpy(old, e->text, sizeof old);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %.*s", (int)sizeof old - 3, old);
}

const char *
err_name(int code)
{
	if (code > 0 || -code >= ERR_COUNT)
		return "unknown error";
	return err_table[-code].text;
}

int
err_exit_status(int code)
{
	if (code > 0 || -code >= ERR_COUNT)
		return 1;
	return err_table[-code].status;
}
