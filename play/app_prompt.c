/* SPDX-License-Identifier: ISC */
/* The line that is being entered, if one is: which kinds there are and whom they tell. */
#include "play/app_impl.h"

struct kind {
	const char *label;
	enum app_prompt history; /* whose history it shares */
	unsigned (*enter)(struct app *a, const char *text);
	unsigned (*edit)(
		struct app *a, const char *text); /* after every key; may be NULL */
	unsigned (*leave)(struct app *a);         /* left without; may be NULL */
};

static const struct kind kinds[] = {
	[APP_PROMPT_NONE] = { .label = "" },
	[APP_PROMPT_TIME] = { "go to: ", APP_PROMPT_TIME, app_goto_enter, NULL, NULL },
	[APP_PROMPT_FIND] = { "/", APP_PROMPT_FIND, app_find_enter, NULL, NULL },
	[APP_PROMPT_FIND_BACK] = { "?", APP_PROMPT_FIND, app_find_back_enter, NULL,
		NULL },
};

static struct prompt *
line(struct app *a)
{
	return &a->prompts[kinds[a->prompt].history];
}

const struct prompt *
app_prompt(const struct app *a)
{
	return a->prompt == APP_PROMPT_NONE ? NULL
					    : &a->prompts[kinds[a->prompt].history];
}

const char *
app_prompt_label(const struct app *a)
{
	return kinds[a->prompt].label;
}

unsigned
app_prompt_open(struct app *a, enum app_prompt kind)
{
	a->prompt = kind;
	a->toast_end = 0;
	prompt_start(line(a));
	return APP_PAINT;
}

unsigned
app_prompt_key(struct app *a, uint32_t key)
{
	const struct kind *k = &kinds[a->prompt];
	struct prompt *p = line(a);
	enum prompt_result r = prompt_key(p, key);
	unsigned flags = APP_PAINT;

	if (r == PROMPT_ENTERED || r == PROMPT_LEFT)
		a->prompt = APP_PROMPT_NONE;
	if (r == PROMPT_ENTERED)
		flags |= k->enter(a, p->text);
	else if (r == PROMPT_LEFT && k->leave)
		flags |= k->leave(a);
	else if (r == PROMPT_EDITED && k->edit)
		flags |= k->edit(a, p->text);
	return flags;
}
