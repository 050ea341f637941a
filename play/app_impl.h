/* SPDX-License-Identifier: ISC */
/* What the files of the app share.  Each app_*.c holds one of the things that a person does;
 * app.c leads keys, mouse and time to them. */
#ifndef PLAY_APP_IMPL_H
#define PLAY_APP_IMPL_H

#include "play/app.h"

#include "base/clk.h"

/* Commands: what they return are reactions (APP_*). */
typedef unsigned app_command(struct app *a, const char *arg);

app_command app_goto;                                                  /* app_move.c */
app_command app_find, app_find_back, app_find_next, app_find_previous; /* app_find.c */
app_command app_results, app_hit;                                      /* app_results.c */
app_command app_sidebar, app_jump;                                     /* app_list.c */
app_command app_pan, app_follow, app_clock, app_bar, app_mouse_toggle,
	app_zone;          /* app_view.c */
app_command app_copy_mode; /* app_copy.c */
app_command app_save;      /* app_save.c */

app_command app_timebar; /* paint_timebar.c */

/* A command of the player, and all that is to be told about it. */
unsigned app_move(struct app *a, const struct command *c);
/* What the player answered, in terms of the whole; MISSED: what to say when there was nothing. */
unsigned app_answer(struct app *a, unsigned flags, const char *missed);
const char *app_missed(enum command_id id); /* why a move led nowhere */
void app_tell_arrival(struct app *a);
void app_tell_news(struct app *a, unsigned flags);
void app_tell_mode(struct app *a, enum command_id id);
/* How the recording ends, where that is no end: where, and what was met; "" it is one. */
void app_end_text(const struct app *a, char *out, size_t size);
void app_note_seeking(struct app *a);
/* Any key while it seeks, but for those that add to the move. */
bool app_cancels(struct app *a, const struct command *c);

/* The prompt. */
unsigned app_prompt_open(struct app *a, enum app_prompt kind);
unsigned app_prompt_key(struct app *a, uint32_t key);
/* The same with a text to begin with. */
unsigned app_prompt_fill(struct app *a, enum app_prompt kind, const char *text);
unsigned app_goto_enter(struct app *a, const char *text);
unsigned app_find_enter(struct app *a, const char *text);
unsigned app_find_edit(struct app *a, struct prompt *p);
bool app_find_key(struct app *a, struct prompt *p, uint32_t key);
unsigned app_find_leave(struct app *a);
const char *app_find_label(const struct app *a);
void app_find_note(const struct app *a, char *out, size_t size);

unsigned app_find_to(struct app *a, const struct search_hit *hit);
/* A slice on the way to a hit; a slice of searching when nothing else is to do. */
unsigned app_find_pursue(struct app *a);
bool app_find_idle(struct app *a);
unsigned app_copy_file_enter(struct app *a, const char *text);
unsigned app_save_enter(struct app *a, const char *text);
void app_save_note(const struct app *a, char *out, size_t size);

/* Panes: see struct pane. */
void app_find_close(struct app *a);
bool app_results_shown(const struct app *a); /* app_results.c */
struct view_rect app_results_cut(const struct app *a, struct view_rect *rest);
bool app_results_command(struct app *a, const struct command *c, unsigned *flags);
unsigned app_results_mouse(struct app *a, const struct mouse *m, struct view_rect area);
void app_results_close(struct app *a);
bool app_list_command(struct app *a, const struct command *c, unsigned *flags);
void app_list_close(struct app *a);
bool timebar_shown(const struct app *a);
struct view_rect timebar_cut(const struct app *a, struct view_rect *rest);
/* Wheel anywhere: seconds back and forward; 0: it is no wheel. */
unsigned timebar_wheel(struct app *a, const struct mouse *m);
unsigned status_mouse(struct app *a, const struct mouse *m, struct view_rect area);
unsigned screen_mouse(struct app *a, const struct mouse *m, struct view_rect area);
unsigned timebar_mouse(struct app *a, const struct mouse *m, struct view_rect area);
app_command app_overview; /* app_overview.c */
bool app_overview_shown(const struct app *a);
void app_overview_close(struct app *a);
unsigned app_overview_mouse(struct app *a, const struct mouse *m, struct view_rect area);
app_command app_links; /* app_links.c */
struct link *app_links_now(const struct app *a, size_t *n);
bool app_links_command(struct app *a, const struct command *c, unsigned *flags);
void app_links_close(struct app *a);
unsigned app_links_mouse(struct app *a, const struct mouse *m, struct view_rect area);
bool app_copy_command(struct app *a, const struct command *c, unsigned *flags);
void app_copy_close(struct app *a);
/* Before the screen is placed: is what was selected still there? */
void app_copy_check(struct app *a);
unsigned app_copy_text(struct app *a); /* copy.text, by the options */
bool app_help_command(struct app *a, const struct command *c, unsigned *flags);
unsigned app_help_mouse(struct app *a, const struct mouse *m, struct view_rect area);

/* The events: their list, its filter, all of one; the lane of keys. */
app_command app_filter, app_width; /* app_list.c */
app_command app_detail;            /* app_detail.c */
app_command app_lane;              /* app_view.c */
bool app_list_idle(struct app *a);
unsigned app_filter_edit(struct app *a, struct prompt *p);
unsigned app_filter_enter(struct app *a, const char *text);
unsigned app_filter_leave(struct app *a);
unsigned app_list_mouse(struct app *a, const struct mouse *m, struct view_rect area);
bool app_detail_command(struct app *a, const struct command *c, unsigned *flags);
void app_detail_close(struct app *a);
unsigned app_detail_mouse(struct app *a, const struct mouse *m, struct view_rect area);

#endif
