/* SPDX-License-Identifier: ISC */
/* One array is the rows and two chained tables over them: by inode and by path.  A renamed row leaves its
 * path's chain wrong; the tables are made anew then. */
#include "log/diary.h"

#include "log/diary_file.h"

#include <stdlib.h>

#define NONE SIZE_MAX

static size_t
hash_path(const char *path)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *path; path++)
		h = (h ^ (uint8_t)*path) * UINT64_C(1099511628211);
	return (size_t)h;
}

static size_t
hash_inode(uint64_t inode)
{
	return (size_t)(inode * UINT64_C(0x9e3779b97f4a7c15) >> 20);
}

static void
chain(struct diary *d, size_t i)
{
	struct diary_row *r = d->slot[i].row;
	size_t *a = &d->slot[hash_inode(r->inode) & (d->slots - 1)].by_inode;
	size_t *b = &d->slot[hash_path(r->path) & (d->slots - 1)].by_path;

	r->next_inode = *a;
	r->next_path = *b;
	*a = *b = i;
}

static void
chain_all(struct diary *d)
{
	for (size_t i = 0; i < d->slots; i++)
		d->slot[i].by_inode = d->slot[i].by_path = NONE;
	for (size_t i = 0; i < d->n; i++)
		chain(d, i);
}

/* Room for one more row, with at most one in a chain on average. */
static int
make_room(struct diary *d, struct err *e)
{
	size_t slots = d->slots ? d->slots * 2 : 1024;
	struct diary_slot *slot;

	if (d->n == DIARY_ROWS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d recordings", DIARY_ROWS_MAX);
	if (d->n < d->slots)
		return 0;
	slot = realloc(d->slot, slots * sizeof *slot);
	if (!slot)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	d->slot = slot;
	d->slots = slots;
	chain_all(d);
	return 0;
}

struct diary_row *
diary_add(struct diary *d, const char *path, uint64_t inode, struct err *e)
{
	struct diary_row *r = NULL;

	if (make_room(d, e) == 0)
		r = calloc(1, sizeof *r);
	if (r)
		r->path = strdup(path);
	if (!r || !r->path) {
		free(r);
		err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		return NULL;
	}
	r->inode = inode;
	r->size = -1;
	d->slot[d->n].row = r;
	chain(d, d->n++);
	return r;
}

struct diary_row *
diary_same(struct diary *d, const struct walk_file *f)
{
	size_t i =
		d->slots ? d->slot[hash_inode(f->inode) & (d->slots - 1)].by_inode : NONE;

	for (; i != NONE; i = d->slot[i].row->next_inode) {
		struct diary_row *r = d->slot[i].row;

		if (r->inode == f->inode && r->device == f->device && r->size >= 0 &&
			r->size == f->size && r->mtime_ns == f->mtime_ns)
			return r;
	}
	return NULL;
}

/* ---- the beginning of a file ---- */

struct head {
	uint8_t bytes[DIARY_HEAD_MAX];
	size_t n;
};

static int
read_head(struct head *h, struct src *src, struct err *e)
{
	while (h->n < sizeof h->bytes) {
		ssize_t k = src_read_at(
			src, h->n, h->bytes + h->n, sizeof h->bytes - h->n, e);

		if (k < 0)
			return (int)k;
		if (k == 0)
			break;
		h->n += (size_t)k;
	}
	return 0;
}

static void
hash_head(uint8_t out[SHA256_BYTES], const struct head *h, size_t n)
{
	struct sha256 sum;

	sha256_begin(&sum);
	sha256_add(&sum, span_of(h->bytes, n));
	sha256_end(&sum, out);
}

/* Whether the file that begins with H is that of R, maybe longer by now. */
static bool
begins_as(const struct diary_row *r, const struct head *h)
{
	uint8_t hash[SHA256_BYTES];

	if (r->head_n > h->n)
		return false;
	hash_head(hash, h, r->head_n);
	return memcmp(hash, r->head, sizeof hash) == 0;
}

static struct diary_row *
find(struct diary *d, const struct walk_file *f, const struct head *h)
{
	size_t i;

	if (!d->slots)
		return NULL;
	i = d->slot[hash_inode(f->inode) & (d->slots - 1)].by_inode;
	for (; i != NONE; i = d->slot[i].row->next_inode)
		if (d->slot[i].row->inode == f->inode && begins_as(d->slot[i].row, h))
			return d->slot[i].row;
	i = d->slot[hash_path(f->path) & (d->slots - 1)].by_path;
	for (; i != NONE; i = d->slot[i].row->next_path)
		if (strcmp(d->slot[i].row->path, f->path) == 0 &&
			begins_as(d->slot[i].row, h))
			return d->slot[i].row;
	return NULL;
}

static int
rename_row(struct diary *d, struct diary_row *r, const struct walk_file *f, struct err *e)
{
	char *path;

	if (r->inode == f->inode && strcmp(r->path, f->path) == 0)
		return 0;
	path = strdup(f->path);
	if (!path)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	free(r->path);
	r->path = path;
	r->inode = f->inode;
	d->changed = true;
	chain_all(d);
	return 0;
}

struct diary_row *
diary_row(struct diary *d, const struct walk_file *f, struct src *src, struct err *e)
{
	struct diary_row *r;
	struct head h;

	h.n = 0;
	if (src && read_head(&h, src, e) < 0)
		return NULL;
	r = find(d, f, &h);
	if (!r)
		r = diary_add(d, f->path, f->inode, e);
	else if (rename_row(d, r, f, e) < 0)
		r = NULL;
	if (!r)
		return NULL;
	d->changed |= r->device != f->device || r->head_n < h.n;
	r->device = f->device;
	if (r->head_n < h.n) {
		r->head_n = (uint32_t)h.n;
		hash_head(r->head, &h, h.n);
	}
	return r;
}

/* ---- all of it ---- */

void
diary_seen(struct diary_row *r, int64_t wall_ns)
{
	r->seen_ns = wall_ns;
}

void
diary_read(struct diary_row *r, const struct walk_file *f)
{
	r->size = f->size;
	r->mtime_ns = f->mtime_ns;
}

void
diary_settle(struct diary *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct diary_row *r = d->slot[i].row;

		d->changed |= r->safe != r->told;
		r->safe = r->told;
	}
}

int
diary_open(struct diary **out, const char *path, struct err *e)
{
	struct diary *d = calloc(1, sizeof *d);
	int rc = 0;

	*out = d;
	if (!d)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	d->path = path;
	if (path)
		rc = diary_file_load(d, e);
	if (rc < 0) {
		diary_close(d);
		*out = NULL;
	}
	return rc;
}

int
diary_save(struct diary *d, int64_t wall_ns, struct err *e)
{
	int rc = 0;

	if (d->path && d->changed)
		rc = diary_file_save(d, wall_ns, e);
	d->changed &= rc < 0;
	return rc;
}

void
diary_close(struct diary *d)
{
	if (!d)
		return;
	if (d->lock)
		dst_close(d->lock, NULL);
	for (size_t i = 0; i < d->n; i++) {
		free(d->slot[i].row->path);
		free(d->slot[i].row);
	}
	free(d->slot);
	free(d);
}
