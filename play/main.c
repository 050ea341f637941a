/* SPDX-License-Identifier: ISC */
/* auditplay: replays a recording in the terminal, or for a script. */
#include "base/clk.h"
#include "base/complete.h"
#include "base/diag.h"
#include "play/conf.h"
#include "play/files.h"
#include "play/help.h"
#include "play/save.h"
#include "play/script.h"
#include "play/ui/ui.h"
#include "store/open.h"
#include "sys/fdio.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_NS          (10 * NS_PER_MS) /* for bytes from afar, while keys wait */
#define PIPE_PATIENCE_MS 500              /* until it is said that a pipe is read */

static int
print_help(void)
{
	opt_usage(stdout, "auditplay [OPTION...] [FILE|DIR...]",
		"Replay a recording in the terminal; h shows the keys.\n"
		"FILE may be - for standard input, or s3://BUCKET/KEY.",
		conf_opts);
	printf("\nExample: auditplay --at 10:03 --paused demo.audit\n");
	return 0;
}

/* Print what MAKE makes of K. */
static int
print_made(int (*make)(const struct keymap *k, struct buf *out), const struct keymap *k)
{
	struct buf out = { 0 };
	int rc = make(k, &out);

	if (rc == 0)
		rc = fdio_write_all(STDOUT_FILENO, out.p, out.n, NULL);
	buf_free(&out);
	return rc < 0;
}

static int
sample(const struct keymap *k, struct buf *out)
{
	(void)k;
	return conf_sample(out);
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

struct run {
	const struct conf *conf;
	const struct conf_faults *faults;
	bool begun;
};

static int
open_reel(
	void *ctx, const char *path, struct reel **r, struct app_opts *ao, struct err *e)
{
	struct src *src;
	struct tape *t;
	const struct run *run = ctx;
	struct tape_opts to = { .live = run->conf->follow };
	struct reel_opts o = { .channel = -1 };
	int rc = store_open_src(&src, path, e);

	ao->growing = !run->conf->follow && fdio_is_written(path);
	if (rc == 0 && (rc = read_pipe(src, e)) < 0)
		src_close(src);
	if (rc == 0)
		rc = tape_open(&t, src, &to, e);
	if (rc == 0)
		rc = reel_open(r, t, &o, e);
	if (rc == 0 && !run->conf->script)
		src_wait_at_most(src, WAIT_NS);
	if (rc < 0)
		err_prefix(e, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
	/* whatever the reason: this cannot be read, and that is exit status 2 */
	if (rc == ERR_IO)
		rc = e->code = ERR_FORMAT;
	return rc;
}

static int
run_script(struct shell *sh, const char *path, struct err *e)
{
	struct buf text = { 0 }, out = { 0 };
	int rc = files_read(path, &text, e), wrote = 0;

	if (rc < 0)
		err_prefix(e, "%s", path);
	else
		rc = script_run(sh, buf_span(&text), &out, e);
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

/* The options and keys of the usual file, or of the one that was named; a script has those that
 * it names only. */
static int
read_config(struct conf *c, struct keymap *k, struct conf_faults *f, struct err *e)
{
	char usual[PATH_MAX];
	const char *path = c->config;
	struct buf text = { 0 };
	int rc;

	if (!path && (c->no_config || c->script || files_config(usual, NULL) < 0))
		return 0;
	rc = files_read(path ? path : usual, &text, e);
	if (rc < 0 && path) {
		err_prefix(e, "%s", path);
	} else if (rc < 0 && rc != ERR_NOTFOUND) { /* most people have none */
		f->n++;
		memcpy(f->first, e->text, sizeof f->first);
	}
	rc = path ? rc : 0;
	conf_init(c);
	conf_read(c, k, path ? path : "auditplay.conf", buf_span(&text), f);
	buf_free(&text);
	return rc;
}

static int
configure(struct conf *c, struct keymap *k, struct conf_faults *f, int argc, char **argv,
	struct err *e)
{
	int rc;

	keymap_init(k);
	conf_init(c);
	rc = conf_args(c, argc, argv, e);
	if (rc == 0 && (c->action == CONF_PLAY || c->action == CONF_PRINT_KEYS)) {
		rc = read_config(c, k, f, e);
		if (rc == 0)
			rc = conf_args(c, argc, argv, e);
	}
	return rc;
}

/* Where playing begins. */
static int
begin_at(struct app *a, const struct conf *c, struct err *e)
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
begin(void *ctx, struct app *a, struct err *e)
{
	struct run *r = ctx;
	const struct conf_faults *f = r->faults;
	int rc = begin_at(a, r->conf, e);

	if (!r->begun && f->n > 1)
		app_toast(a, "%s (and %d more)", f->first, f->n - 1);
	else if (!r->begun && f->n)
		app_toast(a, "%s", f->first);
	r->begun = true;
	return rc;
}

static struct app_opts
app_options(const struct conf *c, const struct keymap *k)
{
	struct app_opts o = { .player = { .speed = c->speed,
				      .idle_limit_ns = c->idle_limit_ns,
				      .paused = c->paused,
				      .loop = c->loop,
				      .stop_at_markers = c->stop_at_markers,
				      .live = c->follow },
		.keymap = *k,
		.depth = THEME_256,
		.no_mouse = c->no_mouse,
		.clipboard = c->clipboard,
		.colours = c->colours,
		.resize_window = c->resize_window };

	if (c->colours >= 0)
		o.depth = (enum theme_depth)c->colours;
	o.utf8 = !c->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	return o;
}

/* What the player remembers; a script begins and ends without it. */
static void
load_state(const struct conf *c, struct state *s)
{
	char path[PATH_MAX];
	struct buf text = { 0 };

	*s = (struct state){ 0 };
	if (!c->script && files_state(path, NULL) == 0 &&
		files_read(path, &text, NULL) == 0)
		state_parse(s, buf_span(&text));
	buf_free(&text);
}

static void
save_state(const struct conf *c, const struct state *old, const struct state *s)
{
	char path[PATH_MAX];
	struct buf text = { 0 };

	if (c->script || memcmp(old, s, sizeof *s) == 0 || files_state(path, NULL) < 0)
		return;
	if (state_print(s, &text) == 0)
		files_write(path, buf_span(&text), NULL);
	buf_free(&text);
}

/* One file is played; more of them, or a folder, are a table to choose from. */
static bool
is_one(const struct conf *c)
{
	struct stat st;

	if (c->nfiles == 1 && store_is_url(c->files[0]))
		return !store_is_prefix(c->files[0]);
	return c->nfiles == 1 && (stat(c->files[0], &st) < 0 || !S_ISDIR(st.st_mode) ||
					 fdio_is_recording(c->files[0]));
}

static int
start(struct shell *sh, const struct conf *c, char **usual, struct err *e)
{
	int rc;

	if (is_one(c))
		return shell_play(sh, c->files[0], e);
	if (c->nfiles)
		rc = shell_pick(sh, c->files, c->nfiles);
	else if (files_recordings(*usual, e) < 0 || access(*usual, R_OK | X_OK) < 0)
		return err_set(e, ERR_USAGE,
			"name a recording to play, or a folder of them (see --help)");
	else
		rc = shell_pick(sh, usual, 1);
	return rc < 0 ? err_set(e, rc, "out of memory") : rc;
}

static int
play(const struct conf *c, const struct keymap *k, const struct conf_faults *f,
	struct err *e)
{
	struct run run = { c, f, false };
	struct shell_opts o = { app_options(c, k), open_reel, begin, &run };
	struct state old;
	struct shell sh;
	char name[SAVE_NAME_MAX], path[PATH_MAX], *usual = path;
	int rc = c->script ? 0 : ui_check(e);

	if (rc < 0)
		return rc;
	o.app.copy_file = copy_file(name, sizeof name);
	load_state(c, &old);
	shell_init(&sh, &o, &old, c->script ? 0 : clk_mono(&clk_system));
	rc = start(&sh, c, &usual, e);
	if (rc == 0)
		rc = c->script ? run_script(&sh, c->script, e)
			       : ui_run(&sh, &clk_system, e);
	shell_done(&sh);
	save_state(c, &old, &sh.state);
	return rc;
}

static int
print_completions(const char *shell)
{
	static const struct complete all = {
		.program = "auditplay", .args = "[FILE|DIR...]", .options = conf_opts
	};
	struct err e;

	return complete_print(stdout, shell, &all, &e) < 0 ? diag_fail(&e, NULL) : 0;
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct conf_faults faults = { 0 };
	struct keymap keys;
	struct conf c;

	setlocale(LC_ALL, "");
	diag_init("auditplay");
	if (complete_asked(argc, argv))
		return print_completions(complete_asked(argc, argv));
	if (configure(&c, &keys, &faults, argc, argv, &e) < 0)
		return diag_fail(&e, NULL);
	switch (c.action) {
	case CONF_HELP:
		return print_help();
	case CONF_VERSION:
		printf("auditplay %s\n", PACKAGE_VERSION);
		return 0;
	case CONF_PRINT_KEYS:
		if (faults.n)
			diag_note("%s", faults.first);
		return print_made(help_text, &keys);
	case CONF_PRINT_CONFIG:
		return print_made(sample, &keys);
	case CONF_MDOC_OPTIONS:
		opt_mdoc(stdout, conf_opts);
		return 0;
	case CONF_MDOC_KEYS:
		return print_made(help_mdoc, &keys);
	case CONF_PLAY:
		break;
	}
	if (play(&c, &keys, &faults, &e) == 0)
		return 0;
	return diag_fail(&e, NULL);
}
