/* SPDX-License-Identifier: ISC */
/* auditlog verify: is the recording whole?  Every message is read, every checksum compared,
 * the order of time looked at, and the index held against what it points to. */
#include "log/cmd.h"

#include "base/diag.h"
#include "base/when.h"
#include "format/gzcheck.h"
#include "format/facts.h"
#include "log/input.h"
#include "log/out.h"
#include "log/sealed.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { OPT_JSON = 1, OPT_KEY };

static const struct opt options[] = {
	{ OPT_JSON, "json", 'j', NULL, "print one JSON object a recording" },
	{ OPT_KEY, "key", 'k', "FILE",
		"check the seals of auditrecd with the public key in FILE: that\n"
		"nothing was changed, left out or put in since it was recorded" },
	CMD_OPTIONS_END,
};

struct verify {
	const char *path;
	struct input in;
	struct out *out;
	struct facts facts;
	struct gzcheck *check;
	struct sealed sealed;
	bool json;
	struct buf findings; /* members of their array */
	int64_t at_ns;
	uint64_t found; /* things that are not as they should be ... */
	uint64_t wrong; /* ... and those of them that are no mere oddities of the end */
};

#define SHOWN_MAX 100 /* findings that are printed, of one recording */

static void
put_name(struct verify *v)
{
	char clean[PATH_MAX];

	diag_clean(clean, sizeof clean, input_name(v->path));
	buf_addf(&v->out->buf, "%s: ", clean);
}

/* WHERE: of a message, or NULL. */
struct place {
	uint64_t ordinal;
	int64_t at_ns;
};

static void
put_finding(struct verify *v, int64_t offset, uint64_t member, const struct place *where,
	const char *text)
{
	struct jsonw w;

	if (v->findings.n)
		buf_add_byte(&v->findings, ',');
	jsonw_init(&w, &v->findings);
	jsonw_object(&w);
	if (offset >= 0)
		jsonw_kint(&w, "offset", offset);
	if (member)
		jsonw_kuint(&w, "member", member);
	if (where) {
		jsonw_kuint(&w, "message", where->ordinal);
		facts_json_seconds(&w, "at", where->at_ns);
	}
	jsonw_kstr(&w, "text", text);
	jsonw_object_end(&w);
}

/* One finding: "NAME: offset 5, member 2, message 77, 0:12.345: text".  WHERE may be NULL. */
static void
report(struct verify *v, int64_t offset, const struct place *where, const char *text)
{
	uint64_t member = gzcheck_member_of(v->check, offset);
	struct buf *out = &v->out->buf;
	char clean[2 * ERR_TEXT_MAX], when[WHEN_TEXT_MAX];

	v->wrong++;
	if (++v->found > SHOWN_MAX)
		return;
	if (v->json) {
		put_finding(v, offset, member, where, text);
		return;
	}
	put_name(v);
	if (offset >= 0)
		buf_addf(out, "offset %" PRId64 "%s", offset,
			member || where ? ", " : ": ");
	if (member)
		buf_addf(out, "member %" PRIu64 "%s", member, where ? ", " : ": ");
	if (where)
		buf_addf(out, "message %" PRIu64 ", %s: ", where->ordinal,
			when_format(when, where->at_ns, 3));
	diag_clean(clean, sizeof clean, text);
	buf_addf(out, "%s\n", clean);
}

static void
report_at(struct verify *v, int64_t offset, uint64_t ordinal, const char *text)
{
	struct place where = { ordinal, v->at_ns };

	report(v, offset, &where, text);
}

static void
take_note(void *ctx, const struct tape_note *n)
{
	struct verify *v = ctx;

	report_at(v, n->offset, n->ordinal, n->text);
	if (n->code == ERR_TRUNCATED && !n->lost)
		v->wrong--;
}

static void
take_finding(void *ctx, int64_t offset, const char *text)
{
	report(ctx, offset, NULL, text);
}

static void
take_seal(void *ctx, uint64_t from, uint64_t to, const char *text)
{
	char where[160];

	snprintf(where, sizeof where, "up to offset %" PRIu64 ": %s", to, text);
	report(ctx, (int64_t)from, NULL, where);
}

static void
take_step(void *ctx, double done)
{
	struct verify *v = ctx;

	/* the first of two passes */
	if (progress_due(&v->in.progress, PROGRESS_LOOK))
		progress_draw(&v->in.progress, done / 2);
}

static void
check_order(struct verify *v, const struct msg *m, int64_t last_ns)
{
	char text[120];

	if (v->facts.messages == 1 || m->time_ns >= last_ns)
		return;
	snprintf(text, sizeof text, "time goes back by %.6f s",
		(double)ns_sub(last_ns, m->time_ns) / (double)NS_PER_S);
	report_at(v, -1, v->facts.messages - 1, text);
}

static int
read_all(struct verify *v, struct err *e)
{
	const struct msg *m;
	int r;

	for (;;) {
		struct tape_pos pos = tape_tell(v->in.tape);
		int64_t last_ns = v->facts.last_ns;

		r = input_next(&v->in, &m, &v->at_ns, e);
		if (r <= 0)
			return r;
		gzcheck_message(v->check, pos.off, pos.ordinal, v->at_ns);
		facts_take(&v->facts, m, v->at_ns);
		sealed_message(&v->sealed, m, pos.off);
		check_order(v, m, last_ns);
	}
}

static void
conclude_json(struct verify *v, const struct tape_end *end)
{
	struct gzcheck_result r = gzcheck_result(v->check);
	struct jsonw w;

	jsonw_init(&w, &v->out->buf);
	jsonw_object(&w);
	jsonw_kstr(&w, "file", v->path);
	jsonw_kstr(&w, "format", tape_format_name(tape_info(v->in.tape)->format));
	jsonw_kstr(&w, "state", tape_state_name(end->state));
	if (end->offset >= 0)
		jsonw_kint(&w, "stateOffset", end->offset);
	if (end->text[0])
		jsonw_kstr(&w, "stateText", end->text);
	jsonw_kuint(&w, "messages", v->facts.messages);
	facts_json_seconds(&w, "duration", v->at_ns);
	if (r.members) {
		jsonw_kuint(&w, "members", r.members);
		jsonw_kuint(&w, "checksums", r.checksums);
		jsonw_kbool(&w, "index", r.entries > 0);
	}
	sealed_json(&v->sealed, &w);
	jsonw_key(&w, "findings");
	jsonw_array(&w);
	jsonw_raw(&w, buf_span(&v->findings));
	jsonw_array_end(&w);
	if (v->found > SHOWN_MAX)
		jsonw_kuint(&w, "moreFindings", v->found - SHOWN_MAX);
	jsonw_object_end(&w);
	buf_add_byte(&v->out->buf, '\n');
}

static void
conclude_text(struct verify *v, const struct tape_end *end)
{
	struct gzcheck_result r = gzcheck_result(v->check);
	char state[INPUT_STATE_MAX], length[WHEN_TEXT_MAX];

	if (v->found > SHOWN_MAX)
		buf_addf(
			&v->out->buf, "... and %" PRIu64 " more\n", v->found - SHOWN_MAX);
	put_name(v);
	buf_addf(&v->out->buf, "%s (%s, %" PRIu64 " messages, %s",
		input_state(end, state), tape_format_name(tape_info(v->in.tape)->format),
		v->facts.messages, when_format(length, v->at_ns, 3));
	if (r.members)
		buf_addf(&v->out->buf,
			", %" PRIu64 " member%s, %" PRIu64 " checksum%s, %s", r.members,
			r.members == 1 ? "" : "s", r.checksums,
			r.checksums == 1 ? "" : "s", r.entries ? "index" : "no index");
	sealed_text(&v->sealed, &v->out->buf);
	buf_add_str(&v->out->buf, ")\n");
}

/* The verdict. */
static void
conclude(struct verify *v)
{
	struct tape_end end = tape_end(v->in.tape);
	const char *missing;

	sealed_end(&v->sealed, &end, &missing);
	if (missing)
		report(v, (int64_t)v->sealed.r.sealed_end, NULL, missing);
	if (missing && end.state != TAPE_CLEAN)
		v->wrong--; /* as the state says */

	if (end.state != TAPE_DAMAGED &&
		(v->wrong || (v->found && end.state == TAPE_CLEAN)))
		end = (struct tape_end){ .state = TAPE_DAMAGED, .offset = -1 };
	if (v->json)
		conclude_json(v, &end);
	else
		conclude_text(v, &end);
	if (end.state != TAPE_CLEAN)
		v->found++;
}

static int
check_messages(struct verify *v)
{
	struct err e = { .code = 0 };
	int r;

	facts_init(&v->facts);
	r = read_all(v, &e);
	if (r < 0 && tape_end(v->in.tape).state != TAPE_DAMAGED)
		report_at(v, e.offset, v->facts.messages, e.text);
	gzcheck_end(v->check, v->facts.messages,
		r == 0 && tape_end(v->in.tape).state != TAPE_DAMAGED);
	conclude(v);
	facts_free(&v->facts);
	return v->found ? CMD_DAMAGED : CMD_OK;
}

/* The members of the file, before its messages. */
static int
walk(struct verify *v, struct src *src, const struct clk *clk)
{
	struct err e;
	int rc;

	progress_start(&v->in.progress, clk, STDERR_FILENO);
	rc = gzcheck_walk(v->check, src, &e);
	progress_end(&v->in.progress);
	if (rc == 0)
		rc = sealed_begin(&v->sealed, v->path, take_seal, v, &e);
	if (rc == 0)
		return 0;
	diag_fail(&e, input_name(v->path));
	return CMD_WRONG;
}

static int
verify(struct verify *v, const struct clk *clk)
{
	struct tape_opts topts = { .note = take_note, .ctx = v };
	struct src *src;
	int status;

	if (input_open_src(&src, v->path))
		return CMD_WRONG;
	if (walk(v, src, clk)) {
		src_close(src);
		return CMD_WRONG;
	}
	if (input_open_tape(&v->in, v->path, src, &topts, clk))
		return CMD_WRONG;
	v->in.progress.from = 0.5;
	status = check_messages(v);
	input_close(&v->in);
	return status;
}

static int
verify_path(const struct verify *how, const char *path, const struct clk *clk)
{
	struct verify v = *how;
	struct gzcheck_opts copts = { take_finding, take_step, &v };
	int status;

	v.path = path;
	v.check = gzcheck_new(&copts);
	if (!v.check) {
		diag_error("%s", err_name(ERR_NOMEM));
		return CMD_FAILED;
	}
	status = verify(&v, clk);
	gzcheck_free(v.check);
	sealed_free(&v.sealed);
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

	while ((id = cmd_next(r, &e)) > 0)
		if (id == OPT_JSON)
			how.json = true;
		else if (sealed_read_key(public, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
		else
			how.sealed.public = public;
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
