/* SPDX-License-Identifier: ISC */
/* Everything a person sees and does, without a terminal: the player, the view of the
 * recorded screen, status line, prompt, list of events and help.  Keys and time go in,
 * reaction flags come out, paint_app() makes the picture. */
#ifndef PLAY_APP_H
#define PLAY_APP_H

#include "play/find.h"
#include "play/detail.h"
#include "play/copy.h"
#include "play/help.h"
#include "play/keymap.h"
#include "play/links.h"
#include "play/mouse.h"
#include "play/overview.h"
#include "play/pane.h"
#include "play/player.h"
#include "play/prompt.h"
#include "play/results.h"
#include "play/sidebar.h"
#include "play/theme.h"
#include "play/timebar.h"
#include "play/view.h"
#include "render/render.h"

enum { /* reactions */
	APP_PAINT = 1 << 0,
	APP_QUIT = 1 << 1,
	APP_SUSPEND = 1 << 2,
	APP_CLEAR = 1 << 3, /* draw all of the terminal anew */
	/* another recording: for the shell */
	APP_PICK = 1 << 4,
	APP_OPEN = 1 << 5,
	APP_NEXT_FILE = 1 << 6,
	APP_PREVIOUS_FILE = 1 << 7,
	/* copy.text to the clipboard; then app_copied() or app_copy_keep() */
	APP_COPY = 1 << 8,
};

struct app_opts {
	struct player_opts player;
	struct keymap keymap;
	enum theme_depth depth;
	bool utf8;
	bool growing;       /* the file is being written, and not followed */
	bool no_mouse;      /* leave it to the terminal, until the person wants it */
	const char *name;   /* of the recording, NULL: has none */
	int colours;        /* enum theme_depth wished for, -1: as the terminal has */
	bool resize_window; /* the terminal is to take the size of the recording */
	enum copy_clipboard clipboard;
	const char *copy_file; /* for what is copied without a clipboard; NULL: ask */
};

enum app_prompt {
	APP_PROMPT_NONE,
	APP_PROMPT_TIME,
	APP_PROMPT_FIND,
	APP_PROMPT_FIND_BACK,
	APP_PROMPT_FILTER,
	APP_PROMPT_COPY,
	APP_PROMPT_SAVE,
	APP_PROMPT_COUNT
};

#define APP_TOAST_MAX 240

struct app {
	struct player *player;
	struct app_opts o;
	struct view view;
	struct sidebar list;
	struct timebar timebar;
	struct detail detail;
	bool lane; /* typed keys are shown */
	struct copy copy;
	struct links links;
	bool overview;              /* of a recording larger than the window */
	enum render_format save_as; /* what was saved last was so */
	struct prompt prompts[APP_PROMPT_COUNT]; /* by whose history it is */
	enum app_prompt prompt;
	int cols, rows;       /* the window, as it was painted last */
	enum pane_id focus;   /* has the keys; PANE_NONE: see pane_with_keys() */
	enum pane_id dragged; /* where the mouse button went down */
	struct {
		int row, col, n;
		int64_t at;
	} clicked;
	struct find find;
	struct results results;
	struct { /* of its prompt, and what is told */
		enum search_scope scope;
		bool plain, scope_chosen;
		char line[FIND_LINE_MAX]; /* of a hit that the screen does not show */
		bool telling; /* the word shown is about the hit, and grows with the index */
	} finding;
	bool bar, wall, utc, mouse;
	struct help help;
	char toast[APP_TOAST_MAX]; /* a word to the person, until toast_end */
	int64_t toast_end;
	int64_t cut_end;        /* until then it is told that idle time was left out */
	enum command_id moving; /* to an event: what it was is told on arrival */
	int64_t seeking_since;  /* -1: it does not seek */
	/* What paint_screen() last drew, to keep it while the program draws a frame. */
	struct {
		bool valid;
		struct view_rect area;
		unsigned generation; /* of the canvas */
		int top, left, rows, cols, cursor_row, cursor_col, cursor_shape;
	} painted;
	int64_t now;
};

/* Takes R over (closed on failure too).  0 or ERR_NOMEM. */
int app_init(struct app *a, struct reel *r, const struct app_opts *o, int64_t now);
void app_done(struct app *a);

/* The last event that has happened by now; SIZE_MAX: none yet. */
size_t app_current_event(const struct app *a);
/* Of those in the list, by their number there. */
size_t app_list_count(const struct app *a);
/* Looks at more events for the filter, puts the selection in its place: before painting. */
void app_list_sync(struct app *a);
size_t app_list_current(const struct app *a); /* SIZE_MAX: none yet */
const struct reel_event *app_list_event(const struct app *a, size_t i); /* NULL: none */
/* The window has this size; then the panes stand so. */
void app_resize(struct app *a, int cols, int rows);
struct pane_layout app_layout(const struct app *a);
/* Place the view in AREA, where the screen is to be painted. */
void app_place(struct app *a, struct view_rect area);
unsigned app_key(struct app *a, uint32_t key, int64_t now);
unsigned app_mouse(
	struct app *a, const struct mouse *m, int64_t now); /* clicks are counted */
unsigned app_run(struct app *a, const struct command *c);
unsigned app_tick(struct app *a, int64_t now);
int64_t app_deadline(const struct app *a);
bool app_idle(struct app *a); /* a slice of work for idle moments; false: none left */

/* What was copied is at WHERE now. */
void app_copied(struct app *a, const char *where);
/* No clipboard took it: into a file. */
unsigned app_copy_keep(struct app *a);

void app_toast(struct app *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool app_seeks_long(const struct app *a);             /* so long that it should be told */
const struct prompt *app_prompt(const struct app *a); /* the open one, or NULL */
const char *app_prompt_label(const struct app *a);
/* What stands at its right; "" when nothing does. */
void app_prompt_note(const struct app *a, char *out, size_t size);

#endif
