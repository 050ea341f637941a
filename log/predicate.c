/* SPDX-License-Identifier: ISC */
#include "log/predicate.h"

#include "base/clk.h"
#include "base/date.h"
#include "base/opt.h"
#include "base/word.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fnmatch.h>
#include <grp.h>

/* --- values --- */

static int
read_text(struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e)
{
	(void)now_ns;
	a->word = word;
	return *word ? 0 : err_set(e, ERR_USAGE, "a value that is empty fits nothing");
}

static int
read_expression(struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e)
{
	(void)now_ns;
	a->word = word;
	return query_new(&a->query, word, 0, e);
}

static int
read_group(struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e)
{
	struct group *g;
	long gid;

	(void)now_ns;
	if (opt_int(word, "group", 0, UINT32_MAX, &gid, NULL) == 0) {
		a->number = gid;
		return 0;
	}
	g = getgrnam(word);
	if (!g)
		return err_set(
			e, ERR_USAGE, "'%.40s' is no group here: write its number", word);
	a->number = g->gr_gid;
	return 0;
}

static int
read_address(struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e)
{
	const char *slash = strchr(word, '/');
	char text[INET6_ADDRSTRLEN + 1];
	struct in_addr four;
	long bits = 128, most = 128;
	size_t n = slash ? (size_t)(slash - word) : strlen(word);

	(void)now_ns;
	if (n < sizeof text) {
		memcpy(text, word, n);
		text[n] = 0;
		memset(a->address, 0, sizeof a->address);
		if (inet_pton(AF_INET, text, &four) == 1) {
			most = bits = 32;
			memset(a->address + 10, 0xFF, 2);
			memcpy(a->address + 12, &four, 4);
		} else if (inet_pton(AF_INET6, text, a->address) != 1) {
			n = sizeof text;
		}
	}
	if (n >= sizeof text ||
		(slash && opt_int(slash + 1, "from", 0, most, &bits, NULL) < 0))
		return err_set(e, ERR_USAGE,
			"'%.50s' is no address: write 10.1.2.3, 10.0.0.0/8 or "
			"2001:db8::/32",
			word);
	a->prefix = (uint8_t)(bits + 128 - most);
	return 0;
}

static int
read_from(struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e)
{
	struct date_span d;
	int rc = date_parse(&d, word, now_ns, e);

	a->number = d.from_ns;
	return rc;
}

static int
read_to(struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e)
{
	struct date_span d;
	int rc = date_parse(&d, word, now_ns, e);

	a->number = d.to_ns;
	return rc;
}

static int
read_length(struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e)
{
	(void)now_ns;
	return date_parse_length(&a->number, word, e);
}

static int
read_exit(struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e)
{
	long status;
	int rc;

	(void)now_ns;
	a->word = word;
	if (isalpha((unsigned char)*word))
		return 0; /* a signal */
	rc = opt_int(word, "exit", 0, UINT32_MAX, &status, e);
	a->number = status;
	return rc;
}

static const char *const states[] = { "clean", "truncated", "damaged", NULL };

static int
read_state(struct predicate_arg *a, const char *word, int64_t now_ns, struct err *e)
{
	int i = opt_choice(word, NULL, states, e);

	(void)now_ns;
	a->word = i < 0 ? word : states[i];
	return i < 0 ? i : 0;
}

/* --- what is known --- */

static bool
fits(const char *pattern, const char *text)
{
	return *text && fnmatch(pattern, text, 0) == 0;
}

static bool
test_user(const struct predicate_arg *a, const struct record *r)
{
	return fits(a->word, r->text[FACT_USER]);
}

static bool
test_group(const struct predicate_arg *a, const struct record *r)
{
	return r->gid == a->number;
}

static bool
test_host(const struct predicate_arg *a, const struct record *r)
{
	return fits(a->word, r->text[FACT_HOST]);
}

static bool
test_tty(const struct predicate_arg *a, const struct record *r)
{
	const char *tty = r->text[FACT_TTY];

	return fits(a->word, tty) ||
	       (strncmp(tty, "/dev/", 5) == 0 && fits(a->word, tty + 5));
}

static bool
test_from(const struct predicate_arg *a, const struct record *r)
{
	struct predicate_arg other = { 0 };
	uint8_t bit;

	if (read_address(&other, r->text[FACT_ADDRESS], 0, NULL) < 0 ||
		other.prefix < 128)
		return false;
	for (unsigned i = 0; i < a->prefix; i++) {
		bit = (uint8_t)(0x80u >> i % 8);
		if ((a->address[i / 8] ^ other.address[i / 8]) & bit)
			return false;
	}
	return true;
}

static bool
test_fromdate(const struct predicate_arg *a, const struct record *r)
{
	return r->has_start && r->start_ns >= a->number;
}

static bool
test_todate(const struct predicate_arg *a, const struct record *r)
{
	return r->has_start && r->start_ns < a->number;
}

static bool
test_longer(const struct predicate_arg *a, const struct record *r)
{
	return r->duration_ns > a->number;
}

static bool
test_shorter(const struct predicate_arg *a, const struct record *r)
{
	return r->duration_ns < a->number;
}

static bool
test_key(const struct predicate_arg *a, const struct record *r)
{
	const char *key = r->text[FACT_KEY];

	return fits(a->word, key) ||
	       (strncmp(key, "SHA256:", 7) == 0 && fits(a->word, key + 7));
}

static bool
test_exit(const struct predicate_arg *a, const struct record *r)
{
	const char *signal = r->text[FACT_SIGNAL], *word = a->word;

	if (!isalpha((unsigned char)*word))
		return r->exit == a->number;
	if (strncmp(word, "SIG", 3) == 0)
		word += 3;
	return fits(word, strncmp(signal, "SIG", 3) == 0 ? signal + 3 : signal);
}

static bool
test_state(const struct predicate_arg *a, const struct record *r)
{
	return strcmp(tape_state_name(r->state), a->word) == 0;
}

/* --- the recording itself --- */

static int
stop(void *ctx, const struct sift_line *l)
{
	(void)ctx;
	(void)l;
	return 1;
}

static int
search(struct look look, const struct predicate_arg *a, const struct record *r,
	const struct look *how, struct err *e)
{
	struct look_end end;

	look.hoard = how->hoard;
	look.job = how->job;
	look.query = a->query;
	look.line = stop;
	return look_into(&look, r->file, &end, e);
}

static int
search_text(const struct predicate_arg *a, const struct record *r, const struct look *how,
	struct err *e)
{
	return search((struct look){ .scope = SEARCH_SHOWN }, a, r, how, e);
}

static int
search_typed(const struct predicate_arg *a, const struct record *r,
	const struct look *how, struct err *e)
{
	return search((struct look){ .scope = SEARCH_TYPED }, a, r, how, e);
}

static int
search_command(const struct predicate_arg *a, const struct record *r,
	const struct look *how, struct err *e)
{
	const struct look look = { .scope = SEARCH_EVENTS, .ran = VENDOR_RAN_LINE };

	return search(look, a, r, how, e);
}

static int
search_exec(const struct predicate_arg *a, const struct record *r, const struct look *how,
	struct err *e)
{
	const struct look look = { .scope = SEARCH_EVENTS, .ran = VENDOR_RAN_PROGRAM };

	return search(look, a, r, how, e);
}

const struct predicate predicates[] = {
	{ "user", "NAME",
		"who was recorded; * and ? stand for what they do in file names",
		read_text, test_user, NULL },
	{ "group", "GROUP", "their group, a name known here or a number", read_group,
		test_group, NULL },
	{ "host", "NAME", "on which machine; * and ? as above", read_text, test_host,
		NULL },
	{ "tty", "NAME", "on which terminal, with or without /dev/", read_text, test_tty,
		NULL },
	{ "from", "ADDRESS", "where they came from, also as a network: 10.0.0.0/8",
		read_address, test_from, NULL },
	{ "fromdate", "DATE", "began at that date or later", read_from, test_fromdate,
		NULL },
	{ "todate", "DATE", "began before the end of that date (of a day, all of it)",
		read_to, test_todate, NULL },
	{ "longer", "TIME", "lasted longer: 90, 1:30, 10m, 2h", read_length, test_longer,
		NULL },
	{ "shorter", "TIME", "lasted shorter", read_length, test_shorter, NULL },
	{ "key", "FINGERPRINT",
		"the key that logged in; SHA256: may be left out, * and ? as above",
		read_text, test_key, NULL },
	{ "exit", "STATUS", "the exit status, or the signal that ended it", read_exit,
		test_exit, NULL },
	{ "state", "STATE", "how the file ends: clean, truncated or damaged", read_state,
		test_state, NULL },
	{ "command", "REGEX", "a command line or a program that ran, with its words",
		read_expression, NULL, search_command },
	{ "exec", "REGEX", "a program that ran, with its words, as the system told it",
		read_expression, NULL, search_exec },
	{ "typed", "REGEX", "a line that was typed", read_expression, NULL,
		search_typed },
	{ "text", "REGEX", "a line that was on the screen", read_expression, NULL,
		search_text },
};

const size_t npredicates = sizeof predicates / sizeof *predicates;

static const char *
predicate_name(size_t i)
{
	return i < npredicates ? predicates[i].name : NULL;
}

const struct predicate *
predicate_find(const char *name, struct err *e)
{
	char list[WORD_LIST_MAX];
	int i = *name ? word_choose(predicate_name, name, list) : -1;

	if (i >= 0)
		return &predicates[i];
	if (*name && list[0])
		err_set(e, ERR_USAGE, "'%.40s' could be %s", name, list);
	else
		err_set(e, ERR_USAGE,
			"'%.40s' is no predicate (see auditlog list --help)", name);
	return NULL;
}

void
predicate_help(FILE *out)
{
	for (size_t i = 0; i < npredicates; i++)
		fprintf(out, "  %-9s%-13s%s\n", predicates[i].name, predicates[i].arg,
			predicates[i].help);
}

void
predicate_mdoc(FILE *out)
{
	for (size_t i = 0; i < npredicates; i++) {
		const struct predicate *p = &predicates[i];

		fprintf(out, ".It Cm %s Ar %s\n%c%s.\n", p->name, p->arg,
			toupper((unsigned char)p->help[0]), p->help + 1);
	}
}
