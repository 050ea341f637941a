/* SPDX-License-Identifier: ISC */
/* Any bytes as a recording that is verified: however it ends, what is said of it fits together.
 * The recordings of the corpus were sealed with the key made here. */
#include "log/verdict.h"
#include "tests/fuzz/must.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
found(void *ctx, const struct verdict_finding *f)
{
	uint64_t *n = ctx;

	must(f->text && *f->text && f->offset >= -1);
	++*n;
}

static void
verify(struct span file, const uint8_t public[SIGN_PUBLIC])
{
	uint64_t n = 0;
	struct verdict_opts o = { .public = public, .found = found, .ctx = &n };
	struct verdict v;
	struct err e;

	if (verdict_reach(&v, src_mem(file), &o, &e) < 0) {
		must(e.code < 0 && *e.text);
		return;
	}
	must(v.found == n && v.checked == (public != NULL));
	must(verdict_is_good(&v) == (v.end.state == TAPE_CLEAN && !n));
	must(v.seals.good + v.seals.wrong >= v.seals.good &&
		v.seals.good <= v.seals.seals);
	must(!public || !verdict_is_good(&v) ||
		(v.seals.final && v.seals.good == v.seals.seals));
	must(strlen(v.id) < sizeof v.id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[SIGN_SEED] = { 1 };
	struct sign_key key;

	must(sign_key_make(&key, seed, NULL) == 0);
	verify(span_of(data, size), NULL);
	verify(span_of(data, size), key.public);
	return 0;
}
