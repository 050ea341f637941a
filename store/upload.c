/* SPDX-License-Identifier: ISC */
#include "store/upload.h"

#include "base/clk.h"
#include "store/retry.h"

#include <stdio.h>
#include <stdlib.h>

#define ENDS_MAX 3 /* that fail before the parts are looked at */

/* What a fault costs: the network is asked again soon, a person needs longer. */
static const struct retry_policy soon = { NS_PER_S, 60 * NS_PER_S };
static const struct retry_policy later = { 30 * NS_PER_S, 600 * NS_PER_S };

void
upload_part_at(uint64_t part_size, unsigned number, uint64_t *off, uint64_t *size)
{
	unsigned group = (number - 1) / UPLOAD_STEP, rest = (number - 1) % UPLOAD_STEP;

	*size = part_size << group;
	*off = part_size * UPLOAD_STEP * ((UINT64_C(1) << group) - 1) + rest * *size;
}

void
upload_init(struct upload *u, uint64_t part_size, uint64_t whole, struct journal *j,
	bool found)
{
	*u = (struct upload){ .part_size = part_size, .whole = whole, .j = *j };
	*j = (struct journal){ 0 };
	u->step = found ? STEP_FIND : STEP_WORK;
	u->doubt = found;
	if (u->j.done)
		u->state = UPLOAD_DONE;
}

void
upload_free(struct upload *u)
{
	journal_free(&u->j);
	free(u->stale);
	u->stale = NULL;
}

void
upload_grown(struct upload *u, uint64_t size, bool finished)
{
	u->size = size;
	u->finished = finished;
}

/* The upload counts no more; requests that are still on their way do not, either.  What there
 * is of it is looked for, and aborted. */
static void
begin_anew(struct upload *u)
{
	u->generation++;
	u->j.upload[0] = 0;
	u->j.nparts = 0;
	u->first = 0;
	u->gone = false;
	u->step = STEP_FIND;
}

void
upload_cut(struct upload *u, uint64_t size)
{
	uint64_t off, len;
	bool flying = false;

	u->size = size;
	for (size_t i = 0; i < u->j.nparts; i++) {
		struct journal_part *p = &u->j.part[i];

		upload_part_at(u->part_size, (unsigned)i + 1, &off, &len);
		if (off + (p->sent ? p->size : len) <= size)
			continue;
		p->sent = false;
		flying = flying || p->flying;
	}
	u->first = 0;
	if (flying) /* it could arrive after the one that takes its place */
		begin_anew(u);
}

/* --- what next --- */

static bool
make_job(struct upload *u, enum upload_kind kind, struct upload_job *job)
{
	*job = (struct upload_job){ .kind = kind,
		.generation = u->generation,
		.size = u->size,
		.fresh = !u->blind };
	memcpy(job->upload, u->j.upload, sizeof job->upload);
	u->flying++;
	return true;
}

/* Is part NUMBER all there?  Its place goes into JOB. */
static bool
is_whole(const struct upload *u, unsigned number, struct upload_job *job)
{
	uint64_t off, size;

	upload_part_at(u->part_size, number, &off, &size);
	if (off >= u->size || (!u->finished && size > u->size - off))
		return false;
	job->number = number;
	job->off = off;
	job->size = size < u->size - off ? size : u->size - off;
	return true;
}

static bool
was_sent(const struct upload *u, size_t i)
{
	return i < u->j.nparts && u->j.part[i].sent;
}

static struct journal_part *
part_at(struct upload *u, size_t i)
{
	if (i >= u->j.nparts) {
		struct journal_part *p = realloc(u->j.part, (i + 1) * sizeof *p);

		if (!p)
			return NULL;
		memset(p + u->j.nparts, 0, (i + 1 - u->j.nparts) * sizeof *p);
		u->j.part = p;
		u->j.nparts = i + 1;
	}
	return &u->j.part[i];
}

static bool
next_end(struct upload *u, struct upload_job *job)
{
	return u->finished && !u->flying && make_job(u, UPLOAD_END, job);
}

static bool
next_part(struct upload *u, struct upload_job *job)
{
	struct upload_job place = { 0 };
	struct journal_part *p;

	while (was_sent(u, u->first))
		u->first++;
	for (size_t i = u->first; i < S3_PARTS_MAX; i++) {
		if (i < u->j.nparts && (u->j.part[i].sent || u->j.part[i].flying))
			continue;
		if (!is_whole(u, (unsigned)i + 1, &place))
			return next_end(u, job);
		p = part_at(u, i);
		if (!p)
			return false; /* again, with the next request that comes back */
		p->flying = true;
		make_job(u, UPLOAD_PART, job);
		job->number = place.number;
		job->off = place.off;
		job->size = place.size;
		return true;
	}
	u->state = UPLOAD_STUCK; /* more than any store takes */
	return false;
}

static bool
next_work(struct upload *u, struct upload_job *job)
{
	if (u->j.upload[0])
		return next_part(u, job);
	if (u->flying)
		return false;
	if (u->finished && (u->size <= u->part_size || u->size <= u->whole))
		return make_job(u, UPLOAD_PUT, job);
	return u->size > u->part_size && make_job(u, UPLOAD_BEGIN, job);
}

bool
upload_next(struct upload *u, int64_t now, struct upload_job *job, int64_t *wake)
{
	*wake = INT64_MAX;
	if (u->state != UPLOAD_WORKING)
		return false;
	if (now < u->wait_until) {
		*wake = u->wait_until;
		return false;
	}
	if (u->step == STEP_WORK)
		return next_work(u, job);
	if (u->flying)
		return false;
	switch (u->step) {
	case STEP_FIND:
		return make_job(u, UPLOAD_FIND, job);
	case STEP_ABORT:
		make_job(u, UPLOAD_ABORT, job);
		memcpy(job->upload, u->stale[u->nstale - 1], sizeof job->upload);
		return true;
	case STEP_PARTS:
		return make_job(u, UPLOAD_PARTS, job);
	case STEP_LOOK:
		return make_job(u, UPLOAD_LOOK, job);
	case STEP_WORK:
		break;
	}
	return false;
}

/* --- what came of it --- */

/* After what was found has been dealt with. */
static void
go_on(struct upload *u)
{
	if (u->nstale)
		u->step = STEP_ABORT;
	else if (u->j.upload[0])
		u->step = STEP_PARTS;
	else
		u->step = u->finished && !u->looked ? STEP_LOOK : STEP_WORK;
}

static void
take_done(struct upload *u, const char *etag, struct buf *lines)
{
	const char *tag = journal_is_word(etag, sizeof u->j.etag) ? etag : "-";

	snprintf(u->j.etag, sizeof u->j.etag, "%s", tag);
	u->state = UPLOAD_DONE;
	journal_put_done(lines, tag);
}

static void
take_begun(struct upload *u, const struct upload_outcome *o, struct buf *lines)
{
	memcpy(u->j.upload, o->upload, sizeof u->j.upload);
	u->j.nparts = 0;
	u->first = 0;
	journal_put_upload(lines, o->upload);
}

static void
take_part(struct upload *u, const struct upload_job *job, const struct upload_outcome *o,
	struct buf *lines)
{
	struct journal_part *p = &u->j.part[job->number - 1];

	*p = (struct journal_part){ .sent = true, .size = job->size };
	memcpy(p->sha256, o->sha256, sizeof p->sha256);
	memcpy(p->etag, o->etag, sizeof p->etag);
	journal_put_part(lines, job->number, p);
}

/* Parts that are there as we know them stay; all others are sent again. */
static void
take_parts(struct upload *u, const struct upload_outcome *o)
{
	for (size_t i = 0; i < u->j.nparts; i++) {
		struct journal_part *p = &u->j.part[i];
		bool there = false;

		for (size_t k = 0; k < o->nparts && p->sent && !there; k++)
			there = o->parts[k].number == i + 1 &&
				o->parts[k].size == p->size &&
				strcmp(o->parts[k].etag, p->etag) == 0;
		p->sent = there;
	}
	u->first = 0;
	u->step = STEP_WORK;
}

/* Is the object that is there ours?  One made of parts says how many in its tag. */
static bool
is_ours(const struct upload *u, const struct upload_outcome *o)
{
	size_t parts = 0, n;
	const char *dash = strrchr(o->etag, '-');

	if (o->size != u->size)
		return false;
	if (o->same)
		return true;
	while (was_sent(u, parts))
		parts++;
	n = dash ? strtoul(dash + 1, NULL, 10) : 0;
	return u->j.upload[0] && n && n == parts;
}

static void
take_look(struct upload *u, const struct upload_outcome *o, struct buf *lines)
{
	u->looked = true;
	/* not every server tells checksums */
	if (is_ours(u, o) || (u->exists && u->doubt && o->size == u->size)) {
		take_done(u, o->etag, lines);
	} else if (u->exists) {
		u->fault = s3_fault_of_error(ERR_EXISTS);
		u->state = UPLOAD_STUCK;
	} else {
		begin_anew(u);
	}
}

static void
take_found(struct upload *u, const struct upload_outcome *o)
{
	size_t n = o->nstale < UPLOAD_STALE_MAX ? o->nstale : UPLOAD_STALE_MAX;

	free(u->stale);
	u->nstale = 0;
	u->stale = calloc(n + 1, sizeof *u->stale);
	for (size_t i = 0; u->stale && i < n; i++)
		if (strcmp(o->stale[i], u->j.upload) != 0)
			memcpy(u->stale[u->nstale++], o->stale[i], sizeof *u->stale);
	go_on(u);
}

static void
succeeded(struct upload *u, const struct upload_job *job, const struct upload_outcome *o,
	struct buf *lines)
{
	u->failures = 0;
	u->fault = NULL;
	switch (job->kind) {
	case UPLOAD_FIND:
		take_found(u, o);
		break;
	case UPLOAD_ABORT:
		u->nstale--;
		go_on(u);
		break;
	case UPLOAD_PARTS:
		take_parts(u, o);
		break;
	case UPLOAD_LOOK:
		take_look(u, o, lines);
		break;
	case UPLOAD_BEGIN:
		take_begun(u, o, lines);
		break;
	case UPLOAD_PART:
		take_part(u, job, o, lines);
		break;
	case UPLOAD_PUT:
	case UPLOAD_END:
		take_done(u, o->etag, lines);
		break;
	}
}

/* The upload or the object is not there. */
static void
is_gone(struct upload *u, const struct upload_job *job)
{
	switch (job->kind) {
	case UPLOAD_ABORT:
		u->nstale--;
		go_on(u);
		break;
	case UPLOAD_END:
	case UPLOAD_PARTS:
		/* an answer that got lost may have said that it ended well */
		u->gone = true;
		if (u->finished)
			u->step = STEP_LOOK;
		else
			begin_anew(u);
		break;
	case UPLOAD_LOOK:
		u->looked = true;
		if (u->gone || !u->j.upload[0])
			begin_anew(u);
		else
			u->step = u->failures < ENDS_MAX ? STEP_WORK : STEP_PARTS;
		break;
	case UPLOAD_PART:
		begin_anew(u);
		break;
	case UPLOAD_FIND:
	case UPLOAD_PUT:
	case UPLOAD_BEGIN:
		break; /* waiting is all that can be done */
	}
}

static void
wait(struct upload *u, int64_t now, uint32_t chance, const struct upload_outcome *o,
	const struct retry_policy *p)
{
	int64_t ns = retry_delay(p, ++u->failures, chance);

	if (o->retry_after_ns > ns)
		ns = o->retry_after_ns;
	if (ns_add(now, ns) > u->wait_until)
		u->wait_until = ns_add(now, ns);
}

/* Somebody had its name before: what is there is looked at, never replaced. */
static void
is_there(struct upload *u, int64_t now, uint32_t chance, const struct upload_outcome *o)
{
	u->exists = true;
	u->looked = false;
	begin_anew(u);
	wait(u, now, chance, o, &soon);
}

/* Does JOB make the object? */
static bool
makes_object(const struct upload_job *job)
{
	return job->kind == UPLOAD_PUT || job->kind == UPLOAD_END;
}

/* Not everybody may list uploads and their parts, nor does every server know how: then what is
 * left over is for the rules of the bucket to remove.  True: go on without. */
static bool
does_without(struct upload *u, const struct upload_job *job, const struct s3_fault *f)
{
	static const char *const unable[] = { "denied", "unsupported", "refused" };
	bool is_unable = false;

	for (size_t i = 0; i < sizeof unable / sizeof *unable; i++)
		is_unable = is_unable || strcmp(f->metric, unable[i]) == 0;
	if (!is_unable)
		return false;
	if (makes_object(job) && job->fresh && strcmp(f->metric, "unsupported") == 0)
		return u->blind = true;
	if (job->kind == UPLOAD_PARTS) {
		begin_anew(u);
		return true;
	}
	if (job->kind != UPLOAD_FIND && job->kind != UPLOAD_ABORT)
		return false;
	u->nstale = 0;
	go_on(u);
	return true;
}

/* What does not get through in one piece goes in parts. */
static bool
divide(struct upload *u, const struct upload_job *job)
{
	if (job->kind != UPLOAD_PUT || job->size <= u->part_size)
		return false;
	u->whole = 0;
	return true;
}

static void
failed(struct upload *u, int64_t now, uint32_t chance, const struct upload_job *job,
	const struct upload_outcome *o)
{
	u->fault = o->fault;
	switch (o->fault->action) {
	case S3_RETRY:
	case S3_SLOW:
		u->doubt = u->doubt || makes_object(job);
		if (job->kind == UPLOAD_BEGIN)
			u->step = STEP_FIND; /* it may have begun */
		if (job->kind == UPLOAD_END ||
			(o->fault->action == S3_RETRY && divide(u, job)))
			u->step = STEP_LOOK; /* it may be there */
		wait(u, now, chance, o, &soon);
		break;
	case S3_KEYS:
		wait(u, now, chance, o, &later);
		break;
	case S3_PERSON:
		if (does_without(u, job, o->fault))
			u->fault = NULL;
		else
			wait(u, now, chance, o, &later);
		break;
	case S3_RESTART:
	case S3_GONE:
		is_gone(u, job);
		if (job->kind == UPLOAD_LOOK || job->kind == UPLOAD_ABORT)
			u->fault = NULL; /* that is an answer, too */
		else if (u->failures++)
			wait(u, now, chance, o, &soon);
		break;
	case S3_CHANGED:
		if (makes_object(job) && job->fresh) {
			u->fault = NULL; /* that is an answer, too */
			is_there(u, now, chance, o);
			break;
		}
		u->state = UPLOAD_STUCK;
		break;
	case S3_GIVE_UP:
		if (divide(u, job))
			u->fault = NULL; /* that is an answer, too */
		else
			u->state = UPLOAD_STUCK;
		break;
	}
}

void
upload_took(struct upload *u, int64_t now, uint32_t chance, const struct upload_job *job,
	const struct upload_outcome *o, struct buf *lines)
{
	u->flying--;
	if (job->generation != u->generation || u->state != UPLOAD_WORKING)
		return;
	if (job->kind == UPLOAD_PART)
		u->j.part[job->number - 1].flying = false;
	if (o->fault)
		failed(u, now, chance, job, o);
	else
		succeeded(u, job, o, lines);
}
