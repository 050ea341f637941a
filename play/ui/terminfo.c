/* SPDX-License-Identifier: ISC */
#include "play/ui/terminfo.h"

#include <curses.h>
#include <term.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Does an entry of that name exist, and can it place the cursor? */
static bool
look_up(const char *name, bool *can_move)
{
	TERMINAL *before = cur_term;
	int rc = ERR;
	bool found = setupterm(name, STDOUT_FILENO, &rc) == OK && rc == 1;

	*can_move = found && cursor_address;
	if (found)
		del_curterm(set_curterm(before));
	return found;
}

static bool
wants_truecolor(void)
{
	const char *c = getenv("COLORTERM");

	return c && (strcmp(c, "truecolor") == 0 || strcmp(c, "24bit") == 0);
}

/* The sisters are in the package ncurses-term: without it there are 256 colours. */
const char *
terminfo_name(char *buf, size_t size, int wish)
{
	const char *term = getenv("TERM"), *sister = NULL;
	bool can_move, family;
	size_t n;

	if (!term)
		return "";
	n = strcspn(term, "-");
	family = term[n] == 0 || strcmp(term + n, "-256color") == 0;
	if (wish == THEME_TRUE || (wish < 0 && wants_truecolor()))
		sister = "-direct";
	else if (wish == THEME_256)
		sister = "-256color";
	if (!sister || !family)
		return term;
	snprintf(buf, size, "%.*s%s", (int)n, term, sister);
	return look_up(buf, &can_move) && can_move ? buf : term;
}

int
terminfo_check(struct err *e)
{
	const char *term = getenv("TERM");
	bool can_move;

	if (!term || !*term)
		return err_set(
			e, ERR_USAGE, "TERM is not set: the kind of terminal is unknown");
	if (!look_up(term, &can_move))
		return err_set(e, ERR_USAGE,
			"terminal type '%.60s' (TERM) is not known here", term);
	if (!can_move)
		return err_set(e, ERR_USAGE,
			"terminal type '%.60s' (TERM) cannot place its cursor (auditlog "
			"screen prints a screen)",
			term);
	return 0;
}

bool
terminfo_has_mouse(void)
{
	return cur_term && key_mouse && key_mouse != (char *)-1;
}

/* tputs() hands characters to a function without context. */
static struct {
	char *p;
	size_t n, size;
} collected;

static int
collect(int ch)
{
	if (collected.n + 1 < collected.size)
		collected.p[collected.n++] = (char)ch;
	return ch;
}

void
terminfo_goodbye(char *buf, size_t size)
{
	const char *const parts[] = { exit_attribute_mode, cursor_normal, exit_ca_mode,
		keypad_local };

	collected.p = buf;
	collected.n = 0;
	collected.size = size;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i] && parts[i] != (char *)-1)
			tputs(parts[i], 1, collect);
	buf[collected.n] = 0;
}
