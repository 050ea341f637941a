/* SPDX-License-Identifier: ISC */
#include "store/upload.h"

#include "store/upload_impl.h"

#include <stdlib.h>

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

void
upload_begin_anew(struct upload *u)
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
		upload_begin_anew(u);
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

bool
upload_was_sent(const struct upload *u, size_t i)
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

	while (upload_was_sent(u, u->first))
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
