/* SPDX-License-Identifier: ISC */
/* auditplay: replays a recording in the terminal, or for a script. */
#include "base/clk.h"
#include "base/diag.h"
#include "play/conf.h"
#include "play/help.h"
#include "play/save.h"
#include "play/script.h"
#include "play/ui/ui.h"
#include "sys/fdio.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCRIPT_BYTES_MAX (1u << 20)
#define PIPE_PATIENCE_MS 500 /* until it is said that a pipe is read */

static int
print_help(void)
{
	opt_usage(stdout, "auditplay [OPTION...] FILE",
		"Replay a recording in the terminal; h shows the keys.\n"
		"FILE may be - for standard input.",
		conf_opts);
	printf("\nExample: auditplay --at 10:03 --paused demo.audit\n");
	return 0;
}

static int
print_keys(void)
{
	struct keymap k;
	struct buf out = { 0 };
	int rc;

	keymap_init(&k);
	rc = help_mdoc(&k, &out);
	if (rc == 0)
		rc = fdio_write_all(STDOUT_FILENO, out.p, out.n, NULL);
	buf_free(&out);
	return rc < 0;
}

/* A pipe is read to its end first: later, waiting for the next bytes of it would keep keys
 * waiting too.  When that takes long it is said; as yet the terminal's own C-c ends it. */
static int
read_pipe(struct src *src, struct err *e)
{
	int64_t begin = clk_mono(&clk_system);
	uint8_t chunk[65536];
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t n = 1;

	for (uint64_t off = 0; n > 0 && src_size(src) < 0; off += (uint64_t)n) {
		if (begin && (poll(&p, 1, PIPE_PATIENCE_MS) == 0 ||
				     clk_mono(&clk_system) - begin >
					     PIPE_PATIENCE_MS * NS_PER_MS)) {
			diag_note("reading standard input to its end");
			begin = 0;
		}
		n = src_read_at(src, off, chunk, sizeof chunk, e);
	}
	return n < 0 ? (int)n : 0;
}

static int
open_reel(struct reel **r, const char *path, bool live, struct err *e)
{
	struct src *src;
	struct tape *t;
	struct tape_opts to = { .live = live };
	struct reel_opts o = { .channel = -1 };
	int rc = fdio_open_src(&src, path, e);

	if (rc == 0 && (rc = read_pipe(src, e)) < 0)
		src_close(src);
	if (rc == 0)
		rc = tape_open(&t, src, &to, e);
	if (rc == 0)
		rc = reel_open(r, t, &o, e);
	if (rc < 0)
		err_prefix(e, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
	/* whatever the reason: this cannot be read, and that is exit status 2 */
	if (rc == ERR_IO)
		rc = e->code = ERR_FORMAT;
	return rc;
}

static int
read_all(const char *path, struct buf *out, struct err *e)
{
	struct src *src;
	ssize_t n = fdio_open_src(&src, path, e);

	if (n < 0)
		return (int)n;
	do {
		n = buf_reserve(out, 4096);
		if (n == 0)
			n = src_read_at(src, out->n, out->p + out->n, 4096, e);
		if (n > 0)
			out->n += (size_t)n;
	} while (n > 0 && out->n < SCRIPT_BYTES_MAX);
	src_close(src);
	return (int)n < 0 ? (int)n : 0;
}

static int
run_script(struct app *a, const char *path, struct err *e)
{
	struct buf text = { 0 }, out = { 0 };
	int rc = read_all(path, &text, e), wrote = 0;

	if (rc < 0)
		err_prefix(e, "%s", path);
	else
		rc = script_run(a, buf_span(&text), &out, e);
	if (out.n)
		wrote = fdio_write_all(STDOUT_FILENO, out.p, out.n, rc < 0 ? NULL : e);
	buf_free(&text);
	buf_free(&out);
	return rc < 0 ? rc : wrote;
}

/* Where what is copied goes without a clipboard: private, and gone with the session. */
static const char *
copy_file(char *out, size_t size)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	int n;

	if (!dir || *dir != '/')
		return NULL;
	n = snprintf(out, size, "%s/auditplay-copied.txt", dir);
	return n > 0 && (size_t)n < size ? out : NULL;
}

/* Where playing begins. */
static int
begin(struct app *a, const struct conf *c, struct err *e)
{
	struct when at = c->at;
	int rc;

	if (c->follow && !c->has_at)
		at.kind = WHEN_END;
	if ((c->paused || c->follow || c->has_at) &&
		player_seek(a->player, &at, a->now) & PLAYER_MISSED) {
		rc = when_check(&at, false, e);
		err_prefix(e, "--at");
		return rc;
	}
	if (a->o.growing)
		app_toast(a, "it is still being recorded: --follow plays on");
	app_tick(a, a->now);
	return 0;
}

static int
play(const struct conf *c, struct err *e)
{
	struct app_opts o = { .player = { .speed = c->speed,
				      .idle_limit_ns = c->idle_limit_ns,
				      .paused = c->paused,
				      .loop = c->loop,
				      .stop_at_markers = c->stop_at_markers,
				      .live = c->follow },
		.depth = THEME_256,
		.no_mouse = c->no_mouse };
	struct reel *r = NULL;
	struct app a;
	char name[SAVE_NAME_MAX];
	int rc = c->script ? 0 : ui_check(e);

	if (rc == 0)
		rc = open_reel(&r, c->file, c->follow, e);
	if (rc < 0)
		return rc;
	keymap_init(&o.keymap);
	o.name = c->file;
	o.growing = !c->follow && fdio_is_written(c->file);
	o.clipboard = c->clipboard;
	o.copy_file = copy_file(name, sizeof name);
	o.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	rc = app_init(&a, r, &o, c->script ? 0 : clk_mono(&clk_system));
	if (rc < 0)
		return err_set(e, rc, "out of memory");
	rc = begin(&a, c, e);
	if (rc == 0 && c->script)
		rc = run_script(&a, c->script, e);
	else if (rc == 0)
		rc = ui_run(&a, &clk_system, e);
	app_done(&a);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct conf c;

	setlocale(LC_ALL, "");
	diag_init("auditplay");
	if (conf_parse(&c, argc, argv, &e) < 0)
		return diag_fail(&e, NULL);
	switch (c.action) {
	case CONF_HELP:
		return print_help();
	case CONF_VERSION:
		printf("auditplay %s\n", PACKAGE_VERSION);
		return 0;
	case CONF_MDOC_OPTIONS:
		opt_mdoc(stdout, conf_opts);
		return 0;
	case CONF_MDOC_KEYS:
		return print_keys();
	case CONF_PLAY:
		break;
	}
	if (play(&c, &e) < 0)
		return diag_fail(&e, NULL);
	return 0;
}
