/* SPDX-License-Identifier: ISC */
/* A canvas on the terminal: only rows that differ from what was drawn before. */
#ifndef PLAY_UI_DRAW_H
#define PLAY_UI_DRAW_H

#include "play/ui/colour.h"
#include "play/ui/retouch.h"

struct draw {
	struct colour colour;
	struct retouch retouch;
	struct canvas shown; /* what the terminal has */
	unsigned generation; /* of the canvas that it was drawn from */
	bool all;            /* the next time everything */
	bool utf8;
	bool drawn[CANVAS_ROWS_MAX]; /* rows of this frame */
};

/* COLOURS: enum theme_depth, or -1. */
void draw_start(struct draw *d, bool utf8, int colours);
void draw_done(struct draw *d); /* before curses ends */
/* The terminal belongs to somebody else for a while: its cursor is as it was. */
void draw_leave(struct draw *d);
/* 0 or ERR_NOMEM (then everything is drawn each time). */
int draw_canvas(struct draw *d, const struct canvas *c);

#endif
