/* SPDX-License-Identifier: ISC */
#include "rec/settings.h"

#include "base/opt.h"
#include "format/tape.h"
#include "rec/keys.h"
#include "sys/outlet.h"

#include <ctype.h>
#include <string.h>

const struct setting_row settings_rows[] = {
#define SETTING(ID, name, letter, arg, kind, choices, def, guard, help) \
	{ OPT_##ID, name, SETTING_##kind, choices, def, GUARD_##guard, help },
#define SYSTEM(ID, name, kind, choices, def, help) \
	{ OPT_##ID, name, SETTING_##kind, choices, def, GUARD_SYSTEM, help },
#define ACTION(ID, name, letter, arg, help)
#include "rec/option.def"
	{ OPT_NONE, NULL, SETTING_TEXT, NULL, NULL, GUARD_FREE, NULL },
};

const struct setting_row *
settings_row(enum setting_id id)
{
	const struct setting_row *r = settings_rows;

	while (r->id && r->id != id)
		r++;
	return r->id ? r : NULL;
}

const struct setting_row *
settings_named(const char *name)
{
	const struct setting_row *r = settings_rows;

	while (r->id && strcmp(r->name, name) != 0)
		r++;
	return r->id ? r : NULL;
}

void
settings_init(struct settings *s)
{
	memset(s, 0, sizeof *s);
	for (const struct setting_row *r = settings_rows; r->id; r++) {
		snprintf(s->v[r->id].text, SETTING_MAX, "%s", r->def);
		snprintf(s->v[r->id].origin, SETTING_ORIGIN_MAX, "built in");
	}
}

bool
settings_is(const struct settings *s, enum setting_id id, const char *text)
{
	return strcmp(s->v[id].text, text) == 0;
}

/* ---- lists ---- */

/* The next word of a list with SEP between; blanks around it do not count. */
static bool
next_word(const char **list, char sep, struct span *word)
{
	const char *p = *list, *end;

	if (!p || !*p)
		return false;
	end = strchr(p, sep);
	*list = end ? end + 1 : NULL;
	if (!end)
		end = p + strlen(p);
	while (p < end && *p == ' ')
		p++;
	while (p < end && end[-1] == ' ')
		end--;
	*word = span_of(p, (size_t)(end - p));
	return true;
}

/* Its place among the words, -1: not there. */
static int
place_of(const char *list, char sep, struct span word)
{
	struct span w;

	for (int i = 0; next_word(&list, sep, &w); i++)
		if (span_eq(w, word))
			return i;
	return -1;
}

static void
add_word(char out[SETTING_MAX], struct span w)
{
	size_t n = strlen(out);

	if (place_of(out, ',', w) < 0 && n + w.n + 2 < SETTING_MAX)
		snprintf(out + n, SETTING_MAX - n, "%s%.*s", n ? "," : "", (int)w.n,
			(const char *)w.p);
}

void
settings_union(char out[SETTING_MAX], const char *a, const char *b)
{
	struct span w;

	out[0] = 0;
	while (next_word(&a, ',', &w))
		add_word(out, w);
	while (next_word(&b, ',', &w))
		add_word(out, w);
}

void
settings_without(char out[SETTING_MAX], const char *a, const char *b)
{
	struct span w;

	out[0] = 0;
	while (next_word(&a, ',', &w))
		if (place_of(b, ',', w) < 0)
			add_word(out, w);
}

/* ---- values ---- */

static int
check_choice(const struct setting_row *row, struct span word, struct err *e)
{
	char list[80] = "";
	const char *rest = row->choices;
	struct span w;

	if (place_of(rest, '|', word) >= 0)
		return 0;
	while (next_word(&rest, '|', &w))
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%.*s",
			*list ? ", " : "", (int)w.n, (const char *)w.p);
	return err_set(e, ERR_USAGE, "'%.*s' is none of %s",
		(int)(word.n > 40 ? 40 : word.n), (const char *)word.p, list);
}

static int
check_place(struct span word, struct err *e)
{
	if (span_is(word, "syslog") || span_is(word, "journal") || word.p[0] == '/' ||
		(word.n > 3 && memcmp(word.p, "%h/", 3) == 0))
		return 0;
	return err_set(e, ERR_USAGE,
		"'%.*s' is not syslog, journal or a path that begins with /",
		(int)(word.n > 80 ? 80 : word.n), (const char *)word.p);
}

static int
check_words(const struct setting_row *row, const char *text, struct err *e)
{
	struct span w;
	int rc = 0;

	if (*text && text[strlen(text) - 1] == ',')
		return err_set(e, ERR_USAGE, "'%.60s' ends in a comma", text);
	while (rc == 0 && next_word(&text, ',', &w)) {
		if (!w.n)
			return err_set(
				e, ERR_USAGE, "there is an empty word in the list");
		if (row->kind == SETTING_SET)
			rc = check_choice(row, w, e);
		else if (row->kind == SETTING_EVENTS)
			rc = check_place(w, e);
	}
	return rc;
}

static int
check_format(const char *text, struct err *e)
{
	enum tape_format f;
	int rc = *text ? tape_format_parse(text, &f, e) : 0;

	if (rc == 0 && *text && f == TAPE_CAST_V1)
		return err_set(e, ERR_USAGE,
			"asciicast-v1 cannot be written while recording (convert to it "
			"later)");
	if (rc == 0 && *text && f > TAPE_CAST_V3)
		return err_set(e, ERR_USAGE,
			"%s cannot be written while recording (convert to it later)",
			text);
	return rc;
}

int
settings_check(const struct setting_row *row, const char *text, struct err *e)
{
	struct key key;
	double v;
	int number;

	if (strlen(text) >= SETTING_MAX)
		return err_set(e, ERR_USAGE, "this is longer than %d bytes", SETTING_MAX);
	switch (row->kind) {
	case SETTING_TEXT:
		return 0;
	case SETTING_PATH:
		if (!*text || text[0] == '/' || strncmp(text, "%h/", 3) == 0)
			return 0;
		return err_set(e, ERR_USAGE, "'%.100s' does not begin with /", text);
	case SETTING_BOOL:
	case SETTING_CHOICE:
		return check_choice(row, span_str(text), e);
	case SETTING_SET:
	case SETTING_LIST:
	case SETTING_EVENTS:
		return check_words(row, text, e);
	case SETTING_NUMBER:
		return *text ? opt_double(text, row->name, 0.001, 1e6, &v, e) : 0;
	case SETTING_FORMAT:
		return check_format(text, e);
	case SETTING_KEY:
		return keys_parse(&key, text, e);
	case SETTING_FACILITY:
		return outlet_facility(text, &number, e);
	}
	return 0;
}

/* ---- layers ---- */

static int
refuse(const struct setting *v, struct err *e)
{
	if (*v->lock)
		return err_set(e, ERR_STATE, "is locked by %.200s", v->lock);
	return err_set(e, ERR_STATE, "is not for the user to change here");
}

/* TEXT becomes what the guard lets through. */
static int
grow(const struct setting_row *row, const struct setting *v, char text[SETTING_MAX],
	struct err *e)
{
	char wanted[SETTING_MAX], missing[SETTING_MAX];

	memcpy(wanted, text, sizeof wanted);
	if (row->kind == SETTING_SET || row->kind == SETTING_LIST ||
		row->kind == SETTING_EVENTS) {
		settings_union(text, v->text, wanted);
		settings_without(missing, v->text, wanted);
		return *missing ? refuse(v, e) : 0;
	}
	if (place_of(row->choices, '|', span_str(text)) >=
		place_of(row->choices, '|', span_str(v->text)))
		return 0;
	memcpy(text, v->text, SETTING_MAX);
	return refuse(v, e);
}

static int
add(const struct setting *v, char text[SETTING_MAX], struct err *e)
{
	char wanted[SETTING_MAX];

	memcpy(wanted, text, sizeof wanted);
	settings_union(text, v->text, wanted);
	return *wanted ? 0 : refuse(v, e);
}

static int
guard(const struct settings *s, const struct setting_row *row, char text[SETTING_MAX],
	struct err *e)
{
	const struct setting *v = &s->v[row->id];
	int rc = 0;

	if (strcmp(text, v->text) == 0)
		return 0;
	switch (row->guard) {
	case GUARD_SYSTEM:
		rc = refuse(v, e);
		break;
	case GUARD_FREE:
		rc = *v->lock ? refuse(v, e) : 0;
		break;
	case GUARD_FIXED:
		rc = *v->lock || s->login ? refuse(v, e) : 0;
		break;
	case GUARD_ADD:
		return add(v, text, e);
	case GUARD_GROW:
		return *v->lock || s->login ? grow(row, v, text, e) : 0;
	}
	if (rc < 0)
		memcpy(text, v->text, SETTING_MAX);
	return rc;
}

int
settings_put(struct settings *s, enum setting_id id, enum setting_layer layer,
	const char *origin, const char *text, struct err *e)
{
	const struct setting_row *row = settings_row(id);
	struct setting *v = &s->v[id];
	char now[SETTING_MAX];
	int rc;

	if ((row->kind == SETTING_SET || row->kind == SETTING_EVENTS) &&
		strcmp(text, "none") == 0)
		text = "";
	rc = settings_check(row, text, e);
	if (rc < 0)
		return rc;
	memset(now, 0, sizeof now);
	memcpy(now, text, strlen(text));
	if (layer > LAYER_SYSTEM)
		rc = guard(s, row, now, e);
	/* What a list gains it gains even when the rest of it is refused. */
	if (rc < 0 && strcmp(now, v->text) == 0)
		return rc;
	snprintf(v->text, sizeof v->text, "%s", now);
	snprintf(v->origin, sizeof v->origin, "%s", origin);
	v->layer = layer;
	return rc;
}

void
settings_lock(struct settings *s, enum setting_id id, const char *origin)
{
	snprintf(s->v[id].lock, SETTING_ORIGIN_MAX, "%s", origin);
}

/* ---- printing ---- */

static void
print_value(FILE *out, const char *name, const char *text)
{
	size_t n = strlen(text);
	bool quotes = n && (text[0] == ' ' || text[n - 1] == ' ' ||
				   (n > 1 && text[0] == '"' && text[n - 1] == '"'));

	fprintf(out, quotes ? "%s = \"%s\"" : "%s = %s", name, text);
}

void
settings_show(FILE *out, const struct settings *s)
{
	for (const struct setting_row *r = settings_rows; r->id; r++) {
		const struct setting *v = &s->v[r->id];

		fprintf(out, "# %s", v->origin);
		if (*v->lock)
			fprintf(out, ", locked by %s", v->lock);
		fputc('\n', out);
		print_value(out, r->name, v->text);
		fputc('\n', out);
	}
}

/* How much of a row's help stands before "(default TEXT)", and that TEXT. */
static size_t
split_help(const struct setting_row *r, struct span *def)
{
	const char *at = strstr(r->help, " (default ");
	size_t n = strlen(r->help);

	if (!at || r->help[n - 1] != ')') {
		*def = span_str(*r->def ? r->def : "none");
		return n;
	}
	at += strlen(" (default ");
	*def = span_of(at, (size_t)(r->help + n - 1 - at));
	return (size_t)(at - r->help) - strlen(" (default ");
}

static void
print_help(FILE *out, const char *help)
{
	fputs("# ", out);
	for (; *help; help++) {
		fputc(*help, out);
		if (*help == '\n')
			fputs("# ", out);
	}
	fputc('\n', out);
}

void
settings_template(FILE *out)
{
	fputs("# Configuration of auditrec, see auditrec.conf(5).  Every line below "
	      "shows a\n"
	      "# default.  'key! = value' and 'lock = key ...' keep users from recording "
	      "less.\n",
		out);
	for (const struct setting_row *r = settings_rows; r->id; r++) {
		fputc('\n', out);
		print_help(out, r->help);
		fputc('#', out);
		print_value(out, r->name, r->def);
		fputc('\n', out);
	}
}

static const char *const guard_words[] = {
	[GUARD_FREE] = "Users may change it.",
	[GUARD_GROW] = "In login sessions, users may only raise it.",
	[GUARD_ADD] = "Users may only add to it.",
	[GUARD_FIXED] = "In login sessions, users cannot change it.",
	[GUARD_SYSTEM] = "Only files of the system set it.",
};

/* "Values, rising: a, b, c." */
static void
mdoc_choices(FILE *out, const struct setting_row *r)
{
	const char *rest = r->choices;
	struct span w;
	bool first = true;

	if (!rest)
		return;
	fputs(r->kind == SETTING_SET || r->kind == SETTING_EVENTS ? "Words:"
		: r->guard == GUARD_FIXED                         ? "Values:"
								  : "Values, rising:",
		out);
	for (; next_word(&rest, '|', &w); first = false)
		fprintf(out, "%s\n.Cm %.*s", first ? "" : " ,", (int)w.n,
			(const char *)w.p);
	fputs(" .\n", out);
}

void
settings_mdoc(FILE *out)
{
	for (const struct setting_row *r = settings_rows; r->id; r++) {
		struct span def;
		int n = (int)split_help(r, &def);

		fprintf(out, ".It Cm %s\n%c%.*s.\n", r->name,
			toupper((unsigned char)r->help[0]), n - 1, r->help + 1);
		mdoc_choices(out, r);
		fprintf(out, "Default: %.*s.\n%s\n", (int)def.n, (const char *)def.p,
			guard_words[r->guard]);
	}
}
