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
#include "log/walk.h"
#include "store/open.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

static void
conclude(struct verify *v)
{
	if (v->json)
		conclude_json(v);
	else
		conclude_text(v);
}

/* ---- many of them ---- */

struct round {
	const struct verify *how;
	const struct clk *clk;
	uint64_t n, clean, truncated, damaged, foreign;
	int status; /* the worst */
};

static void
worse(struct round *r, int status)
{
	r->status = status > r->status ? status : r->status;
}

static void
count(struct round *r, const struct verdict *v)
{
	bool good = verdict_is_good(v);

	r->n++;
	r->clean += good;
	r->truncated += v->end.state == TAPE_TRUNCATED;
	r->damaged += !good && v->end.state != TAPE_TRUNCATED;
	worse(r, good ? CMD_OK : CMD_DAMAGED);
}

static void
say(void *ctx, const struct err *e, const char *path)
{
	diag_fail(e, input_name(path));
	worse(ctx, CMD_WRONG);
}

/* In a folder there may be other things; but none with the name of a recording. */
static void
take_error(
	struct round *r, struct verify *v, const struct walk_file *f, const struct err *e)
{
	char id[VERDICT_ID_MAX];

	if (e->code != ERR_FORMAT || f->named) {
		say(r, e, f->path);
	} else if (!verdict_name(id, f->path)) {
		r->foreign++;
	} else {
		v->v.end = (struct tape_end){ .state = TAPE_DAMAGED, .offset = -1 };
		take_finding(v, &(struct verdict_finding){ .offset = -1,
					.text = "is no recording, but called like one" });
		v->v.found++;
		conclude(v);
		count(r, &v->v);
	}
}

static int
verify_src(struct verify *v, const struct walk_file *f, struct err *e)
{
	struct src *src;
	int rc = walk_open(f, &src, e);

	if (rc == 0) {
		rc = verdict_reach(&v->v, src, &v->opts, e);
		progress_end(&v->progress);
	}
	return rc;
}

static void
verify_file(struct round *r, const struct walk_file *f)
{
	struct verify v = *r->how;
	char id[VERDICT_ID_MAX];
	struct meta meta;
	struct err e;
	int rc = store_read_meta(&meta, f->path, &e);

	if (rc < 0)
		say(r, &e, f->path);
	v.path = f->path;
	v.opts.found = take_finding;
	v.opts.step = take_step;
	v.opts.ctx = &v;
	v.opts.meta = rc > 0 ? &meta : NULL;
	if (!v.opts.id && verdict_name(id, f->path))
		v.opts.id = id;
	progress_start(&v.progress, r->clk, STDERR_FILENO);
	if (verify_src(&v, f, &e) < 0) {
		take_error(r, &v, f, &e);
	} else {
		conclude(&v);
		count(r, &v.v);
	}
	buf_free(&v.findings);
}

/* The side file at PATH: is there what it stands beside? */
static void
check_side(void *ctx, const char *path)
{
	struct round *r = ctx;
	struct verify v = *r->how;
	char file[PATH_MAX], id[VERDICT_ID_MAX];
	size_t n = strlen(path) - strlen(META_SUFFIX);
	struct stat st;

	if (n >= sizeof file)
		return;
	memcpy(file, path, n);
	file[n] = '\0';
	if (!verdict_name(id, file) || lstat(file, &st) == 0 || errno != ENOENT)
		return;
	v.path = file;
	v.v.end = (struct tape_end){ .state = TAPE_DAMAGED, .offset = -1 };
	take_finding(
		&v, &(struct verdict_finding){ .offset = -1,
			    .text = "the recording is missing, its metadata are there" });
	v.v.found++;
	conclude(&v);
	count(r, &v.v);
	buf_free(&v.findings);
}

static void
check_sides(struct round *r, char *root)
{
	struct stat st;
	struct err e;

	if (!store_is_url(root) && stat(root, &st) == 0 && S_ISDIR(st.st_mode) &&
		walk_sides(root, check_side, r, &e) < 0)
		say(r, &e, root);
}

static int
verify_all(struct round *r, const struct walk *w, char **roots, int nroots)
{
	struct out *out = r->how->out;
	struct err e;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < w->n; i++) {
		verify_file(r, &w->v[i]);
		rc = out_flush(out, &e);
	}
	for (int i = 0; i < nroots; i++)
		check_sides(r, roots[i]);
	if (r->n > 1 && !r->how->json)
		buf_addf(&out->buf,
			"%" PRIu64 " recordings: %" PRIu64 " clean, %" PRIu64
			" truncated, %" PRIu64 " damaged\n",
			r->n, r->clean, r->truncated, r->damaged);
	if (rc == 0)
		rc = out_flush(out, &e);
	if (r->foreign)
		diag_note("left out %" PRIu64 " file%s in folders: no recordings",
			r->foreign, r->foreign == 1 ? "" : "s");
	if (rc == 0 && !r->n && r->status == CMD_OK) {
		diag_error("there is no recording to verify");
		return CMD_WRONG;
	}
	return rc < 0 ? diag_fail(&e, NULL) : r->status;
}

static int
run(struct cmd_run *r)
{
	uint8_t public[SIGN_PUBLIC];
	struct out out;
	struct verify how = { .out = &out };
	struct round round = { .how = &how, .clk = r->clk };
	struct walk w;
	struct err e;
	int id, status;

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
	if (walk_all(&w, r->operands, r->noperands, say, &round, &e) < 0)
		status = diag_fail(&e, NULL);
	else
		status = verify_all(&round, &w, r->operands, r->noperands);
	walk_free(&w);
	out_free(&out);
	return status;
}

const struct cmd cmd_verify = {
	.name = "verify",
	.args = "FILE|DIR...",
	.help = "check that recordings are whole and undamaged",
	.options = options,
	.run = run,
	.least = 1,
	.most = INT_MAX,
};
