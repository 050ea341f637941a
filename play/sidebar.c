/* SPDX-License-Identifier: ISC */
#include "play/sidebar.h"

#include <string.h>

void
sidebar_free(struct sidebar *s)
{
	sieve_free(&s->sieve);
	*s = (struct sidebar){ 0 };
}

void
sidebar_show(struct sidebar *s, bool shown)
{
	s->shown = shown;
	s->follow = true;
}

void
sidebar_place(struct sidebar *s, int rows, size_t n, size_t current)
{
	size_t page = (size_t)rows;

	s->rows = rows > 0 ? rows : 0;
	if (s->follow)
		s->selected = current == SIZE_MAX ? 0 : current;
	if (s->selected >= n)
		s->selected = n ? n - 1 : 0;
	if (s->selected < s->top)
		s->top = s->selected;
	if (rows <= 0)
		return; /* not painted yet, or without room */
	if (s->selected >= s->top + page)
		s->top = s->selected - page + 1;
	if (s->top + page > n)
		s->top = n > page ? n - page : 0;
}

bool
sidebar_move(size_t *at, const char *where, size_t n, int page)
{
	size_t last = n ? n - 1 : 0, step = page > 1 ? (size_t)page - 1 : 1;

	if (*at > last)
		*at = last;
	if (strcmp(where, "up") == 0)
		*at -= *at > 0;
	else if (strcmp(where, "down") == 0)
		*at += *at < last;
	else if (strcmp(where, "page-up") == 0)
		*at -= *at < step ? *at : step;
	else if (strcmp(where, "page-down") == 0)
		*at = last - *at < step ? last : *at + step;
	else if (strcmp(where, "first") == 0)
		*at = 0;
	else if (strcmp(where, "last") == 0)
		*at = last;
	else
		return false;
	return true;
}

bool
sidebar_select(struct sidebar *s, const char *where, size_t n)
{
	s->follow = false;
	return sidebar_move(&s->selected, where, n, s->rows);
}
