/* SPDX-License-Identifier: ISC */
/* The picture of the app on a canvas: what goes where, and how it looks. */
#ifndef PLAY_PAINT_H
#define PLAY_PAINT_H

#include "play/app.h"

void paint_app(struct app *a, struct canvas *c);

/* Its parts (paint_*.c). */
void paint_screen(struct app *a, struct canvas *c, struct view_rect area);
void paint_list(struct app *a, struct canvas *c, struct view_rect area);
void paint_detail(struct app *a, struct canvas *c, struct view_rect area);
void paint_lane(struct app *a, struct canvas *c, struct view_rect area);
void paint_results(struct app *a, struct canvas *c, struct view_rect area);
void paint_help_rows(
	struct help *h, enum theme_depth depth, struct canvas *c, struct view_rect area);
void paint_help(struct app *a, struct canvas *c, struct view_rect area);
void paint_timebar(struct app *a, struct canvas *c, struct view_rect area);
void paint_overview(
	struct app *a, struct canvas *c, const struct emu *e, struct view_rect area);
void paint_links(struct app *a, struct canvas *c, struct view_rect area);
void paint_status(struct app *a, struct canvas *c, struct view_rect area);

static inline struct style
paint_style(const struct app *a, enum theme_role role)
{
	return theme_style(a->o.depth, role);
}

/* A horizontal line's character, or what stands for it without UTF-8. */
static inline uint32_t
paint_line(const struct app *a, uint32_t ch, char ascii)
{
	return a->o.utf8 ? ch : (uint32_t)ascii;
}

#endif
