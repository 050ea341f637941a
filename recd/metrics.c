/* SPDX-License-Identifier: ISC */
#include "recd/metrics.h"

#include <inttypes.h>

static const struct row {
	const char *name, *type, *doc;
	size_t offset;
} rows[] = {
#define METRIC(member, name, type, doc) \
	{ name, #type, doc, offsetof(struct metrics, member) },
#include "recd/metrics.def"
};

void
metrics_write(struct buf *out, const struct metrics *m)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		uint64_t v;

		memcpy(&v, (const char *)m + r->offset, sizeof v);
		buf_addf(out, "# HELP auditrecd_%s %s\n# TYPE auditrecd_%s %s\n", r->name,
			r->doc, r->name, r->type);
		buf_addf(out, "auditrecd_%s %" PRIu64 "\n", r->name, v);
	}
}
