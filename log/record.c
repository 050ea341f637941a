/* SPDX-License-Identifier: ISC */
#include "log/record.h"

#include "log/glance.h"

#include <stdlib.h>

/* --- out of the file --- */

#define PROGRESS_EVERY 1024 /* messages */

static int
read_end(struct tape *t, struct facts *f, struct crew_job *job)
{
	const struct msg *m;
	int64_t at_ns;
	int rc;

	glance_jump(t);
	for (unsigned n = 1; (rc = tape_next(t, &m, &at_ns, NULL)) > 0; n++) {
		facts_take(f, m, at_ns);
		if (n % PROGRESS_EVERY == 0)
			crew_part(job, tape_progress(t));
	}
	return rc;
}

static int
keep_texts(struct record *r, struct facts *f)
{
	struct buf all = { 0 };

	for (int i = 0; i < FACT_COUNT; i++) {
		struct span s = buf_span(&f->text[i]);

		for (size_t k = 0; k < s.n && k < RECORD_TEXT_MAX; k++)
			buf_add_byte(&all, s.p[k] ? s.p[k] : ' ');
		buf_add_byte(&all, 0);
	}
	if (buf_failed(&all)) {
		buf_free(&all);
		return ERR_NOMEM;
	}
	r->texts_n = all.n;
	r->texts = malloc(all.n);
	if (r->texts)
		memcpy(r->texts, all.p, all.n);
	buf_free(&all);
	return r->texts ? 0 : ERR_NOMEM;
}

static void
find_texts(struct record *r)
{
	const char *p = r->texts;

	for (int i = 0; i < FACT_COUNT; i++, p += strlen(p) + 1)
		r->text[i] = p;
}

static int
take_facts(struct record *r, struct tape *t, struct facts *f, int rc)
{
	const struct tape_info *info = tape_info(t);

	r->format = info->format;
	r->state = rc < 0 ? TAPE_DAMAGED : tape_end(t).state;
	r->has_start = info->has_wall;
	r->start_ns = info->start_ns;
	r->duration_ns = f->duration_ns;
	r->exit = f->has_exit ? (int64_t)f->exit_status : -1;
	r->gid = f->gid;
	rc = keep_texts(r, f);
	if (rc < 0)
		return rc;
	find_texts(r);
	r->kind = RECORD_KNOWN;
	return 0;
}

int
record_read(struct record *r, const struct walk_file *file, struct crew_job *job,
	struct err *e)
{
	struct facts f;
	struct tape *t;
	struct src *s;
	int rc = walk_open(file, &s, e);

	*r = (struct record){ .file = file };
	if (rc < 0)
		return rc;
	rc = tape_open(&t, s, NULL, e);
	if (rc == ERR_FORMAT)
		r->kind = RECORD_NONE;
	if (rc < 0)
		return rc;
	facts_init(&f);
	glance_head(t, &f);
	rc = take_facts(r, t, &f, read_end(t, &f, job));
	facts_free(&f);
	tape_close(t);
	return rc < 0 ? err_set(e, rc, "%s", err_name(rc)) : 0;
}

/* --- for the catalogue --- */

void
record_pack(const struct record *r, int64_t n[RECORD_NUMBERS])
{
	n[0] = r->kind;
	n[1] = r->format;
	n[2] = r->state;
	n[3] = r->has_start;
	n[4] = r->start_ns;
	n[5] = r->duration_ns;
	n[6] = r->exit;
	n[7] = r->gid;
}

static bool
has_all_texts(struct span s)
{
	int n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += !s.p[i];
	return n == FACT_COUNT && !s.p[s.n - 1];
}

bool
record_unpack(struct record *r, const struct walk_file *file,
	const int64_t n[RECORD_NUMBERS], struct span texts)
{
	*r = (struct record){ .file = file };
	if (n[0] == RECORD_NONE) {
		r->kind = RECORD_NONE;
		return true;
	}
	if (n[0] != RECORD_KNOWN || n[1] <= TAPE_UNKNOWN || n[1] >= TAPE_FORMATS ||
		n[2] < TAPE_OPEN || n[2] > TAPE_DAMAGED || !has_all_texts(texts))
		return false;
	r->texts = malloc(texts.n);
	if (!r->texts)
		return false;
	memcpy(r->texts, texts.p, texts.n);
	r->texts_n = texts.n;
	find_texts(r);
	r->kind = RECORD_KNOWN;
	r->format = (enum tape_format)n[1];
	r->state = (enum tape_state)n[2];
	r->has_start = n[3] != 0;
	r->start_ns = n[4];
	r->duration_ns = n[5];
	r->exit = n[6];
	r->gid = n[7];
	return true;
}

void
record_free(struct record *r)
{
	free(r->texts);
	r->texts = NULL;
}
