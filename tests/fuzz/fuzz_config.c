/* SPDX-License-Identifier: ISC */
/* The text of a configuration file into settings: whatever it holds, every setting keeps a
 * value that its own check accepts, and becomes a configuration.  The first byte says
 * whether it is the system's file or the user's below locks. */
#include "base/ini.h"
#include "rec/conf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static bool
in_group(const char *name)
{
	return name[0] == 'g';
}

static const struct match_who who = {
	.user = "alice", .host = "web1", .tty = true, .in_group = in_group
};

struct run {
	struct conf conf;
	enum setting_layer layer;
	int bad;
};

static int
on_section(void *ctx, int line, const char *text, struct err *e)
{
	(void)ctx;
	(void)line;
	return match_section(text, &who, e);
}

static int
on_value(
	void *ctx, int line, const char *key, bool bang, const char *value, struct err *e)
{
	const struct setting_row *row = settings_named(key);
	struct run *r = ctx;
	int rc;

	(void)line;
	match_member(value, &who);
	if (!row)
		return err_set(e, ERR_USAGE, "%.100s", key);
	rc = settings_put(&r->conf.set, row->id, r->layer, "f", value, e);
	if (rc == 0 && bang)
		settings_lock(&r->conf.set, row->id, "f");
	return rc;
}

static void
on_bad(void *ctx, int line, const char *key, const char *why)
{
	struct run *r = ctx;

	if (line < 1 || !why || (key && !*key))
		abort();
	r->bad++;
}

/* Nothing that may only grow has become less. */
static void
check_guards(const struct settings *before, const struct settings *after)
{
	char missing[SETTING_MAX];

	settings_without(
		missing, before->v[OPT_INTERCEPT].text, after->v[OPT_INTERCEPT].text);
	if (*missing || settings_is(after, OPT_NONINTERACTIVE, "none") ||
		!settings_is(after, OPT_ON_ERROR, "stop") ||
		!settings_is(after, OPT_UNAVAILABLE, "deny") ||
		!settings_is(after, OPT_DIRECTORY, "") ||
		!settings_is(after, OPT_BREAK_GLASS, "root"))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct settings before;
	static struct notes notes;
	static struct run r;
	static char *argv[] = { (char *)"auditrec", NULL };
	struct ini ini = {
		.section = on_section, .value = on_value, .bad = on_bad, .ctx = &r
	};
	struct err e;

	if (!n)
		return 0;
	conf_init(&r.conf);
	r.layer = p[0] & 1 ? LAYER_USER : LAYER_SYSTEM;
	r.conf.set.login = r.layer == LAYER_USER;
	r.conf.notes = &notes;
	before = r.conf.set;
	ini_parse(&ini, (const char *)p + 1, n - 1);
	for (const struct setting_row *row = settings_rows; row->id; row++)
		if (settings_check(row, r.conf.set.v[row->id].text, &e) < 0)
			abort();
	if (r.layer == LAYER_USER)
		check_guards(&before, &r.conf.set);
	if (conf_parse(&r.conf, 1, argv, &e) != CONF_RUN)
		abort();
	return 0;
}
