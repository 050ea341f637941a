/* SPDX-License-Identifier: ISC */
/* Any recording redacted: what was masked stays masked, and messages stay what they are.  Any
 * bytes as rules are an error that tells none of them, or rules. */
#include "replay/redact.h"
#include "tests/fuzz/brew.h"
#include "tests/fuzz/must.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct copy {
	struct msg m;
	struct buf store;
};

struct session {
	struct copy v[500];
	int n;
};

static void
put(struct session *s, const struct msg *m)
{
	if (s->n == (int)(sizeof s->v / sizeof *s->v))
		return;
	s->v[s->n] = (struct copy){ .store = { 0 } };
	must(msg_copy(&s->v[s->n].m, m, &s->v[s->n].store) == 0);
	s->n++;
}

static void
release(struct session *s)
{
	for (int i = 0; i < s->n; i++)
		buf_free(&s->v[i].store);
	free(s);
}

/* IN masked into OUT, which may be NULL; matches. */
static uint64_t
mask(const struct rules *rules, const struct session *in, struct session *out)
{
	struct redact_opts o = { .rules = rules };
	struct redact *r;
	struct msg m;
	uint64_t n;

	must(redact_open(&r, &o, NULL) == 0);
	for (int i = 0; i < in->n; i++)
		must(redact_find(r, &in->v[i].m, i, false, NULL) == 0);
	must(redact_found(r, NULL) == 0);
	for (int i = 0; i < in->n; i++) {
		must(redact_mask(r, &in->v[i].m, &m, NULL) == 0);
		must(m.type == in->v[i].m.type && m.time_ns == in->v[i].m.time_ns);
		if (out)
			put(out, &m);
	}
	n = redact_total(r);
	redact_close(r);
	return n;
}

static void
check_redact(struct tape *t)
{
	struct session *in = calloc(1, sizeof *in), *out = calloc(1, sizeof *out);
	struct rules rules = { 0 };
	const struct msg *m;
	int64_t at;

	must(in && out);
	must(rules_add(&rules, NULL, RULE_TEXT, RULE_EVERYWHERE, "ab", true, NULL) == 0);
	must(rules_add(&rules, NULL, RULE_REGEX, RULE_EVERYWHERE, "\\d+", true, NULL) ==
		0);
	while (tape_next(t, &m, &at, NULL) > 0)
		put(in, m);
	mask(&rules, in, out);
	must(mask(&rules, out, NULL) == 0);
	release(in);
	release(out);
	rules_free(&rules);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct rules rules = { 0 };
	struct buf file = { 0 };
	struct tape *t;
	struct err e;

	rules_read(&rules, in, &e);
	rules_free(&rules);
	t = brew(&in, &file);
	if (t) {
		check_redact(t);
		tape_close(t);
	}
	buf_free(&file);
	return 0;
}
