/* SPDX-License-Identifier: ISC */
#include "play/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Do they mean the same to a person?  "tenth 1" and "tenth 2" do. */
static bool
same_command(const struct command *a, const struct command *b)
{
	char x[COMMAND_TEXT_MAX], y[COMMAND_TEXT_MAX];

	return a->id == b->id &&
	       strcmp(command_sentence(x, a), command_sentence(y, b)) == 0;
}

/* Is row J the first with this meaning in its mode? */
static bool
is_first(const struct keymap *k, int j)
{
	for (int i = 0; i < j; i++)
		if (k->row[i].mode == k->row[j].mode &&
			same_command(&k->row[i].command, &k->row[j].command))
			return false;
	return k->row[j].command.id != CMD_NONE;
}

static bool
is_digit(uint32_t key)
{
	return key >= '0' && key <= '9';
}

static void
add_key(char *keys, size_t size, uint32_t key, uint32_t *last)
{
	char text[KEYMAP_KEY_MAX];
	size_t n = strlen(keys);

	keymap_key_text(text, key);
	if (is_digit(key) && *last + 1 == key) { /* 0, 1, 2 become 0-2 */
		if (n >= 2 && keys[n - 2] == '-')
			keys[n - 1] = text[0];
		else
			snprintf(keys + n, size - n, "-%s", text);
	} else {
		snprintf(keys + n, size - n, "%s%s", n ? ", " : "", text);
	}
	*last = key;
}

static struct help_row *
add_row(struct help *h)
{
	return h->n < HELP_ROWS_MAX ? &h->row[h->n++] : NULL;
}

static void
add_title(struct help *h, const char *title)
{
	struct help_row *r = add_row(h);

	if (!r)
		return;
	*r = (struct help_row){ .title = true };
	snprintf(r->text, sizeof r->text, "%s", title);
}

/* The command of row FIRST with all its keys. */
static void
add_command(struct help *h, const struct keymap *k, int first)
{
	struct help_row *r = add_row(h);
	const struct keymap_row *f = &k->row[first];
	uint32_t last = 0;

	if (!r)
		return;
	*r = (struct help_row){ 0 };
	command_sentence(r->text, &f->command);
	for (int j = first; j < k->n; j++)
		if (k->row[j].mode == f->mode &&
			same_command(&k->row[j].command, &f->command))
			add_key(r->keys, sizeof r->keys, k->row[j].key, &last);
}

/* Rows of MODE that are about TOPIC (NULL: all of it), below a title if there are any. */
static void
add_group(
	struct help *h, const struct keymap *k, enum keymap_mode mode, const char *topic)
{
	bool titled = false;

	for (int i = 0; i < k->n; i++) {
		const struct keymap_row *r = &k->row[i];

		if (r->mode != mode || !is_first(k, i))
			continue;
		if (topic && strcmp(command_topic(r->command.id), topic) != 0)
			continue;
		if (!titled)
			add_title(h, topic ? topic : keymap_mode_title(mode));
		titled = true;
		add_command(h, k, i);
	}
}

void
help_make(struct help *h, const struct keymap *k, enum keymap_mode first)
{
	const char *topic;

	h->n = 0;
	if (first != KEYMAP_PLAY)
		add_group(h, k, first, NULL);
	for (int i = 0; (topic = command_topics(i)); i++)
		add_group(h, k, KEYMAP_PLAY, topic);
	for (int mode = KEYMAP_PLAY + 1; mode < KEYMAP_MODES; mode++)
		if (mode != (int)first)
			add_group(h, k, (enum keymap_mode)mode, NULL);
}

void
help_show(struct help *h, const struct keymap *k, enum keymap_mode first, bool shown)
{
	if (shown)
		help_make(h, k, first);
	h->shown = shown;
	h->top = 0;
}

static void
text_row(struct buf *out, const struct help_row *r, bool first)
{
	if (r->title)
		buf_addf(out, "%s%s\n", first ? "" : "\n", r->text);
	else
		buf_addf(out, "  %-22s %s\n", r->keys, r->text);
}

/* In a list; its beginning and end belong to the titles. */
static void
mdoc_row(struct buf *out, const struct help_row *r, bool first)
{
	if (r->title) {
		buf_addf(out,
			"%s.Ss \\&%s\n.Bl -tag -width \"S-Left, M-Left, H\" -compact\n",
			first ? "" : ".El\n", r->text);
		return;
	}
	buf_add_str(out, ".It Li \"\\&"); /* a lone comma is no argument to mdoc */
	for (const char *s = r->keys; *s; s++)
		if (*s == '-')
			buf_add_str(out, "\\-");
		else
			buf_add_byte(out, (uint8_t)*s);
	buf_addf(out, "\"\n%c%s.\n",
		r->text[0] >= 'a' && r->text[0] <= 'z' ? r->text[0] - 32 : r->text[0],
		r->text + 1);
}

static int
each_row(const struct keymap *k, struct buf *out,
	void (*put)(struct buf *out, const struct help_row *r, bool first))
{
	struct help *h = calloc(1, sizeof *h);

	if (!h)
		return ERR_NOMEM;
	help_make(h, k, KEYMAP_PLAY);
	for (int i = 0; i < h->n; i++)
		put(out, &h->row[i], i == 0);
	free(h);
	return buf_failed(out);
}

int
help_text(const struct keymap *k, struct buf *out)
{
	return each_row(k, out, text_row);
}

int
help_mdoc(const struct keymap *k, struct buf *out)
{
	int rc = each_row(k, out, mdoc_row);

	return rc < 0 ? rc : buf_add_str(out, ".El\n");
}
