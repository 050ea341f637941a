/* SPDX-License-Identifier: ISC */
#include "rec/note.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID_DIGITS 32

static bool
is_id(const char *id)
{
	return strlen(id) == ID_DIGITS && strspn(id, "0123456789abcdef") == ID_DIGITS;
}

static bool
read_all(struct buf *out, const char *path, uid_t owner)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == owner &&
		!(st.st_mode & (S_IWGRP | S_IWOTH)) &&
		buf_reserve(out, NOTE_BYTES_MAX) == 0) {
		n = read(fd, out->p, NOTE_BYTES_MAX);
		out->n = n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return n > 0;
}

static void
copy(char *out, size_t size, struct span v)
{
	snprintf(out, size, "%.*s", (int)v.n, (const char *)v.p);
}

static void
take(struct note *n, struct span key, struct span value)
{
	char number[32];

	copy(number, sizeof number, value);
	if (span_is(key, "pid"))
		n->pid = (pid_t)strtol(number, NULL, 10);
	else if (span_is(key, "start"))
		n->start = strtoull(number, NULL, 10);
	else if (span_is(key, "service"))
		copy(n->service, sizeof n->service, value);
	else if (span_is(key, "user"))
		copy(n->user, sizeof n->user, value);
	else if (span_is(key, "ruser"))
		copy(n->ruser, sizeof n->ruser, value);
	else if (span_is(key, "rhost"))
		copy(n->rhost, sizeof n->rhost, value);
	else if (span_is(key, "tty"))
		copy(n->tty, sizeof n->tty, value);
	else if (span_is(key, "method") && value.n) {
		buf_add_span(&n->methods, value);
		buf_add_byte(&n->methods, '\n');
	}
}

static void
parse(struct note *n, struct span text)
{
	while (text.n) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t line = end ? (size_t)(end - text.p) : text.n;
		const uint8_t *eq = memchr(text.p, '=', line);
		size_t key = eq ? (size_t)(eq - text.p) : line;

		if (eq)
			take(n, span_of(text.p, key), span_of(eq + 1, line - key - 1));
		line += end != NULL;
		text = span_of(text.p + line, text.n - line);
	}
}

bool
note_read(struct note *n, const char *dir, const char *id, uid_t owner)
{
	struct buf text = { 0 };
	char path[320];
	bool ok = is_id(id);

	*n = (struct note){ .methods.max = NOTE_BYTES_MAX };
	if (ok) {
		snprintf(path, sizeof path, "%.240s/login/%s", dir, id);
		ok = read_all(&text, path, owner);
	}
	if (ok)
		parse(n, buf_span(&text));
	buf_free(&text);
	return ok;
}

void
note_free(struct note *n)
{
	buf_free(&n->methods);
}
