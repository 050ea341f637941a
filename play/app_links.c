/* SPDX-License-Identifier: ISC */
/* The list of links on the screen. */
#include "play/app_impl.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static const struct emu *
screen(const struct app *a)
{
	return reel_screen(player_reel(a->player));
}

/* All links of the screen; free() them.  NULL: none, or no memory. */
struct link *
app_links_now(const struct app *a, size_t *n)
{
	struct link *l = calloc(LINKS_MAX, sizeof *l);

	*n = l ? links_of(screen(a), l, LINKS_MAX) : 0;
	return l;
}

unsigned
app_links(struct app *a, const char *arg)
{
	size_t n;

	(void)arg;
	free(app_links_now(a, &n));
	if (n == 0) {
		app_toast(a, "there are no links on this screen");
		return APP_PAINT;
	}
	player_pause(a->player, true, a->now);
	a->links = (struct links){ .on = true };
	a->focus = PANE_LINKS;
	return APP_PAINT;
}

void
app_links_close(struct app *a)
{
	a->links.on = false;
}

static void
clean(struct buf *out, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n;) {
		uint32_t ch;
		int k = utf8_get((const uint8_t *)text + i, n - i, &ch, NULL);

		if (k <= 0)
			break;
		if (!utf8_order(ch))
			buf_add(out, text + i, (size_t)k);
		i += (size_t)k;
	}
}

static unsigned
copy_link(struct app *a)
{
	size_t n;
	struct link *l = app_links_now(a, &n);

	buf_clear(&a->copy.text);
	if (a->links.selected < n)
		clean(&a->copy.text, l[a->links.selected].uri);
	free(l);
	a->links.on = false;
	return app_copy_text(a);
}

bool
app_links_command(struct app *a, const struct command *c, unsigned *flags)
{
	size_t n;

	if (c->id == CMD_COPY) {
		*flags = copy_link(a);
		return true;
	}
	if (c->id != CMD_SELECT)
		return false;
	free(app_links_now(a, &n));
	sidebar_move(&a->links.selected, c->arg, n, a->links.page);
	*flags = APP_PAINT;
	return true;
}

unsigned
app_links_mouse(struct app *a, const struct mouse *m, struct view_rect area)
{
	size_t n, row = a->links.top + (size_t)(m->row - area.row - 1);

	free(app_links_now(a, &n));
	if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN)
		sidebar_move(&a->links.selected,
			m->kind == MOUSE_WHEEL_UP ? "up" : "down", n, a->links.page);
	else if (m->kind == MOUSE_PRESS && m->row > area.row &&
		 m->row - area.row <= a->links.page && row < n)
		a->links.selected = row;
	else
		return 0;
	return APP_PAINT;
}
