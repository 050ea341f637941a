/* SPDX-License-Identifier: ISC */
/* A small reader of Perl's expressions.  Characters that follow each other become a run, whose
 * grams are all needed; everything else ends the run and needs nothing itself, but for
 * groups.  Where it is not certain what a part means to PCRE2, all is given up: that costs
 * time, while a mistake would cost a hit. */
#include "replay/needs.h"

#include <ctype.h>

#define DEPTH_MAX 64 /* groups inside each other */
#define NOTHING   (-1)

struct parser {
	const char *p;
	struct needs *out;
	struct buf run;
	bool fold;
	bool quoted; /* between \Q and \E */
	bool lost;
	int depth;
};

/* How often an atom must stand there. */
enum times { ONCE, AT_LEAST_ONCE, PERHAPS };

static int
give_up(struct parser *p)
{
	p->lost = true;
	return NOTHING;
}

static int
add(struct parser *p, struct needs_part part)
{
	if (p->out->n == NEEDS_MAX)
		return give_up(p);
	part.next = NOTHING;
	p->out->v[p->out->n] = part;
	return p->out->n++;
}

/* PART to what is needed, too: the list ALL, or the beginning of one. */
static int
join(struct parser *p, int all, int part)
{
	struct needs_part *v = p->out->v;

	if (part == NOTHING)
		return all;
	if (all == NOTHING)
		all = add(p, (struct needs_part){ .kind = NEEDS_ALL, .first = NOTHING });
	if (all == NOTHING)
		return NOTHING;
	v[part].next = v[all].first;
	v[all].first = part;
	return all;
}

/* --- runs of characters --- */

static int
end_run(struct parser *p, int all)
{
	struct buf folded = { 0 };

	gram_fold(&folded, buf_span(&p->run));
	if (buf_failed(&folded) || buf_failed(&p->run))
		give_up(p);
	for (size_t i = 0; i + GRAM_BYTES <= folded.n && !p->lost; i++)
		all = join(p, all,
			add(p, (struct needs_part){ .kind = NEEDS_GRAM,
				       .gram = gram_of(folded.p + i),
				       .first = NOTHING }));
	buf_clear(&p->run);
	buf_free(&folded);
	return all;
}

/* Bytes of the character at S, which is valid. */
static size_t
char_size(const char *s)
{
	uint8_t c = (uint8_t)*s;

	return c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* Does the character at S stand in a matching line as it is, but for the case of ASCII? */
static bool
is_certain(const struct parser *p, const char *s)
{
	uint8_t c = (uint8_t)*s;

	return c >= 0x80 ? !p->fold : c >= 0x20;
}

/* --- how often --- */

/* Marks of quoting stand between an atom and what says how often. */
static void
skip_marks(struct parser *p)
{
	for (; p->p[0] == '\\'; p->p += 2) {
		if (p->p[1] == 'E')
			p->quoted = false;
		else if (p->p[1] == 'Q' && !p->quoted)
			p->quoted = true;
		else
			return;
	}
}

/* {N}, {N,} or {N,M}: its length, or 0.  *ZERO: N is 0. */
static size_t
count_size(const char *s, bool *zero)
{
	const char *at = s + 1;

	*zero = true;
	if (*s != '{' || !isdigit((unsigned char)*at))
		return 0;
	for (; isdigit((unsigned char)*at); at++)
		*zero &= *at == '0';
	if (*at == ',')
		at++;
	while (isdigit((unsigned char)*at))
		at++;
	return *at == '}' ? (size_t)(at + 1 - s) : 0;
}

/* Might another version of PCRE2 take what is at S for a count? */
static bool
may_be_count(const char *s)
{
	s++;
	s += strspn(s, "0123456789, \t");
	return *s == '}';
}

static enum times
read_times(struct parser *p)
{
	enum times times = ONCE;
	size_t count;
	bool zero;

	skip_marks(p);
	if (p->quoted)
		return ONCE;
	count = count_size(p->p, &zero);
	if (count)
		times = zero ? PERHAPS : AT_LEAST_ONCE;
	else if (*p->p == '*' || *p->p == '?')
		times = PERHAPS;
	else if (*p->p == '+')
		times = AT_LEAST_ONCE;
	else if (*p->p == '{' && may_be_count(p->p))
		give_up(p);
	if (times == ONCE)
		return ONCE;
	p->p += count ? count : 1;
	if (*p->p == '?' || *p->p == '+')
		p->p++;
	return times;
}

/* --- atoms --- */

static int
take_char(struct parser *p, int all)
{
	const char *c = p->p;
	size_t n = char_size(c);
	bool certain = is_certain(p, c);
	enum times times;

	p->p += n;
	times = read_times(p);
	if (certain && times != PERHAPS)
		buf_add(&p->run, c, n);
	if (certain && times == ONCE)
		return all;
	all = end_run(p, all);
	if (certain && times == AT_LEAST_ONCE)
		buf_add(&p->run, c, n); /* the last of them is in front of what follows */
	return all;
}

/* Something that is no character. */
static int
take_other(struct parser *p, int all)
{
	all = end_run(p, all);
	read_times(p);
	return all;
}

static void
skip_to(struct parser *p, char end)
{
	const char *at = strchr(p->p, end);

	if (at)
		p->p = at + 1;
	else
		give_up(p);
}

/* Behind \x, \p, \P. */
static void
skip_argument(struct parser *p, bool hex)
{
	if (*p->p == '{')
		skip_to(p, '}');
	else if (hex)
		for (int i = 0; i < 2 && isxdigit((unsigned char)*p->p); i++)
			p->p++;
	else if (isalpha((unsigned char)*p->p))
		p->p++;
	else
		give_up(p);
}

static int
take_escape(struct parser *p, int all)
{
	char c = p->p[1];

	p->p++;
	if (!c || (c == 'N' && p->p[1] == '{'))
		return give_up(p);
	if (!isalnum((unsigned char)c))
		return take_char(p, all);
	p->p++;
	if (strchr("xpP", c))
		skip_argument(p, c == 'x');
	else if (!strchr("dDwWsShHvVbBAzZGRXKNtnrfea", c))
		return give_up(p);
	return take_other(p, all);
}

/* [:NAME:] inside of a class; anything like it that is not certain gives up. */
static void
skip_posix(struct parser *p)
{
	const char *at = p->p + 2;

	if (!strchr(":.=", p->p[1]) || !p->p[1]) {
		p->p++; /* just a bracket */
		return;
	}
	at += *at == '^';
	while (isalpha((unsigned char)*at))
		at++;
	if (p->p[1] == ':' && at[0] == ':' && at[1] == ']')
		p->p = at + 2;
	else
		give_up(p);
}

static int
take_class(struct parser *p, int all)
{
	p->p++;
	p->p += *p->p == '^';
	p->p += *p->p == ']';
	while (*p->p != ']' && !p->lost) {
		if (!*p->p || (*p->p == '\\' && (!p->p[1] || strchr("QEcN", p->p[1]))))
			give_up(p);
		else if (*p->p == '[')
			skip_posix(p);
		else
			p->p += *p->p == '\\' ? 2 : 1;
	}
	if (p->lost)
		return NOTHING;
	p->p++;
	return take_other(p, all);
}

/* --- groups --- */

static int take_either(struct parser *p);

/* Behind "(?": options that change case or nothing here. */
static bool
take_options(struct parser *p)
{
	size_t n = strspn(p->p, "ims-");

	if (!n || (p->p[n] != ':' && p->p[n] != ')'))
		return false;
	p->fold |= memchr(p->p, 'i', n) != NULL;
	p->p += n;
	return true;
}

enum group { GROUP, LOOK_AROUND, OPTIONS };

/* Behind "(": what it is; P is then at what stands in it. */
static enum group
begin_group(struct parser *p)
{
	static const char *const looks[] = { "?=", "?!", "?<=", "?<!" };
	const char *s = p->p;

	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		if (strncmp(s, looks[i], strlen(looks[i])) == 0) {
			p->p += strlen(looks[i]);
			return LOOK_AROUND;
		}
	if (*s == '*') {
		give_up(p);
	} else if (*s == '?') {
		p->p++;
		s += s[1] == 'P' ? 2 : 1;
		if (*s == '<' || (*s == '\'' && s == p->p)) {
			p->p = s + 1;
			if (strchr("*=!", *p->p))
				give_up(p);
			skip_to(p, *s == '<' ? '>' : '\'');
		} else if (*s && strchr(":>|", *s) && s == p->p) {
			p->p++;
		} else if (!take_options(p)) {
			give_up(p);
		} else if (*p->p++ == ')') {
			return OPTIONS;
		}
	}
	return GROUP;
}

static int
take_group(struct parser *p, int all)
{
	enum group kind;
	int inner;

	all = end_run(p, all);
	p->p++;
	kind = begin_group(p);
	if (kind == OPTIONS || p->lost)
		return all;
	if (++p->depth > DEPTH_MAX)
		return give_up(p);
	inner = take_either(p);
	p->depth--;
	if (*p->p != ')' || p->lost)
		return give_up(p);
	p->p++;
	if (read_times(p) == PERHAPS || kind == LOOK_AROUND)
		return all;
	return join(p, all, inner);
}

/* --- all of it --- */

static int
take_atom(struct parser *p, int all)
{
	if (p->quoted)
		return take_char(p, all);
	switch (*p->p) {
	case '\\':
		return take_escape(p, all);
	case '[':
		return take_class(p, all);
	case '(':
		return take_group(p, all);
	case '.':
	case '^':
	case '$':
		p->p++;
		return take_other(p, all);
	case '*':
	case '+':
	case '?':
		return give_up(p);
	case '{':
		if (may_be_count(p->p))
			return give_up(p);
		p->p++;
		return take_other(p, all);
	default:
		return take_char(p, all);
	}
}

/* Atoms behind each other. */
static int
take_branch(struct parser *p)
{
	int all = NOTHING;

	for (;;) {
		skip_marks(p);
		if (p->lost || !*p->p || (!p->quoted && strchr("|)", *p->p)))
			break;
		all = take_atom(p, all);
	}
	return end_run(p, all);
}

/* Branches, one of which must match. */
static int
take_either(struct parser *p)
{
	int first = take_branch(p), n = 1, one = first;
	bool certain = first != NOTHING;

	for (; *p->p == '|' && !p->lost; n++) {
		int branch;

		p->p++;
		branch = take_branch(p);
		certain &= branch != NOTHING;
		if (!certain)
			continue;
		p->out->v[branch].next = first;
		first = branch;
	}
	if (!certain || p->lost)
		return NOTHING;
	if (n > 1)
		one = add(p, (struct needs_part){ .kind = NEEDS_ONE, .first = first });
	return one;
}

void
needs_of(struct needs *n, const char *text, bool plain, bool fold)
{
	struct parser p = { .p = text, .out = n, .fold = fold, .quoted = plain };

	n->n = 0;
	if (!plain) {
		n->root = take_either(&p);
	} else {
		n->root = NOTHING;
		while (*p.p) {
			size_t size = char_size(p.p);

			if (is_certain(&p, p.p))
				buf_add(&p.run, p.p, size);
			else
				n->root = end_run(&p, n->root);
			p.p += size;
		}
		n->root = end_run(&p, n->root);
	}
	if (p.lost || *p.p)
		n->root = NOTHING;
	buf_free(&p.run);
}

static bool
is_met(const struct needs *n, int at, const struct gram_filter *f)
{
	const struct needs_part *part = &n->v[at];

	if (part->kind == NEEDS_GRAM)
		return gram_in(f, part->gram);
	for (int i = part->first; i != NOTHING; i = n->v[i].next)
		if (is_met(n, i, f) != (part->kind == NEEDS_ALL))
			return part->kind == NEEDS_ONE;
	return part->kind == NEEDS_ALL;
}

bool
needs_met(const struct needs *n, const struct gram_filter *f)
{
	return n->root == NOTHING || is_met(n, n->root, f);
}
