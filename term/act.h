/* SPDX-License-Identifier: ISC */
/* What the files of actions share: each function is what one kind of sequence does, its
 * parameters are in the filter. */
#ifndef TERM_ACT_H
#define TERM_ACT_H

#include "term/core.h"

struct seq {
	char leader, inter, final;
	void (*run)(struct core *c, const struct seq *s);
	uint8_t args; /* passed on to libvterm */
};

static inline int
act_arg(const struct core *c, int i, int def)
{
	return filter_arg(&c->filter, i, def);
}

static inline int
act_count(const struct core *c)
{
	return filter_count(&c->filter, 0);
}

static inline int
act_clamp(int v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* move.c: the cursor */
void move_to(struct core *c, int row, int col); /* cut to the screen */
void move_cols(struct core *c, int by);         /* stops at the margins */
int move_left_stop(const struct core *c);       /* where CR goes */
void move_save(struct core *c);
void move_restore(struct core *c);
void move_up(struct core *c, const struct seq *s);
void move_down(struct core *c, const struct seq *s);
void move_right(struct core *c, const struct seq *s);
void move_left(struct core *c, const struct seq *s);
void move_next_line(struct core *c, const struct seq *s);
void move_prev_line(struct core *c, const struct seq *s);
void move_to_col(struct core *c, const struct seq *s);
void move_to_row(struct core *c, const struct seq *s);
void move_to_place(struct core *c, const struct seq *s);

/* mode.c: modes and screens */
void mode_set(struct core *c, const struct seq *s); /* all modes of CSI h, CSI l */
void mode_soft_reset(struct core *c, const struct seq *s);

#endif
