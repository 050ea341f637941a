/* SPDX-License-Identifier: ISC */
#include "recd/conf.h"

#include "base/clk.h"
#include "base/ini.h"
#include "store/directory.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

enum when { LIVE, START };
enum kind { TEXT, PATH, COUNT, SIZE, TIME, MODE, USER, GROUP, FLAG, SYNC };

static const struct row {
	const char *section; /* a heading when name is NULL */
	const char *name;
	enum kind kind;
	enum when when;
	const char *least, *most; /* "": any */
	const char *initial, *doc;
	size_t offset;
} rows[] = {
#define SECTION(name, doc) { name, NULL, TEXT, LIVE, NULL, NULL, NULL, doc, 0 },
#define SETTING(member, name, kind, when, least, most, initial, doc) \
	{ NULL, name, kind, when, least, most, initial, doc,         \
		offsetof(struct conf, member) },
#include "recd/conf.def"
};
#define NROWS (sizeof rows / sizeof *rows)

static const struct unit {
	const char *name;
	int64_t size;
} sizes[] = { { "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 },
	{ "T", INT64_C(1) << 40 }, { NULL, 0 } },
  times[] = { { "ms", NS_PER_MS }, { "s", NS_PER_S }, { "m", 60 * NS_PER_S },
	  { "h", 3600 * NS_PER_S }, { "d", 86400 * NS_PER_S }, { NULL, 0 } };

static const char s3_section[] = "s3";

static const char *const flags[] = { "no", "yes", NULL };
static const char *const syncs[] = { [DIRECTORY_SYNC_INTERVAL] = "interval",
	[DIRECTORY_SYNC_COMMIT] = "commit",
	[DIRECTORY_SYNC_NEVER] = "never",
	NULL };

/* ---- values ---- */

static int
read_number(int64_t *out, const char *text, const struct unit *units, struct err *e)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (end == text || v < 0 || errno)
		return err_set(e, ERR_USAGE, "'%.40s' is no number", text);
	if (v == 0 && !*end) {
		*out = 0;
		return 0;
	}
	for (; units->name; units++)
		if (strcmp(units->name, end) == 0)
			break;
	if (!units->name)
		return err_set(e, ERR_USAGE, "'%.40s' has no unit that is known", text);
	if (__builtin_mul_overflow((int64_t)v, units->size, out))
		return err_set(e, ERR_USAGE, "'%.40s' is too large", text);
	return 0;
}

static int
read_bounded(int64_t *out, const struct row *r, const char *text,
	const struct unit *units, struct err *e)
{
	int64_t v = 0, least = 0, most = INT64_MAX;
	int rc = read_number(&v, text, units, e);

	if (*r->least)
		read_number(&least, r->least, units, NULL);
	if (*r->most)
		read_number(&most, r->most, units, NULL);
	if (rc == 0 && (v < least || v > most))
		return err_set(e, ERR_USAGE, "'%.40s' is not between %s and %s", text,
			r->least, r->most);
	*out = v;
	return rc;
}

static int
read_mode(mode_t *out, const char *text, struct err *e)
{
	char *end;
	unsigned long v = strtoul(text, &end, 8);

	if (end == text || *end || v > 0777)
		return err_set(e, ERR_USAGE, "'%.40s' is no mode such as 0640", text);
	*out = (mode_t)v;
	return 0;
}

static int
read_choice(int *out, const char *text, const char *const *names, struct err *e)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return 0;
		}
	return err_set(e, ERR_USAGE, "'%.40s' is not among the choices", text);
}

static int
read_name(struct conf_name *out, const char *text, bool user, struct err *e)
{
	struct passwd *pw = user && *text ? getpwnam(text) : NULL;
	struct group *gr = !user && *text ? getgrnam(text) : NULL;
	char *end;

	out->set = *text != '\0';
	out->id = pw ? pw->pw_uid : gr ? gr->gr_gid : 0;
	if (!*text || pw || gr)
		return 0;
	out->id = (unsigned)strtoul(text, &end, 10);
	return *end ? err_set(e, ERR_USAGE, "there is no %s '%.40s'",
			      user ? "user" : "group", text)
		    : 0;
}

static int
read_text(struct conf_text *out, const char *text, bool path, struct err *e)
{
	size_t n = strlen(text);

	if (n >= sizeof out->s)
		return err_set(e, ERR_USAGE, "more than %zu bytes", sizeof out->s - 1);
	if (path && *text && *text != '/')
		return err_set(e, ERR_USAGE, "'%.40s' does not begin with /", text);
	memcpy(out->s, text, n + 1);
	return 0;
}

static int
read_value(struct conf *c, const struct row *r, const char *text, struct err *e)
{
	void *to = (char *)c + r->offset;
	static const struct unit none[] = { { "", 1 }, { NULL, 0 } };
	int choice = 0, rc;

	switch (r->kind) {
	case TEXT:
	case PATH:
		return read_text(to, text, r->kind == PATH, e);
	case COUNT:
		return read_bounded(to, r, text, none, e);
	case SIZE:
		return read_bounded(to, r, text, sizes, e);
	case TIME:
		return read_bounded(to, r, text, times, e);
	case MODE:
		return read_mode(to, text, e);
	case USER:
	case GROUP:
		return read_name(to, text, r->kind == USER, e);
	case FLAG:
		rc = read_choice(&choice, text, flags, e);
		*(bool *)to = rc == 0 && choice;
		return rc;
	case SYNC:
		return read_choice(to, text, syncs, e);
	}
	return 0;
}

/* ---- a file ---- */

struct parse {
	struct conf *c;
	const char *section;
	conf_bad *bad;
	void *ctx;
	int wrong;
};

static int
take_section(void *ctx, int line, const char *text, struct err *e)
{
	struct parse *p = ctx;

	(void)line;
	if (strcmp(text, s3_section) == 0) {
		p->section = s3_section;
		return 1;
	}
	for (size_t i = 0; i < NROWS; i++)
		if (rows[i].section && strcmp(rows[i].section, text) == 0) {
			p->section = rows[i].section;
			return 1;
		}
	return err_set(e, ERR_USAGE, "there is no section [%.40s]", text);
}

static int
take_s3(struct conf *c, int line, const char *key, const char *value, struct err *e)
{
	const char *credentials = c->s3.credentials_file, *cacert = c->s3.cacert,
		   *secret = c->s3.secret_key;
	int rc;

	if (strcmp(key, "local") == 0)
		return err_set(e, ERR_USAGE, "the spool is the path of [directory]");
	if (!s3_conf_knows(key))
		return err_set(e, ERR_USAGE, "[s3] knows no '%.40s'", key);
	c->has_s3 |= strcmp(key, "bucket") == 0 && *value;
	rc = s3_conf_set(&c->s3, key, value, e);
	if (c->s3.credentials_file != credentials)
		c->credentials_line = line;
	if (c->s3.cacert != cacert)
		c->cacert_line = line;
	if (c->s3.secret_key != secret)
		c->secret_line = line;
	return rc;
}

static const struct row *
find_row(const char *section, const char *name)
{
	const char *at = NULL;

	for (size_t i = 0; i < NROWS; i++) {
		if (rows[i].section)
			at = rows[i].section;
		else if (at == section && strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

static int
take_value(
	void *ctx, int line, const char *key, bool bang, const char *value, struct err *e)
{
	struct parse *p = ctx;
	const struct row *r;
	int rc;

	if (!p->section)
		return err_set(e, ERR_USAGE, "'%.40s' stands in no section", key);
	if (p->section == s3_section)
		return take_s3(p->c, line, key, value, e);
	r = bang ? NULL : find_row(p->section, key);
	if (!r)
		return err_set(e, ERR_USAGE, "[%s] knows no '%.40s'", p->section, key);
	rc = read_value(p->c, r, value, e);
	if (rc == 0 && (r->kind == TEXT || r->kind == PATH))
		((struct conf_text *)((char *)p->c + r->offset))->line = line;
	return rc;
}

static void
take_bad(void *ctx, int line, const char *key, const char *why)
{
	struct parse *p = ctx;
	char text[ERR_TEXT_MAX];

	p->wrong++;
	snprintf(
		text, sizeof text, "%.60s%s%.200s", key ? key : "", key ? ": " : "", why);
	if (p->bad)
		p->bad(p->ctx, line, text);
}

void
conf_free(struct conf *c)
{
	s3_conf_free(&c->s3);
}

void
conf_defaults(struct conf *c)
{
	struct err e;

	memset(c, 0, sizeof *c);
	s3_conf_init(&c->s3);
	for (size_t i = 0; i < NROWS; i++)
		if (rows[i].name)
			read_value(c, &rows[i], rows[i].initial, &e);
}

/* What no line alone can be wrong about. */
static void
check_s3(struct parse *p)
{
	struct err e;

	if (!p->c->has_s3 || p->wrong)
		return;
	if (s3_conf_env(&p->c->s3, &e) < 0 || s3_conf_check(&p->c->s3, &e) < 0)
		take_bad(p, 0, "[s3]", e.text);
}

int
conf_parse(struct conf *c, const char *text, size_t n, conf_bad *bad, void *ctx)
{
	struct parse p = { .c = c, .bad = bad, .ctx = ctx };
	struct ini ini = { take_section, take_value, take_bad, &p, false };

	conf_defaults(c);
	ini_parse(&ini, text, n);
	check_s3(&p);
	return p.wrong;
}

/* ---- another file, in a daemon that runs ---- */

static const size_t value_sizes[] = { [TEXT] = sizeof(struct conf_text),
	[PATH] = sizeof(struct conf_text),
	[COUNT] = sizeof(uint64_t),
	[SIZE] = sizeof(uint64_t),
	[TIME] = sizeof(int64_t),
	[MODE] = sizeof(mode_t),
	[USER] = sizeof(struct conf_name),
	[GROUP] = sizeof(struct conf_name),
	[FLAG] = sizeof(bool),
	[SYNC] = sizeof(int) };

static bool
same_value(enum kind kind, const void *a, const void *b)
{
	const struct conf_text *x = a, *y = b;

	return kind == TEXT || kind == PATH ? strcmp(x->s, y->s) == 0
					    : memcmp(a, b, value_sizes[kind]) == 0;
}

void
conf_carry(struct conf *fresh, const struct conf *old, conf_bad *told, void *ctx)
{
	const char *section = NULL;
	char text[160];

	for (size_t i = 0; i < NROWS; i++) {
		const struct row *r = &rows[i];
		const char *b = (const char *)old + r->offset;
		char *a = (char *)fresh + r->offset;

		if (r->section)
			section = r->section;
		if (r->section || r->when == LIVE || same_value(r->kind, a, b))
			continue;
		snprintf(text, sizeof text,
			"[%s] %s: another value counts from the next "
			"start on",
			section, r->name);
		told(ctx, 0, text);
		memcpy(a, b, value_sizes[r->kind]);
	}
	if (fresh->has_s3 && !old->has_s3)
		told(ctx, 0, "[s3]: recordings are shipped from the next start on");
	fresh->has_s3 = old->has_s3;
}

/* ---- printing ---- */

static void
print_number(FILE *out, int64_t v, const struct unit *units)
{
	const struct unit *best = units;

	if (v == 0) {
		fputs("0", out);
		return;
	}
	for (const struct unit *u = units; u->name; u++)
		if (v % u->size == 0)
			best = u;
	fprintf(out, "%lld%s", (long long)(v / best->size), best->name);
}

static void
print_value(FILE *out, const struct conf *c, const struct row *r)
{
	const void *at = (const char *)c + r->offset;
	const struct conf_name *name = at;

	switch (r->kind) {
	case TEXT:
	case PATH:
		fputs(((const struct conf_text *)at)->s, out);
		break;
	case COUNT:
		fprintf(out, "%llu", *(const unsigned long long *)at);
		break;
	case SIZE:
		print_number(out, *(const int64_t *)at, sizes);
		break;
	case TIME:
		print_number(out, *(const int64_t *)at, times);
		break;
	case MODE:
		fprintf(out, "%04o", (unsigned)*(const mode_t *)at);
		break;
	case USER:
	case GROUP:
		if (name->set)
			fprintf(out, "%u", name->id);
		break;
	case FLAG:
		fputs(flags[*(const bool *)at], out);
		break;
	case SYNC:
		fputs(syncs[*(const int *)at], out);
		break;
	}
}

static const char *
start_note(const struct row *r)
{
	return r->when == START ? " (with a restart)" : "";
}

void
conf_print(FILE *out, const struct conf *c)
{
	for (size_t i = 0; i < NROWS; i++) {
		const struct row *r = &rows[i];

		if (r->section) {
			fprintf(out, "%s# %s\n[%s]\n", i ? "\n" : "", r->doc, r->section);
			continue;
		}
		fprintf(out, "# %s%s\n%s = ", r->doc, start_note(r), r->name);
		print_value(out, c, r);
		fputc('\n', out);
	}
	fprintf(out, "\n# where recordings are shipped to; without a bucket they stay "
		     "here\n[s3]\n");
	for (const struct s3_setting *x = s3_settings; x->name; x++)
		if (strcmp(x->name, "local") != 0)
			fprintf(out, "# %s\n#%s = %s\n", x->help, x->name, x->arg);
	if (c->has_s3)
		fprintf(out, "bucket = %s\n", c->s3.bucket);
}

void
conf_mdoc(FILE *out)
{
	for (size_t i = 0; i < NROWS; i++) {
		const struct row *r = &rows[i];

		if (r->section) {
			fprintf(out, "%s.Ss [%s]\n%s.\n.Bl -tag -width Ds\n",
				i ? ".El\n" : "", r->section, r->doc);
			continue;
		}
		fprintf(out, ".It Ic %s\n%s%s", r->name, r->doc, start_note(r));
		if (*r->initial)
			fprintf(out, "\n.Pq default Ql %s .\n", r->initial);
		else
			fputs(".\n", out);
	}
	fputs(".El\n.Ss [s3]\nThe object store where recordings are shipped to; without "
	      "a\n"
	      ".Ic bucket\nthey stay in the folder.\n.Bl -tag -width Ds\n",
		out);
	for (const struct s3_setting *x = s3_settings; x->name; x++)
		if (strcmp(x->name, "local") != 0)
			fprintf(out, ".It Ic %s Ar %s\n\\&%s.\n", x->name, x->arg,
				x->help);
	fputs(".El\n", out);
}
