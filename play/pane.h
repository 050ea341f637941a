/* SPDX-License-Identifier: ISC */
/* The parts of the window as a table: which are shown, what room each takes, who paints
 * it and who answers to keys and mouse there.  Each pane that is shown cuts its rectangle from
 * what the panes before it have left; the recorded screen takes the rest.
 *
 * One pane has the keys: the one that was focused last and is shown, else the first of
 * the table that has keys of its own. */
#ifndef PLAY_PANE_H
#define PLAY_PANE_H

#include "play/canvas.h"
#include "play/keymap.h"
#include "play/mouse.h"
#include "play/view.h"

struct app;

enum pane_id {
	PANE_STATUS,
	PANE_TIME,
	PANE_LANE,
	PANE_HELP,
	PANE_DETAIL,
	PANE_LIST,
	PANE_LINKS,
	PANE_COPY,     /* only keys: the screen paints it */
	PANE_OVERVIEW, /* the same */
	PANE_RESULTS,
	PANE_SCREEN,
	PANE_COUNT,
	PANE_NONE = PANE_COUNT
};

struct pane {
	enum keymap_mode mode; /* KEYMAP_PLAY: no keys of its own */
	bool (*shown)(const struct app *a);
	/* Its part of REST, which shrinks by that.  NULL: all of it. */
	struct view_rect (*cut)(const struct app *a, struct view_rect *rest);
	void (*paint)(struct app *a, struct canvas *c, struct view_rect area);
	/* A command while it has the keys: false when it is not for this pane.  May be NULL. */
	bool (*command)(struct app *a, const struct command *c, unsigned *flags);
	/* The area is where it stands; a drag that began in it may lead out of it.  May be NULL. */
	unsigned (*mouse)(struct app *a, const struct mouse *m, struct view_rect area);
	void (*close)(struct app *a); /* on Esc, when it has the keys.  May be NULL */
};

const struct pane *pane_of(enum pane_id id);

/* Cut so many rows from the bottom of REST. */
struct view_rect pane_cut_bottom(struct view_rect *rest, int rows);

struct pane_layout {
	struct view_rect area[PANE_COUNT]; /* no rows: not to be seen */
};
/* For a window of this size. */
struct pane_layout pane_layout(const struct app *a, int cols, int rows);
enum pane_id pane_at(const struct pane_layout *l, int row, int col);
enum pane_id pane_with_keys(const struct app *a);

#endif
