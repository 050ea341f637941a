/* SPDX-License-Identifier: ISC */
#include "play/ui/clip.h"

#include "base/base64.h"
#include "base/err.h"

#include <curses.h>
#include <term.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* GNU screen hands on what stands in its own device strings, a short one at a time. */
#define SCREEN_PIECE 240

/* Terminals that take OSC 52 though the usual descriptions of them do not say so (Ms). */
static const char *const families[] = { "xterm", "tmux", "screen", "alacritty", "foot",
	"kitty", "wezterm", "contour", "ghostty", "rio", "st-" };

static bool
is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

static bool
known(void)
{
	const char *ms = tigetstr("Ms"), *term = getenv("TERM");

	if (ms && ms != (const char *)-1)
		return true;
	for (size_t i = 0; term && i < sizeof families / sizeof *families; i++)
		if (strncmp(term, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}

enum clip_chance
clip_chance(enum copy_clipboard wish, size_t bytes)
{
	bool between = is_set("TMUX") || is_set("STY");

	if (bytes > CLIP_BYTES_MAX || (wish == COPY_AUTO && !known()))
		return CLIP_NO;
	return wish == COPY_AUTO && between ? CLIP_DOUBTFUL : CLIP_GOOD;
}

static int
write_all(int fd, struct span s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno != EINTR)
			return ERR_IO;
		if (n > 0)
			s = span_of(s.p + n, s.n - (size_t)n);
	}
	return 0;
}

static void
wrap_for_screen(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i += SCREEN_PIECE) {
		size_t n = s.n - i < SCREEN_PIECE ? s.n - i : SCREEN_PIECE;

		buf_add_str(out, "\033P");
		buf_add(out, s.p + i, n);
		buf_add_str(out, "\033\\");
	}
}

int
clip_send(int fd, struct span text)
{
	struct buf osc = { 0 }, wrapped = { 0 };
	int rc;

	buf_add_str(&osc, "\033]52;c;");
	base64_put(&osc, text);
	buf_add_str(&osc, "\a");
	if (is_set("STY"))
		wrap_for_screen(&wrapped, buf_span(&osc));
	rc = buf_failed(&osc) || buf_failed(&wrapped) ? ERR_NOMEM : 0;
	if (rc == 0)
		rc = write_all(fd, buf_span(wrapped.n ? &wrapped : &osc));
	buf_free(&osc);
	buf_free(&wrapped);
	return rc;
}
