/* SPDX-License-Identifier: ISC */
/* One loop: tick the app, paint what has changed (at most 60 times a second), spend idle
 * moments on the index, wait for keys and signals.  Signals arrive through a descriptor,
 * so every way out leads through ui_stop(). */
#include "play/ui/ui.h"

#include "play/paint.h"
#include "play/ui/clip.h"
#include "play/ui/draw.h"
#include "play/ui/keys.h"
#include "play/ui/mouse.h"
#include "play/ui/terminfo.h"
#include "sys/tty.h"

#include <curses.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define FRAME_NS      (NS_PER_S / 60)
#define INDEX_NOTE_NS (250 * NS_PER_MS) /* how often progress of the index is shown */
#define SLICE_ROOM_NS \
	(10 * NS_PER_MS) /* no slice of the index this close to a deadline */
#define ESC_DELAY_MS 25
#define EMPTY_READS  64 /* readable without a key so often: the terminal is gone */

struct ui {
	struct shell *shell;
	const struct clk *clk;
	struct canvas canvas;
	struct draw draw;
	FILE *in; /* the keyboard: standard input, or /dev/tty when that is the recording */
	SCREEN *screen;
	sigset_t old_mask;
	int sig_fd;
	int64_t painted;
	int empty_reads;
	int asked_cols, asked_rows; /* of the recording, for --resize-window */
	bool dirty, quit;
	bool mouse;        /* was asked for */
	struct mouse drag; /* the latest that waits for the next frame */
	bool dragged;
	struct tty tty;
	char goodbye[160];
};

int
ui_check(struct err *e)
{
	if (!isatty(STDOUT_FILENO))
		return err_set(e, ERR_USAGE,
			"standard output is no terminal (auditlog screen prints a "
			"screen)");
	return terminfo_check(e);
}

static int
open_keyboard(struct ui *u, struct err *e)
{
	if (isatty(STDIN_FILENO)) {
		u->in = stdin;
		return 0;
	}
	u->in = fopen("/dev/tty", "re");
	if (!u->in)
		return err_sys(e, ERR_USAGE, "no terminal to read keys from: /dev/tty");
	return 0;
}

static int
take_signals(struct ui *u, struct err *e)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGWINCH);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGQUIT);
	sigaddset(&mask, SIGTSTP);
	sigaddset(&mask, SIGCONT);
	sigprocmask(SIG_BLOCK, &mask, &u->old_mask);
	u->sig_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return u->sig_fd < 0 ? err_sys(e, ERR_IO, "signalfd") : 0;
}

static int
ui_resize(struct ui *u)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row && w.ws_col)
		resizeterm(w.ws_row, w.ws_col);
	u->draw.all = u->dirty = true;
	return canvas_size(&u->canvas, COLS, LINES);
}

/* The app says whether it wants one: a command can change that. */
static bool
wants_mouse(const struct ui *u)
{
	const struct shell *s = u->shell;

	return s->app ? s->app->mouse : !s->o.app.no_mouse;
}

static void
follow_mouse(struct ui *u, bool want)
{
	if (u->mouse != want)
		mouse_ask(want);
	u->mouse = want;
}

/* Should it crash, the terminal is put back all the same. */
static void
guard_terminal(struct ui *u)
{
	size_t n = strlen(MOUSE_OFF);

	memcpy(u->goodbye, MOUSE_OFF, n);
	if (!terminfo_has_mouse())
		n = 0;
	terminfo_goodbye(u->goodbye + n, sizeof u->goodbye - n);
	tty_guard(&u->tty, u->goodbye);
}

static int
start_curses(struct ui *u, struct err *e)
{
	char name[128];

	if (tty_open(&u->tty, STDOUT_FILENO, e) < 0)
		return e->code;
	u->screen = newterm(
		terminfo_name(name, sizeof name, u->shell->o.app.colours), stdout, u->in);
	if (!u->screen)
		return err_set(e, ERR_USAGE, "the terminal cannot be used");
	guard_terminal(u);
	signal(SIGTSTP,
		SIG_DFL); /* curses' own handler knows nothing of clock and mouse */
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	keys_start();
	nodelay(stdscr, TRUE);
	set_escdelay(ESC_DELAY_MS);
	leaveok(stdscr, FALSE);
	draw_start(&u->draw, u->shell->o.app.utf8, u->shell->o.app.colours);
	shell_look(u->shell, u->draw.colour.depth);
	return ui_resize(u) < 0 ? err_set(e, ERR_NOMEM, "out of memory") : 0;
}

static void
ui_stop(struct ui *u)
{
	if (u->screen) {
		follow_mouse(u, false);
		draw_done(&u->draw);
		endwin();
		tty_restore(&u->tty);
		delscreen(u->screen);
	}
	if (u->in && u->in != stdin)
		fclose(u->in);
	if (u->sig_fd >= 0) {
		close(u->sig_fd);
		sigprocmask(SIG_SETMASK, &u->old_mask, NULL);
	}
	canvas_free(&u->canvas);
}

/* Once for every size of the recording: what the terminal makes of it is its own affair. */
static void
ask_for_size(struct ui *u)
{
	const struct app *a = u->shell->app;
	const struct emu *e = reel_screen(player_reel(a->player));
	struct view_rect screen = app_layout(a).area[PANE_SCREEN];
	int cols = emu_cols(e) + COLS - screen.cols;
	int rows = emu_rows(e) + LINES - screen.rows;

	if (!a->o.resize_window || !screen.rows ||
		(u->asked_cols == emu_cols(e) && u->asked_rows == emu_rows(e)))
		return;
	u->asked_cols = emu_cols(e);
	u->asked_rows = emu_rows(e);
	if (cols != COLS || rows != LINES)
		dprintf(STDOUT_FILENO, "\033[8;%d;%dt", rows, cols);
}

static void
paint(struct ui *u)
{
	shell_paint(u->shell, &u->canvas);
	draw_canvas(&u->draw, &u->canvas);
	if (u->shell->app)
		ask_for_size(u);
	u->painted = clk_mono(u->clk);
	u->dirty = false;
}

static void react(struct ui *u, unsigned flags);

/* Stops here, until somebody goes on with it. */
static void
stop(pid_t whom)
{
	sigset_t mask, old;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTSTP);
	kill(whom, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &mask, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/* WHOM to stop: 0 is the whole job, as the terminal's C-z would do. */
static void
suspend(struct ui *u, pid_t whom)
{
	struct player *p = u->shell->app ? u->shell->app->player : NULL;
	bool playing = p && player_view(p).state == PLAYER_PLAYING;

	if (p)
		player_pause(p, true, clk_mono(u->clk));
	follow_mouse(u, false);
	draw_leave(&u->draw);
	endwin();
	stop(whom);
	refresh();
	ui_resize(u);
	if (playing)
		player_pause(p, false, clk_mono(u->clk));
}

/* It was stopped in a way that nobody can see coming: others have used the terminal. */
static void
come_back(struct ui *u)
{
	reset_prog_mode();
	ui_resize(u);
	react(u, APP_CLEAR);
}

static void
read_signals(struct ui *u)
{
	struct signalfd_siginfo si;

	while (read(u->sig_fd, &si, sizeof si) == (ssize_t)sizeof si) {
		if (si.ssi_signo == SIGWINCH)
			ui_resize(u);
		else if (si.ssi_signo == SIGTSTP)
			suspend(u, getpid());
		else if (si.ssi_signo == SIGCONT)
			come_back(u);
		else
			u->quit = true;
	}
}

/* A terminal never says whether it took it; where that is doubtful there is a file, too. */
static void
copy(struct ui *u)
{
	struct app *a = u->shell->app;
	struct span text = buf_span(&a->copy.text);
	enum clip_chance chance = clip_chance(a->o.clipboard, text.n);

	if (chance == CLIP_NO || clip_send(STDOUT_FILENO, text) < 0)
		react(u, app_copy_keep(a));
	else if (chance == CLIP_DOUBTFUL && a->o.copy_file)
		react(u, app_copy_keep(a));
	else
		app_copied(a, "the terminal's clipboard");
	u->dirty = true;
}

static void
react(struct ui *u, unsigned flags)
{
	if (flags & APP_PAINT)
		u->dirty = true;
	if (flags & APP_CLEAR) {
		clearok(curscr, TRUE);
		u->draw.all = true;
	}
	if (flags & APP_QUIT)
		u->quit = true;
	if (flags & APP_SUSPEND)
		suspend(u, 0);
	if (flags & APP_COPY && u->shell->app)
		copy(u);
}

/* Of many positions the latest counts, once a frame. */
static void
drag(struct ui *u)
{
	if (u->dragged)
		react(u, shell_mouse(u->shell, &u->drag, clk_mono(u->clk)));
	u->dragged = false;
}

static void
take_mouse(struct ui *u, const struct mouse *m)
{
	if (m->kind == MOUSE_DRAG) {
		u->drag = *m;
		u->dragged = true;
		return;
	}
	drag(u);
	react(u, shell_mouse(u->shell, m, clk_mono(u->clk)));
}

static void
read_keys(struct ui *u)
{
	struct mouse m;
	uint32_t key;
	bool any = false;

	while (!u->quit && (key = keys_next(&m)) != K_NONE) {
		any = true;
		if (key == KEYS_MOUSE) {
			take_mouse(u, &m);
			continue;
		}
		drag(u);
		react(u, shell_key(u->shell, key, clk_mono(u->clk)));
	}
	if (any && u->dirty && !u->quit)
		paint(u); /* an answer to a key does not wait for the next frame */
	u->empty_reads = any ? 0 : u->empty_reads + 1;
	if (u->empty_reads > EMPTY_READS)
		u->quit = true;
}

/* Waits up to TIMEOUT_MS for keys or signals; true when a key waits. */
static bool
wait_input(struct ui *u, int timeout_ms)
{
	struct pollfd p[2] = { { .fd = fileno(u->in), .events = POLLIN },
		{ .fd = u->sig_fd, .events = POLLIN } };

	if (poll(p, 2, timeout_ms) <= 0)
		return false;
	if (p[1].revents)
		read_signals(u);
	if (p[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		u->quit = true;
	return p[0].revents & POLLIN;
}

static int
milliseconds(int64_t ns)
{
	if (ns <= 0)
		return 0;
	return ns > 3600 * NS_PER_S ? 3600 * 1000
				    : (int)((ns + NS_PER_MS - 1) / NS_PER_MS);
}

/* How long nothing is to do; works on the index where there is time for it. */
static int
next_wait(struct ui *u)
{
	int64_t now = clk_mono(u->clk), due = shell_deadline(u->shell);

	if ((u->dirty || u->dragged) && u->painted + FRAME_NS < due)
		due = u->painted + FRAME_NS;
	if (due > ns_add(now, SLICE_ROOM_NS) && shell_idle(u->shell)) {
		if (now - u->painted >= INDEX_NOTE_NS)
			u->dirty = true;
		return 0;
	}
	return due == INT64_MAX ? -1 : milliseconds(ns_sub(due, now));
}

static void
loop(struct ui *u)
{
	while (!u->quit) {
		follow_mouse(u, wants_mouse(u));
		if (clk_mono(u->clk) - u->painted >= FRAME_NS)
			drag(u);
		react(u, shell_tick(u->shell, clk_mono(u->clk)));
		if (u->dirty && clk_mono(u->clk) - u->painted >= FRAME_NS)
			paint(u);
		if (wait_input(u, next_wait(u)))
			read_keys(u);
	}
}

int
ui_run(struct shell *s, const struct clk *clk, struct err *e)
{
	struct ui u = { .shell = s, .clk = clk, .sig_fd = -1 };
	int rc = open_keyboard(&u, e);

	if (rc == 0)
		rc = take_signals(&u, e);
	if (rc == 0)
		rc = start_curses(&u, e);
	if (rc == 0) {
		paint(&u);
		loop(&u);
	}
	ui_stop(&u);
	return rc;
}
