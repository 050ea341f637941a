/* SPDX-License-Identifier: ISC */
/* Options and keys in a file: "speed = 2", and "C-b = back 5" below [keys] or, for one part
 * of the player, [keys.list]. */
#include "play/conf.h"

#include "base/ini.h"

#include <stdio.h>
#include <string.h>

#define KEYS "keys"

/* The mode whose keys stand in this section; KEYMAP_MODES: none. */
static enum keymap_mode
mode_of(const char *section)
{
	size_t n = strlen(KEYS);

	if (strcmp(section, KEYS) == 0)
		return KEYMAP_PLAY;
	if (strncmp(section, KEYS ".", n + 1) != 0)
		return KEYMAP_MODES;
	for (int i = 0; i < KEYMAP_MODES; i++)
		if (strcmp(keymap_mode_name((enum keymap_mode)i), section + n + 1) == 0)
			return (enum keymap_mode)i;
	return KEYMAP_MODES;
}

struct reading {
	struct conf *conf;
	struct keymap *keymap;
	enum keymap_mode mode;
	bool keys; /* below a heading */
	const char *name;
	struct conf_faults *faults;
};

static int
section(void *ctx, int line, const char *text, struct err *e)
{
	struct reading *r = ctx;

	(void)line;
	r->keys = true;
	r->mode = mode_of(text);
	if (r->mode == KEYMAP_MODES)
		return err_set(e, ERR_USAGE, "there is no section [%.40s]", text);
	return 1;
}

static int
value(void *ctx, int line, const char *key, bool bang, const char *text, struct err *e)
{
	struct reading *r = ctx;

	(void)line;
	(void)bang;
	return r->keys ? keymap_bind(r->keymap, r->mode, key, text, e)
		       : conf_set(r->conf, key, text, e);
}

static void
bad(void *ctx, int line, const char *key, const char *why)
{
	struct reading *r = ctx;
	struct err e;

	if (r->faults->n++)
		return;
	err_set(&e, ERR_USAGE, "%s", why);
	if (key && r->keys)
		err_prefix(&e, "%.24s", key);
	err_prefix(&e, "%s line %d", r->name, line);
	snprintf(r->faults->first, sizeof r->faults->first, "%s", e.text);
}

void
conf_read(struct conf *c, struct keymap *k, const char *name, struct span text,
	struct conf_faults *f)
{
	struct reading r = { c, k, KEYMAP_PLAY, false, name, f };
	struct ini ini = { section, value, bad, &r, .any_key = true };

	ini_parse(&ini, (const char *)text.p, text.n);
}

static void
sample_options(struct buf *out)
{
	for (const struct opt *o = conf_opts; o->id; o++) {
		if (!conf_in_file(o))
			continue;
		buf_add_str(out, "\n# ");
		for (const char *s = o->help; *s; s++)
			buf_addf(out, "%c%s", *s, *s == '\n' ? "# " : "");
		buf_addf(out, "\n#%s = %s\n", o->name, o->arg ? o->arg : "yes");
	}
}

static void
sample_keys(struct buf *out, const struct keymap *k, enum keymap_mode mode)
{
	char key[KEYMAP_KEY_MAX], text[COMMAND_TEXT_MAX];

	buf_addf(out, "\n[keys%s%s]\n", mode == KEYMAP_PLAY ? "" : ".",
		mode == KEYMAP_PLAY ? "" : keymap_mode_name(mode));
	for (int i = 0; i < k->n; i++) {
		const struct keymap_row *r = &k->row[i];
		char line[64];

		if (r->mode != mode)
			continue;
		snprintf(line, sizeof line, "#%s = %s%s%s", keymap_key_text(key, r->key),
			command_name(r->command.id), r->command.arg[0] ? " " : "",
			r->command.arg);
		buf_addf(out, "%-32s # %s\n", line, command_sentence(text, &r->command));
	}
}

int
conf_sample(struct buf *out)
{
	struct keymap k;

	keymap_init(&k);
	buf_add_str(out,
		"# ~/.config/auditrec/auditplay.conf: options and keys of auditplay(1).\n"
		"# The command line goes over what stands here.\n");
	sample_options(out);
	buf_add_str(out,
		"\n# KEY = COMMAND; none takes a key away.  Keys of one part of the\n"
		"# player go over those of all.\n");
	for (int mode = 0; mode < KEYMAP_MODES; mode++)
		sample_keys(out, &k, (enum keymap_mode)mode);
	return buf_failed(out);
}
