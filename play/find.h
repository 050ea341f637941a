/* SPDX-License-Identifier: ISC */
/* Searching in the player, without a picture: what is looked for, what is being written,
 * the hit that was gone to, what of it the present screen shows.  A way to a hit may be long
 * (the index still grows): find_pursue() goes one slice of it.
 *
 * Two searches live side by side: the one that n and N go on with, and the draft of an open
 * prompt, which takes its place on Enter and is forgotten on Esc. */
#ifndef PLAY_FIND_H
#define PLAY_FIND_H

#include "play/player.h"
#include "play/prompt.h"
#include "replay/search.h"

#define FIND_MARKS_MAX 4096 /* matches marked on one screen */
#define FIND_LINE_MAX  100  /* bytes of a line that is told */

/* One search: from its text to its hits. */
struct finder {
	char text[PROMPT_MAX];
	enum search_scope scope;
	bool plain;
	struct query *query;   /* NULL: nothing is looked for */
	struct search *search; /* NULL as well */
	struct err err;        /* why there is none, or why it does not go on */
};

struct find_mark { /* cells of the recorded screen */
	int row, col, cols;
};

struct find {
	struct player *player; /* borrowed */
	struct finder now, draft;
	bool writing; /* the draft counts */
	bool lit;     /* matches are marked */
	int dir;      /* of the prompt: what n means */
	/* The hit gone to last; row -1 where it has no place on the screen. */
	bool has_hit;
	struct search_hit hit;
	int hit_dir;
	bool here; /* without a hit: the screen after so many messages showed a match */
	uint64_t here_n;
	/* On the way: */
	int going;            /* direction; 0: it is not */
	bool wrapped, beside; /* round the end; from a hit on */
	uint64_t from;        /* place it began at */
	/* The marks of one screen. */
	struct {
		bool valid;
		uint64_t n; /* messages applied */
		struct find_mark *v;
		int count, cap;
	} marks;
	unsigned serial; /* another one with every search that begins */
};

void find_init(struct find *f, struct player *p);
void find_done(struct find *f);

/* The search that counts: the draft while it is written; NULL: none. */
const struct finder *find_active(const struct find *f);
bool find_same(
	const struct finder *s, const char *text, bool plain, enum search_scope scope);
/* A draft; it may be no expression: draft.err. */
void find_write(struct find *f, const char *text, bool plain, enum search_scope scope);
void find_forget_draft(struct find *f);
void find_take_draft(struct find *f);

/* A slice of searching in what is indexed; false: all of it was looked at. */
bool find_idle(struct find *f);

enum find_way { FIND_ON, FIND_THERE, FIND_NOWHERE, FIND_FAILED };
/* Begin to go to the next hit from here (DIR +1) or the one before, round the ends. */
void find_go(struct find *f, int dir);
/* A slice of it.  THERE: f->hit is it, f->wrapped when the way led round the end. */
enum find_way find_pursue(struct find *f);
void find_stop(struct find *f);

struct find_state {
	uint64_t hits;
	double done;       /* of the recording, 0 to 1; 1 while it is being made */
	bool all;          /* there will be no more */
	bool full;         /* there was more than is kept to be searched */
	unsigned given_up; /* lines on which the expression took too long */
};
struct find_state find_state(const struct find *f);
/* The present screen shows it: that is where one is. */
void find_stay(struct find *f);
/* Does the player stand at the hit? */
bool find_at_hit(const struct find *f);
/* Its number from 1 and the hits known; false: it has none. */
bool find_number(const struct find *f, uint64_t *number);

/* The hits of the search that counts, in the order of time, as far as found: number I from 0. */
bool find_get(struct find *f, uint64_t i, struct search_hit *hit);
/* Append the line it is in. */
int find_line(struct find *f, const struct search_hit *hit, struct buf *out);
/* Its number from 0. */
uint64_t find_rank(struct find *f, const struct search_hit *hit);
/* The one where the player stands, or the last before; false: none is known. */
bool find_current(struct find *f, uint64_t *i);
/* It was gone to. */
void find_choose(struct find *f, const struct search_hit *hit);

/* The present place is that of a hit among what was typed: append what was found. */
bool find_typed(struct find *f, struct buf *out);

/* What the present screen shows of the search; valid until the screen changes. */
const struct find_mark *find_marks_shown(struct find *f, int *n);
/* The one gone to; NULL: there is none, or another place is shown by now. */
const struct find_mark *find_mark_here(struct find *f);

/* Are hits to be marked? */
bool find_marking(const struct find *f);
/* Hits per slot over the duration of the recording, for a timeline: cheap, whatever their
 * number.  All 0 while nothing is marked. */
void find_slots(const struct find *f, uint32_t *slots, int n);

#endif
