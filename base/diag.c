/* SPDX-License-Identifier: ISC */
#include "base/diag.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program = "auditrec";

void
diag_init(const char *name)
{
	program = name;
}

void
diag_clean(char *out, unsigned long size, const char *s)
{
	size_t n = strlen(s), o = 0;

	for (size_t i = 0; i < n;) {
		uint32_t ch;
		bool bad;
		int k = utf8_get((const uint8_t *)s + i, n - i, &ch, &bad);

		if (k == 0 || bad || (ch > 127 && utf8_order(ch))) {
			k = k ? k : 1;
			if (o + 1 >= size)
				break;
			out[o++] = '?';
		} else if (ch < 32 || ch == 127) {
			if (o + 2 >= size)
				break;
			out[o++] = '^';
			out[o++] = (char)(ch ^ 64);
		} else {
			if (o + (size_t)k >= size)
				break;
			memcpy(out + o, s + i, (size_t)k);
			o += (size_t)k;
		}
		i += (size_t)k;
	}
	out[o] = 0;
}

/* One write, so that lines of several processes do not mix. */
static void __attribute__((format(printf, 1, 0))) say(const char *fmt, va_list ap)
{
	char text[1024], clean[1100], line[1200];
	int n;

	vsnprintf(text, sizeof text, fmt, ap);
	diag_clean(clean, sizeof clean, text);
	n = snprintf(line, sizeof line, "%s: %s\n", program, clean);
	if (n > (int)sizeof line - 1)
		n = (int)sizeof line - 1;
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nowhere left to say it */
}

void
diag_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
diag_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

int
diag_fail(const struct err *e, const char *what)
{
	if (what)
		diag_error("%s: %s", what, e->text);
	else
		diag_error("%s", e->text);
	return err_exit_status(e->code);
}
