/* SPDX-License-Identifier: ISC */
#include "play/picker.h"

#include "base/clk.h"
#include "base/when.h"
#include "play/app.h"
#include "play/paint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOUBLE_CLICK_NS (400 * NS_PER_MS)
#define WHEEL_ROWS      3
#define DATE_CHARS      16
#define HEAD_ROWS       2 /* above the table */

static const char *const titles[PICKER_COLUMNS] = {
	[PICKER_DATE] = "date (UTC)",
	[PICKER_LENGTH] = "length",
	[PICKER_USER] = "user",
	[PICKER_HOST] = "host",
	[PICKER_SIZE] = "size",
	[PICKER_END] = "end",
	[PICKER_COMMAND] = "command",
	[PICKER_NAME] = "file",
};

const char *
picker_title(enum picker_column col)
{
	return titles[col];
}

void
picker_init(struct picker *p, char **roots, int nroots, const struct keymap *k)
{
	*p = (struct picker){ .keymap = k, .reverse = true, .clicked_row = -1 };
	catalog_init(&p->catalog, roots, nroots);
}

void
picker_done(struct picker *p)
{
	catalog_free(&p->catalog);
	filter_free(&p->filter);
	free(p->order);
	p->order = NULL;
}

/* --- what a row says --- */

static void
size_text(char *out, size_t size, int64_t bytes)
{
	static const char units[] = "BKMGTPE";
	double v = (double)bytes;
	int u = 0;

	while (v >= 1000 && units[u + 1]) {
		v /= 1024;
		u++;
	}
	snprintf(out, size, u && v < 10 ? "%.1f%c" : "%.0f%c", v, units[u]);
}

static void
date_text(char *out, size_t size, int64_t ns)
{
	char at[WHEN_TEXT_MAX];

	when_format_utc(at, ns, 0);
	at[10] = ' ';
	snprintf(out, size, "%.*s", DATE_CHARS, at);
}

const char *
picker_text(const struct catalog_entry *e, enum picker_column col,
	char out[CATALOG_COMMAND_MAX])
{
	char at[WHEN_TEXT_MAX];

	out[0] = 0;
	switch (col) {
	case PICKER_DATE:
		date_text(out, CATALOG_COMMAND_MAX, e->start_ns);
		break;
	case PICKER_LENGTH:
		if (e->duration_ns >= 0)
			snprintf(out, CATALOG_COMMAND_MAX, "%s%s",
				when_format(at, e->duration_ns, 0), e->longer ? "+" : "");
		break;
	case PICKER_SIZE:
		size_text(out, CATALOG_COMMAND_MAX, e->size);
		break;
	case PICKER_USER:
		return e->user;
	case PICKER_HOST:
		return e->host;
	case PICKER_END:
		return e->known == CATALOG_BAD ? "unreadable" : e->end;
	case PICKER_COMMAND:
		return e->command;
	case PICKER_NAME:
	case PICKER_COLUMNS:
		return e->name;
	}
	return out;
}

/* --- order --- */

/* qsort() hands nothing on. */
static const struct picker *sorting;

static int
compare_numbers(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_by(const struct catalog_entry *a, const struct catalog_entry *b,
	enum picker_column col)
{
	char x[CATALOG_COMMAND_MAX], y[CATALOG_COMMAND_MAX];

	if (col == PICKER_DATE)
		return compare_numbers(a->start_ns, b->start_ns);
	if (col == PICKER_LENGTH)
		return compare_numbers(a->duration_ns, b->duration_ns);
	if (col == PICKER_SIZE)
		return compare_numbers(a->size, b->size);
	return strcmp(picker_text(a, col, x), picker_text(b, col, y));
}

static int
compare(const void *x, const void *y)
{
	const struct picker *p = sorting;
	const struct catalog_entry *a = &p->catalog.v[*(const uint32_t *)x],
				   *b = &p->catalog.v[*(const uint32_t *)y];
	int d = compare_by(a, b, p->sort);

	if (d == 0)
		d = compare_by(a, b, PICKER_DATE);
	if (d == 0)
		d = strcmp(a->path, b->path);
	return p->reverse ? -d : d;
}

static bool
matches(struct picker *p, const struct catalog_entry *e)
{
	char line[1024], text[CATALOG_COMMAND_MAX];
	size_t n = 0;

	if (e->known == CATALOG_FOREIGN)
		return false;
	if (filter_all(&p->filter))
		return true;
	for (int i = 0; i < PICKER_COLUMNS && n < sizeof line; i++)
		n += (size_t)snprintf(line + n, sizeof line - n, "%s ",
			picker_text(e, (enum picker_column)i, text));
	return filter_match_text(&p->filter, line);
}

static bool
make_room(struct picker *p)
{
	uint32_t *v;

	if (p->catalog.n <= p->cap)
		return true;
	v = realloc(p->order, p->catalog.cap * sizeof *v);
	if (!v)
		return false;
	p->order = v;
	p->cap = p->catalog.cap;
	return true;
}

/* The selected entry keeps being it wherever it goes; gone, its place is. */
static void
find_selected(struct picker *p)
{
	for (size_t i = 0; p->chosen[0] && p->order && i < p->n; i++)
		if (strcmp(p->catalog.v[p->order[i]].path, p->chosen) == 0) {
			p->selected = i;
			return;
		}
	if (p->selected >= p->n)
		p->selected = p->n ? p->n - 1 : 0;
}

static void
order(struct picker *p)
{
	p->ordered = p->catalog.changes;
	p->n = 0;
	if (!make_room(p))
		return;
	for (size_t i = 0; i < p->catalog.n; i++)
		if (p->order && matches(p, &p->catalog.v[i]))
			p->order[p->n++] = (uint32_t)i;
	sorting = p;
	if (p->order)
		qsort(p->order, p->n, sizeof *p->order, compare);
	find_selected(p);
}

const struct catalog_entry *
picker_entry(const struct picker *p)
{
	return p->selected < p->n ? &p->catalog.v[p->order[p->selected]] : NULL;
}

static void
selected_changed(struct picker *p)
{
	const struct catalog_entry *e = picker_entry(p);

	if (e)
		snprintf(p->chosen, sizeof p->chosen, "%s", e->path);
}

bool
picker_step(struct picker *p, int dir)
{
	if (dir < 0 ? p->selected == 0 : p->selected + 1 >= p->n)
		return false;
	p->selected += dir < 0 ? (size_t)-1 : 1;
	selected_changed(p);
	return true;
}

/* Sorting thousands again for each file that says more would be too much: when many have. */
bool
picker_idle(struct picker *p)
{
	unsigned due = (unsigned)(p->catalog.n / 16);

	if (catalog_work(&p->catalog)) {
		if (p->catalog.changes - p->ordered > due)
			order(p);
		return true;
	}
	if (p->catalog.changes == p->ordered)
		return false;
	order(p);
	return true;
}

/* --- keys --- */

void
picker_say(struct picker *p, const char *text)
{
	snprintf(p->word, sizeof p->word, "%s", text);
}

static void
set_filter(struct picker *p, const char *text)
{
	struct err e = { 0 };

	if (filter_parse(&p->filter, text, &e) < 0)
		picker_say(p, e.text);
	order(p);
}

static unsigned
prompt_took(struct picker *p, uint32_t key)
{
	enum prompt_result r = prompt_key(&p->prompt, key);

	if (r == PROMPT_ENTERED)
		memcpy(p->filter_text, p->prompt.text, sizeof p->filter_text);
	if (r == PROMPT_EDITED)
		set_filter(p, p->prompt.text);
	if (r != PROMPT_ENTERED && r != PROMPT_LEFT)
		return APP_PAINT;
	p->prompting = false;
	set_filter(p, p->filter_text);
	return APP_PAINT;
}

static unsigned
sort_by(struct picker *p, const char *how)
{
	if (strcmp(how, "reverse") == 0)
		p->reverse = !p->reverse;
	else
		p->sort = (enum picker_column)((p->sort + 1) % PICKER_COLUMNS);
	order(p);
	return APP_PAINT;
}

static unsigned
select_row(struct picker *p, const char *where)
{
	sidebar_move(&p->selected, where, p->n, p->rows);
	selected_changed(p);
	return APP_PAINT;
}

/* What is open is left: the help, else a filter. */
static unsigned
leave(struct picker *p)
{
	if (!p->help.shown) {
		p->filter_text[0] = 0;
		set_filter(p, "");
	}
	p->help.shown = false;
	return APP_PAINT;
}

static unsigned
run(struct picker *p, const struct command *c)
{
	switch ((int)c->id) {
	case CMD_SELECT:
		if (p->help.shown)
			sidebar_move(&p->help.top, c->arg, SIZE_MAX, p->help.page);
		else
			select_row(p, c->arg);
		return APP_PAINT;
	case CMD_OPEN:
		selected_changed(p);
		return APP_OPEN;
	case CMD_FILTER:
		p->prompting = true;
		prompt_start(&p->prompt);
		return APP_PAINT;
	case CMD_SORT:
		return sort_by(p, c->arg);
	case CMD_REFRESH:
		catalog_refresh(&p->catalog);
		order(p);
		return APP_PAINT;
	case CMD_HELP:
		help_show(&p->help, p->keymap, KEYMAP_PICKER, !p->help.shown);
		return APP_PAINT;
	case CMD_CLOSE:
		return leave(p);
	case CMD_QUIT:
		return p->help.shown ? leave(p) : APP_QUIT;
	case CMD_SUSPEND:
		return APP_SUSPEND;
	case CMD_REDRAW:
		return APP_CLEAR | APP_PAINT;
	default:
		return 0;
	}
}

unsigned
picker_key(struct picker *p, uint32_t key)
{
	const struct command *c;

	p->word[0] = 0;
	if (p->prompting)
		return prompt_took(p, key);
	c = keymap_find(p->keymap, KEYMAP_PICKER, key);
	if (c)
		return run(p, c);
	picker_say(p, "h shows the keys");
	return APP_PAINT;
}

static unsigned
click(struct picker *p, const struct mouse *m, int64_t now)
{
	size_t i = p->top + (size_t)(m->row - HEAD_ROWS);
	bool again =
		p->clicked_row == m->row && ns_sub(now, p->clicked_at) < DOUBLE_CLICK_NS;

	if (m->row < HEAD_ROWS || i >= p->n || m->row >= HEAD_ROWS + p->rows)
		return 0;
	p->clicked_row = m->row;
	p->clicked_at = now;
	p->selected = i;
	selected_changed(p);
	return again ? APP_OPEN : APP_PAINT;
}

unsigned
picker_mouse(struct picker *p, const struct mouse *m, int64_t now)
{
	bool up = m->kind == MOUSE_WHEEL_UP;

	if (m->kind == MOUSE_PRESS && !p->help.shown)
		return click(p, m, now);
	if (!up && m->kind != MOUSE_WHEEL_DOWN)
		return 0;
	for (int i = 0; i < WHEEL_ROWS; i++)
		if (p->help.shown)
			sidebar_move(
				&p->help.top, up ? "up" : "down", SIZE_MAX, p->help.page);
		else
			select_row(p, up ? "up" : "down");
	return APP_PAINT;
}

void
picker_paint(struct picker *p, struct canvas *c)
{
	if (p->catalog.changes != p->ordered && !p->order)
		order(p);
	paint_picker(p, c);
}
