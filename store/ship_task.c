/* SPDX-License-Identifier: ISC */
/* The requests themselves, and the small files beside recordings. */
#include "store/ship_impl.h"

#include "store/directory_impl.h"
#include "sys/fdio.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- files of the spool --- */

static int
read_side(int dir, const char *id, const char *suffix, size_t max, struct buf *out)
{
	char name[DIRECTORY_SIDE_MAX];
	int fd = openat(dir, directory_side(name, id, suffix),
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && out->n < max && buf_reserve(out, 4096) == 0) {
		n = fdio_read(fd, out->p + out->n, 4096);
		out->n += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	return n < 0 ? ERR_NOTFOUND : 0;
}

int
ship_add_journal(int dir, const char *id, struct span lines, struct err *e)
{
	char name[DIRECTORY_SIDE_MAX];
	int fd = openat(dir, directory_side(name, id, JOURNAL_SUFFIX),
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	off_t was;
	struct stat st;
	int rc;

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot open %s", name);
	was = lseek(fd, 0, SEEK_END);
	rc = fdio_write_all(fd, lines.p, lines.n, e);
	/* half a line would hide what comes behind it */
	if (rc < 0 && was >= 0 && fstat(fd, &st) == 0 &&
		st.st_size < was + (off_t)lines.n && ftruncate(fd, was) < 0)
		err_prefix(e, "%s cannot be mended", name);
	if (rc == 0 && fdatasync(fd) < 0)
		rc = err_sys(e, ERR_IO, "cannot make %s durable", name);
	close(fd);
	return rc;
}

int
ship_load_journal(int dir, const char *id, struct journal *j, struct err *e)
{
	char name[DIRECTORY_SIDE_MAX];
	struct buf text = { 0 };
	int rc = read_side(dir, id, JOURNAL_SUFFIX, JOURNAL_FILE_MAX, &text), fd;

	*j = (struct journal){ 0 };
	if (rc == 0)
		rc = journal_read(j, buf_span(&text), e);
	else
		rc = 0;
	if (rc == 0 && j->used < text.n) {
		fd = openat(dir, directory_side(name, id, JOURNAL_SUFFIX),
			O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 || ftruncate(fd, (off_t)j->used) < 0)
			rc = err_sys(e, ERR_IO, "cannot mend %s", name);
		if (fd >= 0)
			close(fd);
	}
	buf_free(&text);
	return rc;
}

static void
read_meta(const struct ship_task *t, struct meta *m)
{
	struct buf text = { 0 };

	*m = (struct meta){ 0 };
	if (read_side(t->dir, t->id, META_SUFFIX, META_FILE_MAX, &text) == 0)
		meta_read(m, buf_span(&text), NULL);
	buf_free(&text);
}

/* The bytes of the recording, durable before anybody else has them. */
static int
open_body(struct ship_task *t, struct s3_body *b, uint64_t off, uint64_t size)
{
	int fd = openat(t->dir, t->id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int rc;

	*b = (struct s3_body){ .off = off, .size = size };
	if (fd < 0)
		return err_sys(&t->e, ERR_IO, "cannot open %s in the spool", t->id);
	if (fdatasync(fd) < 0) {
		close(fd);
		return err_sys(&t->e, ERR_IO, "cannot make %s durable", t->id);
	}
	rc = fdio_fd_src(&b->src, fd, &t->e);
	return rc < 0 ? rc : s3_body_hash(b, &t->e);
}

/* --- requests --- */

static void
make_key(const struct ship_task *t, char key[S3_KEY_MAX + 1])
{
	const char *prefix = s3_conf(t->s3)->prefix;

	snprintf(key, S3_KEY_MAX + 1, "%s%s", prefix ? prefix : "", t->id);
}

/* The journal knows the stamp before the server does.  On a disk that is full it is done
 * without: shipping is what makes room. */
static void
keep_stamp(struct ship_task *t)
{
	struct buf line = { 0 };

	if (!t->stamp_is_new)
		return;
	journal_put_stamp(&line, t->stamp);
	if (buf_failed(&line) ||
		ship_add_journal(t->dir, t->id, buf_span(&line), NULL) < 0)
		t->stamp[0] = 0;
	buf_free(&line);
}

static void
put(struct ship_task *t, const char *key, struct s3_result *r)
{
	struct s3_body b;
	struct meta m;
	struct s3_about about = { &m, t->stamp };
	int rc = open_body(t, &b, 0, t->job.size);

	read_meta(t, &m);
	keep_stamp(t);
	if (rc == 0)
		s3_put(t->s3, key, &about, &b, t->job.fresh, t->cancel, r, &t->e);
	else
		r->fault = s3_fault_of_error(rc);
	t->sent = b.size;
	src_close(b.src);
}

static void
part(struct ship_task *t, const char *key, struct s3_result *r)
{
	const struct upload_job *j = &t->job;
	struct s3_body b;
	int rc = open_body(t, &b, j->off, j->size);

	if (rc == 0)
		s3_upload_part(t->s3, key, j->upload, j->number, &b, t->cancel, r, &t->e);
	else
		r->fault = s3_fault_of_error(rc);
	memcpy(t->o.sha256, b.sha256, sizeof t->o.sha256);
	t->sent = b.size;
	src_close(b.src);
}

static void
begin(struct ship_task *t, const char *key, struct s3_result *r)
{
	struct meta m;
	struct s3_about about = { &m, t->stamp };

	read_meta(t, &m);
	keep_stamp(t);
	s3_upload_begin(t->s3, key, &about, t->o.upload, r, &t->e);
}

/* Is what is there what we have? */
static void
look(struct ship_task *t, const char *key, struct s3_result *r)
{
	struct s3_body b = { .src = NULL };

	if (s3_head(t->s3, key, NULL, r, &t->e) < 0)
		return;
	t->o.size = r->size;
	t->o.has_meta = r->has_meta;
	memcpy(t->o.stamp, r->stamp, sizeof t->o.stamp);
	t->o.has_sha256 = r->has_sha256;
	if (!r->has_sha256 || r->size != t->job.size)
		return;
	if (open_body(t, &b, 0, t->job.size) == 0)
		t->o.same = memcmp(b.sha256, r->sha256, S3_HASH) == 0;
	src_close(b.src);
}

static int
take_stale(void *ctx, const struct s3_upload *u)
{
	struct ship_task *t = ctx;
	char key[S3_KEY_MAX + 1];

	make_key(t, key);
	if (strcmp(u->key, key) != 0 || t->o.nstale == UPLOAD_STALE_MAX ||
		strlen(u->id) >= sizeof *t->o.stale)
		return 0;
	memcpy(t->o.stale[t->o.nstale++], u->id, strlen(u->id) + 1);
	return 0;
}

static void
find(struct ship_task *t, const char *key, struct s3_result *r)
{
	t->o.stale = calloc(UPLOAD_STALE_MAX, sizeof *t->o.stale);
	if (t->o.stale)
		s3_list_uploads(t->s3, key, take_stale, t, r, &t->e);
	else
		r->fault = s3_fault_of_error(ERR_NOMEM);
}

static const struct s3_part *
sent_part(const struct ship_task *t, unsigned number)
{
	for (size_t i = 0; i < t->nparts; i++)
		if (t->parts[i].number == number)
			return &t->parts[i];
	return NULL;
}

/* One that is there counts if it is what we sent and what the file holds still: what was not
 * durable when the machine fell over may be gone, or others put in its place. */
static int
take_part(void *ctx, const struct s3_part *p)
{
	struct ship_task *t = ctx;
	const struct s3_part *ours = sent_part(t, p->number);
	struct s3_body b = { .src = NULL };
	uint64_t off, size;

	if (!ours || t->o.nparts == t->nparts || ours->size != p->size ||
		strcmp(ours->etag, p->etag) != 0)
		return 0;
	upload_part_at(s3_conf(t->s3)->part_size, p->number, &off, &size);
	if (open_body(t, &b, off, p->size) == 0 &&
		memcmp(b.sha256, ours->sha256, S3_HASH) == 0)
		t->o.parts[t->o.nparts++] = *ours;
	src_close(b.src);
	return 0;
}

static void
list_parts(struct ship_task *t, const char *key, struct s3_result *r)
{
	t->o.parts = calloc(t->nparts + 1, sizeof *t->o.parts);
	if (t->o.parts)
		s3_list_parts(t->s3, key, t->job.upload, take_part, t, r, &t->e);
	else
		r->fault = s3_fault_of_error(ERR_NOMEM);
}

void
ship_do(struct ship_task *t)
{
	struct s3_result r = { 0 };
	char key[S3_KEY_MAX + 1];

	make_key(t, key);
	switch (t->job.kind) {
	case UPLOAD_FIND:
		find(t, key, &r);
		break;
	case UPLOAD_ABORT:
		s3_upload_abort(t->s3, key, t->job.upload, &r, &t->e);
		break;
	case UPLOAD_PARTS:
		list_parts(t, key, &r);
		break;
	case UPLOAD_LOOK:
		look(t, key, &r);
		break;
	case UPLOAD_PUT:
		put(t, key, &r);
		break;
	case UPLOAD_BEGIN:
		begin(t, key, &r);
		break;
	case UPLOAD_PART:
		part(t, key, &r);
		break;
	case UPLOAD_END:
		s3_upload_end(t->s3, key, t->job.upload, t->parts, t->nparts,
			t->job.fresh, &r, &t->e);
		break;
	}
	t->o.fault = r.fault;
	t->o.retry_after_ns = r.retry_after_ns;
	memcpy(t->o.etag, r.etag, sizeof t->o.etag);
	if (r.fault)
		t->sent = 0;
}

void
ship_task_free(struct ship_task *t)
{
	free(t->parts);
	free(t->o.stale);
	free(t->o.parts);
}
