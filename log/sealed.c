/* SPDX-License-Identifier: ISC */
#include "log/sealed.h"

#include "base/clk.h"
#include "base/when.h"
#include "log/input.h"
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

int
sealed_begin(struct sealed *s, const char *path, sealcheck_found *found, void *ctx,
	struct err *e)
{
	int rc;

	if (s->public && strcmp(path, "-") == 0)
		return err_set(e, ERR_UNSUPPORTED,
			"seals can be checked in a file only, not in what comes through "
			"a pipe");
	if (s->public) {
		rc = input_open_src(&s->src, path);
		if (rc)
			return err_set(e, ERR_IO, "cannot be read twice");
	}
	s->check = sealcheck_new(s->src, s->public, found, ctx);
	return s->check ? 0 : err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
}

void
sealed_message(struct sealed *s, const struct msg *m, uint64_t plain)
{
	sealcheck_message(s->check, m, plain);
}

void
sealed_end(struct sealed *s, const struct tape_end *end, const char **missing)
{
	s->r = sealcheck_end(s->check);
	*missing = NULL;
	if (!s->public || !s->r.seals || s->r.final)
		return;
	*missing = end->state == TAPE_CLEAN ? "the recording is closed, but its final "
					      "seal is missing: somebody "
					      "else wrote its end"
					    : "no seal vouches for what is behind: a "
					      "crash, or the end was cut off";
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
sealed_text(const struct sealed *s, struct buf *out)
{
	char when[32];

	if (!s->r.seals)
		return;
	buf_addf(out, ", %" PRIu64 " seal%s", s->r.seals, s->r.seals == 1 ? "" : "s");
	if (!s->public)
		buf_add_str(out, " not checked (--key)");
	else if (s->r.wrong)
		buf_addf(out, ", %" PRIu64 " good", s->r.good);
	else
		buf_addf(out, " of key %s, %s %s", s->r.key,
			s->r.final ? "the last of" : "up to", date(when, s->r.sealed_ns));
}

void
sealed_json(const struct sealed *s, struct jsonw *w)
{
	if (!s->public && !s->r.seals)
		return;
	jsonw_key(w, "seals");
	jsonw_object(w);
	jsonw_kuint(w, "count", s->r.seals);
	jsonw_kbool(w, "checked", s->public != NULL);
	if (s->public) {
		jsonw_kuint(w, "good", s->r.good);
		jsonw_kbool(w, "final", s->r.final);
		jsonw_kuint(w, "sealedBytes", s->r.sealed_end);
		jsonw_kint(w, "sealedTime", s->r.sealed_ns);
	}
	if (s->r.seals)
		jsonw_kstr(w, "key", s->r.key);
	jsonw_object_end(w);
}

void
sealed_free(struct sealed *s)
{
	sealcheck_free(s->check);
	src_close(s->src);
	s->check = NULL;
	s->src = NULL;
}
