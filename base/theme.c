/* SPDX-License-Identifier: ISC */
/* The named ones are well known; the first is our own: legible on its dark ground in every one
 * of its colours. */
#include "base/theme.h"

#include <stdio.h>
#include <string.h>

static const struct named {
	const char *name;
	struct theme theme;
} themes[] = {
	{ "auditrec",
		{ 0xd8dbe2, 0x16181d,
			{ 0x2b2f38, 0xe8606a, 0x7fc46c, 0xdcb35c, 0x6aa6f8, 0xc88be6,
				0x55bfc9, 0xc9ced8, 0x6f7684, 0xff8790, 0xa2e08f,
				0xf7d281, 0x93c0ff, 0xe2b0fa, 0x85dfe7, 0xffffff } } },
	{ "asciinema",
		{ 0xcccccc, 0x121314,
			{ 0x000000, 0xdd3c69, 0x4ebf22, 0xddaf3c, 0x26b0d7, 0xb954e1,
				0x54e1b9, 0xd9d9d9, 0x4d4d4d, 0xdd3c69, 0x4ebf22,
				0xddaf3c, 0x26b0d7, 0xb954e1, 0x54e1b9, 0xffffff } } },
	{ "dracula",
		{ 0xf8f8f2, 0x282a36,
			{ 0x21222c, 0xff5555, 0x50fa7b, 0xf1fa8c, 0xbd93f9, 0xff79c6,
				0x8be9fd, 0xf8f8f2, 0x6272a4, 0xff6e6e, 0x69ff94,
				0xffffa5, 0xd6acff, 0xff92df, 0xa4ffff, 0xffffff } } },
	{ "gruvbox-dark",
		{ 0xfbf1c7, 0x282828,
			{ 0x282828, 0xcc241d, 0x98971a, 0xd79921, 0x458588, 0xb16286,
				0x689d6a, 0xa89984, 0x7c6f65, 0xfb4934, 0xb8bb26,
				0xfabd2f, 0x83a598, 0xd3869b, 0x8ec07c, 0xfbf1c7 } } },
	{ "monokai",
		{ 0xf8f8f2, 0x272822,
			{ 0x272822, 0xf92672, 0xa6e22e, 0xf4bf75, 0x66d9ef, 0xae81ff,
				0xa1efe4, 0xf8f8f2, 0x75715e, 0xf92672, 0xa6e22e,
				0xf4bf75, 0x66d9ef, 0xae81ff, 0xa1efe4, 0xf9f8f5 } } },
	{ "nord", { 0xeceff4, 0x2e3440,
			  { 0x3b4252, 0xbf616a, 0xa3be8c, 0xebcb8b, 0x81a1c1, 0xb48ead,
				  0x88c0d0, 0xeceff4, 0x4c566a, 0xbf616a, 0xa3be8c,
				  0xebcb8b, 0x81a1c1, 0xb48ead, 0x8fbcbb, 0xeceff4 } } },
	{ "solarized-dark",
		{ 0x839496, 0x002b36,
			{ 0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682,
				0x2aa198, 0xeee8d5, 0x002b36, 0xcb4b16, 0x586e75,
				0x657b83, 0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3 } } },
	{ "solarized-light",
		{ 0x657b83, 0xfdf6e3,
			{ 0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682,
				0x2aa198, 0xeee8d5, 0x002b36, 0xcb4b16, 0x586e75,
				0x657b83, 0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3 } } },
	{ "tango", { 0xbabdb6, 0x121314,
			   { 0x2e3436, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b,
				   0x06989a, 0xd3d7cf, 0x555753, 0xef2929, 0x8ae234,
				   0xfce94f, 0x729fcf, 0xad7fa8, 0x34e2e2, 0xeeeeec } } },
	{ "xterm", { 0xe5e5e5, 0x000000,
			   { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
				   0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
				   0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff } } },
};

#define THEMES (sizeof themes / sizeof *themes)

const struct theme *
theme_default(void)
{
	return &themes[0].theme;
}

const char *
theme_name(size_t i)
{
	return i < THEMES ? themes[i].name : NULL;
}

int
theme_named(const struct theme **t, const char *name, struct err *e)
{
	char all[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < THEMES; i++) {
		*t = &themes[i].theme;
		if (strcmp(themes[i].name, name) == 0)
			return 0;
		n += (size_t)snprintf(
			all + n, sizeof all - n, "%s%s", i ? ", " : "", themes[i].name);
	}
	return err_set(e, ERR_USAGE, "'%.40s' is no theme: there are %s", name, all);
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at =
		c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "#rrggbb" at *S, which is moved behind it. */
static bool
take_colour(const char **s, uint32_t *rgb)
{
	if (**s != '#')
		return false;
	*rgb = 0;
	for (int i = 1; i <= 6; i++) {
		int d = digit((*s)[i]);

		if (d < 0)
			return false;
		*rgb = *rgb << 4 | (uint32_t)d;
	}
	*s += 7;
	return true;
}

bool
theme_parse(struct theme *t, const char *fg, const char *bg, const char *palette)
{
	int n = 0;

	if (!fg || !bg || !palette)
		return false;
	if (!take_colour(&fg, &t->fg) || *fg || !take_colour(&bg, &t->bg) || *bg)
		return false;
	do {
		if (!take_colour(&palette, &t->colour[n++]))
			return false;
	} while (n < 16 && *palette == ':' && palette++);
	if (*palette || (n != 8 && n != 16))
		return false;
	for (; n < 16; n++)
		t->colour[n] = t->colour[n - 8];
	return true;
}
