/* SPDX-License-Identifier: ISC */
/* auditlog verify: what is not as it should be in recordings, a line each, and a verdict on
 * each recording. */
#include "log/cmd.h"

#include "base/diag.h"
#include "base/when.h"
#include "format/facts.h"
#include "log/input.h"
#include "log/out.h"
#include "log/sealed.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { OPT_JSON = 1, OPT_KEY, OPT_ID };

static const struct opt options[] = {
	{ OPT_JSON, "json", 'j', NULL, "print one JSON object a recording" },
	{ OPT_KEY, "key", 'k', "FILE",
		"check the seals of auditrecd with the public key in FILE: that\n"
		"nothing was changed, left out or put in since it was recorded" },
	{ OPT_ID, "id", 'i', "ID",
		"the recording must be that of session ID; without it, of the one that\n"
		"its name says, where that is an id" },
	CMD_OPTIONS_END,
};

struct verify {
	const char *path;
	struct out *out;
	struct verdict_opts opts;
	struct verdict v;
	struct progress progress;
	bool json;
	struct buf findings; /* members of their array */
	uint64_t shown;
};

#define SHOWN_MAX 100 /* findings that are printed, of one recording */

static void
put_name(struct verify *v)
{
	char clean[PATH_MAX];

	diag_clean(clean, sizeof clean, input_name(v->path));
	buf_addf(&v->out->buf, "%s: ", clean);
}

static void
json_finding(struct verify *v, const struct verdict_finding *f)
{
	struct jsonw w;

	if (v->findings.n)
		buf_add_byte(&v->findings, ',');
	jsonw_init(&w, &v->findings);
	jsonw_object(&w);
	if (f->offset >= 0)
		jsonw_kint(&w, "offset", f->offset);
	if (f->member)
		jsonw_kuint(&w, "member", f->member);
	if (f->placed) {
		jsonw_kuint(&w, "message", f->ordinal);
		facts_json_seconds(&w, "at", f->at_ns);
	}
	jsonw_kstr(&w, "text", f->text);
	jsonw_object_end(&w);
}

/* "NAME: offset 5, member 2, message 77, 0:12.345: text" */
static void
text_finding(struct verify *v, const struct verdict_finding *f)
{
	struct buf *out = &v->out->buf;
	char clean[2 * ERR_TEXT_MAX], when[WHEN_TEXT_MAX];

	put_name(v);
	if (f->offset >= 0)
		buf_addf(out, "offset %" PRId64 "%s", f->offset,
			f->member || f->placed ? ", " : ": ");
	if (f->member)
		buf_addf(out, "member %" PRIu64 "%s", f->member, f->placed ? ", " : ": ");
	if (f->placed)
		buf_addf(out, "message %" PRIu64 ", %s: ", f->ordinal,
			when_format(when, f->at_ns, 3));
	diag_clean(clean, sizeof clean, f->text);
	buf_addf(out, "%s\n", clean);
}

static void
take_finding(void *ctx, const struct verdict_finding *f)
{
	struct verify *v = ctx;

	if (++v->shown > SHOWN_MAX)
		return;
	if (v->json)
		json_finding(v, f);
	else
		text_finding(v, f);
}

static void
take_step(void *ctx, double done)
{
	struct verify *v = ctx;

	if (progress_due(&v->progress, PROGRESS_LOOK))
		progress_draw(&v->progress, done);
}

static void
conclude_json(struct verify *verify)
{
	const struct verdict *v = &verify->v;
	struct jsonw w;

	jsonw_init(&w, &verify->out->buf);
	jsonw_object(&w);
	jsonw_kstr(&w, "file", verify->path);
	jsonw_kstr(&w, "format", tape_format_name(v->format));
	if (*v->id)
		jsonw_kstr(&w, "connectionId", v->id);
	jsonw_kstr(&w, "state", tape_state_name(v->end.state));
	if (v->end.offset >= 0)
		jsonw_kint(&w, "stateOffset", v->end.offset);
	if (v->end.text[0])
		jsonw_kstr(&w, "stateText", v->end.text);
	jsonw_kuint(&w, "messages", v->messages);
	facts_json_seconds(&w, "duration", v->at_ns);
	if (v->gz.members) {
		jsonw_kuint(&w, "members", v->gz.members);
		jsonw_kuint(&w, "checksums", v->gz.checksums);
		jsonw_kbool(&w, "index", v->gz.entries > 0);
	}
	sealed_json(v, &w);
	jsonw_key(&w, "findings");
	jsonw_array(&w);
	jsonw_raw(&w, buf_span(&verify->findings));
	jsonw_array_end(&w);
	if (v->found > SHOWN_MAX)
		jsonw_kuint(&w, "moreFindings", v->found - SHOWN_MAX);
	jsonw_object_end(&w);
	buf_add_byte(&verify->out->buf, '\n');
}

static void
conclude_text(struct verify *verify)
{
	const struct verdict *v = &verify->v;
	struct buf *out = &verify->out->buf;
	char state[INPUT_STATE_MAX], length[WHEN_TEXT_MAX];

	if (v->found > SHOWN_MAX)
		buf_addf(out, "... and %" PRIu64 " more\n", v->found - SHOWN_MAX);
	put_name(verify);
	buf_addf(out, "%s (%s, %" PRIu64 " messages, %s", input_state(&v->end, state),
		tape_format_name(v->format), v->messages,
		when_format(length, v->at_ns, 3));
	if (v->gz.members)
		buf_addf(out, ", %" PRIu64 " member%s, %" PRIu64 " checksum%s, %s",
			v->gz.members, v->gz.members == 1 ? "" : "s", v->gz.checksums,
			v->gz.checksums == 1 ? "" : "s",
			v->gz.entries ? "index" : "no index");
	sealed_text(v, out);
	buf_add_str(out, ")\n");
}

static int
verify_src(struct verify *v, struct src *src, const struct clk *clk)
{
	struct err e;
	int rc;

	progress_start(&v->progress, clk, STDERR_FILENO);
	rc = verdict_reach(&v->v, src, &v->opts, &e);
	progress_end(&v->progress);
	if (rc < 0) {
		diag_fail(&e, input_name(v->path));
		return CMD_WRONG;
	}
	if (v->json)
		conclude_json(v);
	else
		conclude_text(v);
	return verdict_is_good(&v->v) ? CMD_OK : CMD_DAMAGED;
}

static int
verify_path(const struct verify *how, const char *path, const struct clk *clk)
{
	struct verify v = *how;
	char id[VERDICT_ID_MAX];
	struct src *src;
	int status;

	v.path = path;
	v.opts.found = take_finding;
	v.opts.step = take_step;
	v.opts.ctx = &v;
	if (!v.opts.id && verdict_name(id, path))
		v.opts.id = id;
	if (input_open_src(&src, path))
		return CMD_WRONG;
	status = verify_src(&v, src, clk);
	buf_free(&v.findings);
	return status;
}

static int
run(struct cmd_run *r)
{
	uint8_t public[SIGN_PUBLIC];
	struct out out;
	struct verify how = { .out = &out };
	struct err e;
	int id, status = CMD_OK;

	while ((id = cmd_next(r, &e)) > 0) {
		if (id == OPT_KEY && sealed_read_key(public, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
		if (id == OPT_KEY)
			how.opts.public = public;
		else if (id == OPT_ID)
			how.opts.id = r->opts.value;
		else
			how.json = true;
	}
	if (id < 0)
		return cmd_wrong(&e);
	out_init(&out, STDOUT_FILENO);
	for (int i = 0; i < r->noperands; i++) {
		int one = verify_path(&how, r->operands[i], r->clk);

		status = one > status ? one : status;
		if (out_flush(&out, &e) < 0) {
			status = diag_fail(&e, NULL);
			break;
		}
	}
	out_free(&out);
	return status;
}

const struct cmd cmd_verify = {
	.name = "verify",
	.args = "FILE...",
	.help = "check that recordings are whole and undamaged",
	.options = options,
	.run = run,
	.least = 1,
	.most = INT_MAX,
};
