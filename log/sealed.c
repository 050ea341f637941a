/* SPDX-License-Identifier: ISC */
#include "log/sealed.h"

#include "base/clk.h"
#include "sys/fdio.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int
sealed_read_key(uint8_t public[SIGN_PUBLIC], const char *path, struct err *e)
{
	uint8_t text[SIGN_FILE_MAX];
	struct src *src;
	ssize_t n;
	int rc = fdio_open_regular(&src, path, e);

	if (rc == 0) {
		n = src_read_at(src, 0, text, sizeof text, e);
		src_close(src);
		rc = n < 0 ? (int)n
			   : sign_read_public(public, span_of(text, (size_t)n), e);
	}
	if (rc < 0)
		err_prefix(e, "%s", path);
	return rc;
}

/* "2026-11-21T14:02:11Z" */
static const char *
date(char out[32], int64_t wall_ns)
{
	time_t t = (time_t)(wall_ns / NS_PER_S);
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(out, 32, "?");
	return out;
}

void
sealed_text(const struct verdict *v, struct buf *out)
{
	char when[32];

	if (!v->seals.seals)
		return;
	buf_addf(out, ", %" PRIu64 " seal%s", v->seals.seals,
		v->seals.seals == 1 ? "" : "s");
	if (!v->checked)
		buf_add_str(out, " not checked (--key)");
	else if (v->seals.wrong)
		buf_addf(out, ", %" PRIu64 " good", v->seals.good);
	else
		buf_addf(out, " of key %s, %s %s", v->seals.key,
			v->seals.final ? "the last of" : "up to",
			date(when, v->seals.sealed_ns));
}

void
sealed_json(const struct verdict *v, struct jsonw *w)
{
	if (!v->checked && !v->seals.seals)
		return;
	jsonw_key(w, "seals");
	jsonw_object(w);
	jsonw_kuint(w, "count", v->seals.seals);
	jsonw_kbool(w, "checked", v->checked);
	if (v->checked) {
		jsonw_kuint(w, "good", v->seals.good);
		jsonw_kbool(w, "final", v->seals.final);
		jsonw_kuint(w, "sealedBytes", v->seals.sealed_end);
		jsonw_kint(w, "sealedTime", v->seals.sealed_ns);
	}
	if (v->seals.seals)
		jsonw_kstr(w, "key", v->seals.key);
	jsonw_object_end(w);
}
