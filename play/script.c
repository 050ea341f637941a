/* SPDX-License-Identifier: ISC */
#include "play/script.h"

#include "base/clk.h"
#include "base/opt.h"
#include "base/utf8.h"
#include "play/paint.h"
#include "sys/fdio.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 512
#define STEPS_MAX      1000000 /* ticks in one "tick": a deadline that never moves is a bug */

struct script {
	struct shell *shell;
	struct canvas canvas;
	struct buf *out;
	int64_t now;
	bool quit;
};

/* What goes to the clipboard is printed. */
static void
print_copied(struct script *s)
{
	struct span text = buf_span(&s->shell->app->copy.text);

	buf_addf(s->out, "copied %zu bytes:\n|", text.n);
	for (size_t i = 0; i < text.n; i++)
		buf_add(s->out, text.p[i] == '\n' ? "\n|" : (const char *)text.p + i,
			text.p[i] == '\n' ? 2 : 1);
	buf_add_str(s->out, "\n");
	app_copied(s->shell->app, "the clipboard");
}

static void
react(struct script *s, unsigned flags)
{
	if (flags & APP_QUIT)
		s->quit = true;
	if (flags & APP_COPY && s->shell->app)
		print_copied(s);
}

static int
do_key(struct script *s, char *arg, struct err *e)
{
	char *save = NULL;

	for (char *word = strtok_r(arg, " ", &save); word;
		word = strtok_r(NULL, " ", &save)) {
		uint32_t key = keymap_key(word);

		if (!key)
			return err_set(e, ERR_USAGE, "'%s' is no key", word);
		react(s, shell_key(s->shell, key, s->now));
		shell_paint(s->shell, &s->canvas); /* a layout that changes is seen */
	}
	return 0;
}

/* "press 23,10": what, row and column. */
static int
do_mouse(struct script *s, char *arg, struct err *e)
{
	static const char *const kinds[MOUSE_KINDS + 1] = {
		[MOUSE_PRESS] = "press",
		[MOUSE_DRAG] = "drag",
		[MOUSE_RELEASE] = "release",
		[MOUSE_WHEEL_UP] = "wheel-up",
		[MOUSE_WHEEL_DOWN] = "wheel-down",
	};
	struct mouse m = { 0 };
	char what[16], more;
	int kind;

	if (sscanf(arg, "%15s %d,%d%c", what, &m.row, &m.col, &more) != 3)
		return err_set(e, ERR_USAGE, "mouse: WHAT ROW,COLUMN");
	kind = opt_choice(what, "mouse", kinds, e);
	if (kind < 0)
		return kind;
	m.kind = (enum mouse_kind)kind;
	react(s, shell_mouse(s->shell, &m, s->now));
	shell_paint(s->shell, &s->canvas);
	return 0;
}

static int
do_text(struct script *s, char *arg, struct err *e)
{
	size_t n = strlen(arg);

	(void)e;
	while (n) {
		uint32_t ch;
		int k = utf8_get((const uint8_t *)arg, n, &ch, NULL);

		if (k <= 0)
			break;
		react(s, shell_key(s->shell, ch, s->now));
		arg += k;
		n -= (size_t)k;
	}
	return 0;
}

static int
do_tick(struct script *s, char *arg, struct err *e)
{
	double seconds;
	int64_t end;
	int rc = opt_double(arg, "tick", 0, 1e6, &seconds, e);

	if (rc < 0)
		return rc;
	end = s->now + (int64_t)(seconds * (double)NS_PER_S + 0.5);
	for (int i = 0; shell_deadline(s->shell) <= end; i++) {
		if (i == STEPS_MAX)
			return err_set(e, ERR_LIMIT, "more than %d steps in one tick", i);
		if (shell_deadline(s->shell) > s->now)
			s->now = shell_deadline(s->shell);
		shell_tick(s->shell, s->now);
	}
	s->now = end;
	shell_tick(s->shell, s->now);
	return 0;
}

static int
do_index(struct script *s, char *arg, struct err *e)
{
	(void)arg;
	(void)e;
	while (shell_idle(s->shell))
		;
	return 0;
}

static int
do_size(struct script *s, char *arg, struct err *e)
{
	int cols, rows, rc = opt_size(arg, CANVAS_ROWS_MAX, &cols, &rows, e);

	if (rc == 0)
		rc = canvas_size(&s->canvas, cols, rows);
	if (rc == 0)
		shell_paint(s->shell, &s->canvas);
	return rc;
}

static int
do_colours(struct script *s, char *arg, struct err *e)
{
	static const char *const names[] = { "0", "8", "16", "256", "true", NULL };
	int depth = opt_choice(arg, "colours", names, e);

	if (depth < 0)
		return depth;
	shell_look(s->shell, (enum theme_depth)depth);
	return 0;
}

static int
do_screen(struct script *s, char *arg, struct err *e)
{
	struct canvas *c = &s->canvas;

	(void)arg;
	shell_paint(s->shell, c);
	buf_addf(s->out, "--- %dx%d", c->cols, c->rows);
	if (c->cursor_row >= 0)
		buf_addf(s->out, " cursor %d,%d", c->cursor_row, c->cursor_col);
	buf_add_str(s->out, "\n");
	for (int i = 0; i < c->rows; i++) {
		buf_add_str(s->out, "|");
		canvas_row_text(c, i, s->out);
		buf_add_str(s->out, "\n");
	}
	return buf_failed(s->out) ? err_set(e, ERR_NOMEM, "too much to print") : 0;
}

/* From IN to behind what OUT holds. */
static int
append(struct src *in, struct dst *out, struct err *e)
{
	struct src *present = fdio_dst_reader(out);
	uint64_t at = present ? (uint64_t)src_size(present) : 0, off = 0;
	uint8_t chunk[4096];
	ssize_t n;

	src_close(present);
	while ((n = src_read_at(in, off, chunk, sizeof chunk, e)) > 0) {
		n = dst_write_at(out, at + off, chunk, (size_t)n, e);
		if (n <= 0)
			break;
		off += (uint64_t)n;
	}
	return n < 0 ? (int)n : 0;
}

/* "append FILE TO": a recording grows while it is played. */
static int
do_append(struct script *s, char *arg, struct err *e)
{
	char *to = strchr(arg, ' ');
	struct src *in;
	struct dst *out;
	int rc;

	(void)s;
	if (!to)
		return err_set(e, ERR_USAGE, "append: FILE TO");
	*to++ = 0;
	rc = fdio_open_src(&in, arg, e);
	if (rc < 0)
		return rc;
	rc = fdio_open_dst(&out, to, FDIO_APPEND, e);
	if (rc == 0) {
		rc = append(in, out, e);
		dst_close(out, NULL);
	}
	src_close(in);
	return rc;
}

static int
do_status(struct script *s, char *arg, struct err *e)
{
	static const char *const states[] = {
		[PLAYER_PLAYING] = "playing",
		[PLAYER_PAUSED] = "paused",
		[PLAYER_SEEKING] = "seeking",
		[PLAYER_FINISHED] = "finished",
	};
	struct player_view v;
	char pos[WHEN_TEXT_MAX], all[WHEN_TEXT_MAX];

	(void)arg;
	if (!s->shell->app)
		return err_set(e, ERR_USAGE, "nothing is being played");
	v = player_view(s->shell->app->player);
	when_format(pos, v.pos_ns, 3);
	when_format(all, v.duration_ns, 3);
	buf_addf(s->out, "%s %s / %s%s speed %g message %llu\n", states[v.state], pos,
		all, v.duration_known ? "" : "+", v.speed,
		(unsigned long long)reel_ordinal(player_reel(s->shell->app->player)));
	return 0;
}

static const struct {
	const char *name;
	bool arg;
	int (*run)(struct script *s, char *arg, struct err *e);
} steps[] = {
	{ "key", true, do_key },
	{ "mouse", true, do_mouse },
	{ "text", true, do_text },
	{ "tick", true, do_tick },
	{ "size", true, do_size },
	{ "colours", true, do_colours },
	{ "index", false, do_index },
	{ "append", true, do_append },
	{ "screen", false, do_screen },
	{ "status", false, do_status },
};

static int
run_line(struct script *s, char *line, struct err *e)
{
	size_t n = strcspn(line, " ");
	char *arg = line + n;

	if (*arg)
		*arg++ = 0;
	if (!*line || *line == '#')
		return 0;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (strcmp(steps[i].name, line) != 0)
			continue;
		if (steps[i].arg != (*arg != 0))
			return err_set(e, ERR_USAGE, "%s %s", line,
				*arg ? "takes no argument" : "needs an argument");
		return steps[i].run(s, arg, e);
	}
	return err_set(e, ERR_USAGE, "'%.40s' is no step", line);
}

static int
run_lines(struct script *s, struct span text, struct err *e)
{
	char line[LINE_MAX_BYTES];
	int number = 0, rc = 0;

	while (text.n && !s->quit && rc == 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		number++;
		if (n >= sizeof line || memchr(text.p, 0, n)) {
			rc = err_set(e, ERR_USAGE, "too long, or not text");
		} else {
			memcpy(line, text.p, n);
			line[n] = 0;
			rc = run_line(s, line, e);
		}
		n += end != NULL;
		text = span_of(text.p + n, text.n - n);
	}
	if (rc < 0)
		err_prefix(e, "script line %d", number);
	return rc;
}

int
script_run(struct shell *sh, struct span text, struct buf *out, struct err *e)
{
	struct script s = { .shell = sh, .out = out, .now = sh->now };
	int rc = canvas_size(&s.canvas, 80, 24);

	if (rc < 0)
		return err_set(e, rc, "out of memory");
	shell_paint(sh, &s.canvas);
	rc = run_lines(&s, text, e);
	canvas_free(&s.canvas);
	return rc;
}
