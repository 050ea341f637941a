/* SPDX-License-Identifier: ISC */
/* What answers do to an upload. */
#include "store/upload_impl.h"

#include "base/clk.h"
#include "store/retry.h"

#include <stdio.h>
#include <stdlib.h>

#define ENDS_MAX  5  /* that fail before the parts are looked at */
#define LOOKS_MAX 5  /* that are errors of the server */
#define LISTS_MAX 20 /* of parts */

/* What a fault costs: the network is asked again soon, a person needs longer. */
static const struct retry_policy soon = { NS_PER_S, 60 * NS_PER_S };
static const struct retry_policy later = { 30 * NS_PER_S, 600 * NS_PER_S };

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

/* Does the object's tag say that it was made of as many parts as were sent? */
static bool
has_our_parts(const struct upload *u, const char *etag)
{
	size_t parts = 0, n;
	const char *dash = strrchr(etag, '-');

	while (upload_was_sent(u, parts))
		parts++;
	n = dash ? strtoul(dash + 1, NULL, 10) : 0;
	return u->j.upload[0] && n && n == parts;
}

/* Its stamp is another's. */
static bool
is_strangers(const struct upload *u, const struct upload_outcome *o)
{
	return u->j.stamp[0] && o->stamp[0] && strcmp(u->j.stamp, o->stamp) != 0;
}

/* Are the bytes of U there? */
static bool
is_ours(const struct upload *u, const struct upload_outcome *o)
{
	if (o->size != u->size)
		return false;
	if (o->has_sha256)
		return o->same;
	if (u->j.stamp[0] && o->has_meta)
		return strcmp(u->j.stamp, o->stamp) == 0;
	/* nobody can tell: was there an answer that nobody heard? */
	return has_our_parts(u, o->etag) || (u->exists && u->doubt);
}

static void
get_stuck(struct upload *u)
{
	u->fault = s3_fault_of_error(ERR_EXISTS);
	u->state = UPLOAD_STUCK;
}

static void
take_look(struct upload *u, const struct upload_outcome *o, struct buf *lines)
{
	u->looked = true;
	if (is_ours(u, o))
		take_done(u, o->etag, lines);
	else if (u->exists || u->blind || is_strangers(u, o))
		get_stuck(u);
	else
		upload_begin_anew(
			u); /* a server that was cut short may have left half of it */
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
			upload_begin_anew(u);
		break;
	case UPLOAD_LOOK:
		u->looked = true;
		if (u->gone || !u->j.upload[0])
			upload_begin_anew(u);
		else
			u->step = u->failures < ENDS_MAX ? STEP_WORK : STEP_PARTS;
		break;
	case UPLOAD_PART:
		upload_begin_anew(u);
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
	upload_begin_anew(u);
	wait(u, now, chance, o, &soon);
}

/* The keys do not allow it to look.  What is not known to be there is found out by making it;
 * what is there, and cannot be one of ours, never goes away. */
static void
cannot_look(struct upload *u, int64_t now, uint32_t chance, const struct upload_job *job,
	const struct upload_outcome *o)
{
	if (u->exists && u->doubt) {
		wait(u, now, chance, o, &later);
		return;
	}
	u->fault = NULL;
	if (u->exists)
		get_stuck(u);
	else
		is_gone(u, job);
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
		upload_begin_anew(u);
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

/* A server that died may never say again what became of something: it is made anew.  What is
 * there all the same is not replaced. */
static void
stop_asking(struct upload *u, const struct upload_job *job)
{
	if (job->kind == UPLOAD_PARTS && u->failures >= LISTS_MAX)
		upload_begin_anew(u);
	if (job->kind != UPLOAD_LOOK || u->exists || u->failures < LOOKS_MAX)
		return;
	u->looked = true;
	if (u->gone || !u->j.upload[0])
		upload_begin_anew(u);
	else
		u->step = STEP_WORK;
}

/* Some servers pass parts on at once and let none be replaced when its bytes have become others;
 * a new upload has no such parts. */
static enum s3_action
asked_for(const struct upload_job *job, const struct s3_fault *f)
{
	bool keeps = job->kind == UPLOAD_PART && strcmp(f->metric, "unsupported") == 0;

	return keeps ? S3_RESTART : f->action;
}

/* Nobody knows what JOB has done. */
static void
try_again(struct upload *u, int64_t now, uint32_t chance, const struct upload_job *job,
	const struct upload_outcome *o)
{
	u->doubt = u->doubt || makes_object(job);
	if (job->kind == UPLOAD_BEGIN)
		u->step = STEP_FIND; /* it may have begun */
	if (job->kind == UPLOAD_END || (o->fault->action == S3_RETRY && divide(u, job)))
		u->step = STEP_LOOK; /* it may be there */
	wait(u, now, chance, o, &soon);
	if (strcmp(o->fault->metric, "server_error") == 0)
		stop_asking(u, job);
}

static void
failed(struct upload *u, int64_t now, uint32_t chance, const struct upload_job *job,
	const struct upload_outcome *o)
{
	u->fault = o->fault;
	switch (asked_for(job, o->fault)) {
	case S3_RETRY:
	case S3_SLOW:
		try_again(u, now, chance, job, o);
		break;
	case S3_KEYS:
		wait(u, now, chance, o, &later);
		break;
	case S3_PERSON:
		if (job->kind == UPLOAD_LOOK && strcmp(o->fault->metric, "denied") == 0)
			cannot_look(u, now, chance, job, o);
		else if (does_without(u, job, o->fault))
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
