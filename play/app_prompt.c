/* SPDX-License-Identifier: ISC */
/* The line that is being entered, if one is: which kinds there are and whom they tell. */
#include "play/app_impl.h"

struct kind {
	const char *label;       /* NULL: it changes */
	enum app_prompt history; /* whose history it shares */
	unsigned (*enter)(struct app *a, const char *text);
	/* These may be NULL. */
	unsigned (*edit)(struct app *a, struct prompt *p); /* after every key */
	unsigned (*leave)(struct app *a);                  /* left without */
	bool (*key)(
		struct app *a, struct prompt *p, uint32_t key); /* a key of its own? */
	const char *(*label_now)(const struct app *a);
	void (*note)(const struct app *a, char *out, size_t size);
};

static const struct kind kinds[] = {
	[APP_PROMPT_NONE] = { .label = "" },
	[APP_PROMPT_TIME] = { "go to: ", APP_PROMPT_TIME, .enter = app_goto_enter },
	[APP_PROMPT_FIND] = { NULL, APP_PROMPT_FIND, app_find_enter, app_find_edit,
		app_find_leave, app_find_key, app_find_label, app_find_note },
	[APP_PROMPT_FIND_BACK] = { NULL, APP_PROMPT_FIND, app_find_enter, app_find_edit,
		app_find_leave, app_find_key, app_find_label, app_find_note },
	[APP_PROMPT_FILTER] = { "show: ", APP_PROMPT_FILTER, app_filter_enter,
		app_filter_edit, app_filter_leave },
	[APP_PROMPT_COPY] = { "copy to the file: ", APP_PROMPT_COPY,
		.enter = app_copy_file_enter },
	[APP_PROMPT_SAVE] = { "save as: ", APP_PROMPT_SAVE, .enter = app_save_enter,
		.note = app_save_note },
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
	const struct kind *k = &kinds[a->prompt];

	return k->label_now ? k->label_now(a) : k->label;
}

void
app_prompt_note(const struct app *a, char *out, size_t size)
{
	out[0] = 0;
	if (kinds[a->prompt].note)
		kinds[a->prompt].note(a, out, size);
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
app_prompt_fill(struct app *a, enum app_prompt kind, const char *text)
{
	app_prompt_open(a, kind);
	prompt_fill(line(a), text);
	return APP_PAINT;
}

unsigned
app_prompt_key(struct app *a, uint32_t key)
{
	const struct kind *k = &kinds[a->prompt];
	struct prompt *p = line(a);
	enum prompt_result r;
	unsigned flags = APP_PAINT;

	if (k->key && k->key(a, p, key))
		return flags;
	r = prompt_key(p, key);
	if (r == PROMPT_ENTERED || r == PROMPT_LEFT)
		a->prompt = APP_PROMPT_NONE;
	if (r == PROMPT_ENTERED)
		flags |= k->enter(a, p->text);
	else if (r == PROMPT_LEFT && k->leave)
		flags |= k->leave(a);
	else if (r == PROMPT_EDITED && k->edit)
		flags |= k->edit(a, p);
	return flags;
}
