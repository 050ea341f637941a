/* SPDX-License-Identifier: ISC */
#include "tests/fuzz/memstore.h"

#include <stdio.h>
#include <stdlib.h>

struct handle {
	struct store_file file;
	struct memfile *f;
};

struct memfile *
memstore_find(struct memstore *m, const char *id)
{
	for (int i = 0; i < MEMSTORE_FILES; i++)
		if (strcmp(m->file[i].id, id) == 0)
			return &m->file[i];
	return NULL;
}

static int
open_handle(struct store *s, struct memfile *f, struct store_file **out, struct err *e)
{
	struct handle *h = calloc(1, sizeof *h);

	if (!h)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	h->file.store = s;
	memcpy(h->file.id, f->id, sizeof f->id);
	h->file.size = h->file.durable = f->bytes.n;
	h->f = f;
	*out = &h->file;
	return 0;
}

static int
mem_create(struct store *s, const char *id, const struct meta *meta,
	struct store_file **out, struct err *e)
{
	struct memstore *m = (struct memstore *)s;
	struct memfile *f = memstore_find(m, "");

	(void)meta;
	if (memstore_find(m, id))
		return err_set(e, ERR_EXISTS, "it is there");
	if (!f || !m->room)
		return err_set(e, ERR_NOSPACE, "full");
	snprintf(f->id, sizeof f->id, "%s", id);
	f->open = true;
	return open_handle(s, f, out, e);
}

static int
mem_resume(struct store *s, const char *id, struct store_file **out, struct err *e)
{
	struct memfile *f = memstore_find((struct memstore *)s, id);

	if (!f)
		return err_set(e, ERR_NOTFOUND, "it is not there");
	if (!f->open)
		return err_set(e, ERR_STATE, "it is finished");
	f->durable = f->bytes.n;
	return open_handle(s, f, out, e);
}

static ssize_t
mem_append(struct store_file *file, const void *p, size_t n, struct err *e)
{
	struct memstore *m = (struct memstore *)file->store;
	struct memfile *f = ((struct handle *)file)->f;

	if (n > m->room)
		n = (size_t)m->room;
	if (!n || buf_add(&f->bytes, p, n) < 0)
		return err_set(e, ERR_NOSPACE, "full");
	m->room -= n;
	file->size += n;
	return (ssize_t)n;
}

static int
mem_cut(struct store_file *file, uint64_t size, struct err *e)
{
	struct memfile *f = ((struct handle *)file)->f;

	(void)e;
	buf_cut(&f->bytes, (size_t)size);
	file->size = size;
	if (file->durable > size)
		file->durable = f->durable = size;
	return 0;
}

static int
mem_describe(struct store_file *file, const struct meta *meta, struct err *e)
{
	(void)meta;
	if (((struct memstore *)file->store)->room)
		return 0;
	return err_set(e, ERR_NOSPACE, "full");
}

/* As a slow disk does: whoever would have it written has to wait. */
static bool
mem_waits(const struct store_file *file, int64_t now, bool must)
{
	(void)file;
	(void)now;
	(void)must;
	return true;
}

/* What could not be written is gone; whoever asks a second time hears nothing of it. */
static void
lose(struct memfile *f)
{
	for (size_t i = (size_t)f->durable; i < f->bytes.n; i++)
		f->bytes.p[i] = 0;
}

static int
mem_commit(struct store_file *file, int64_t now, bool must, struct err *e)
{
	const struct memstore *m = (struct memstore *)file->store;

	(void)now;
	(void)must;
	if (m->broken) {
		lose(((struct handle *)file)->f);
		file->doubtful = true;
	}
	if (file->doubtful)
		return err_set(e, ERR_IO, "the disk is broken");
	if (!m->lazy)
		file->durable = ((struct handle *)file)->f->durable = file->size;
	return 0;
}

static void
mem_leave(struct store_file *file)
{
	if (file->doubtful)
		mem_cut(file, file->durable, NULL);
	free(file);
}

static int
mem_finish(struct store_file *file, struct err *e)
{
	/* a machine that has died finishes nothing */
	int rc = ((struct memstore *)file->store)->lazy ? err_set(e, ERR_IO, "it is dead")
							: mem_commit(file, 0, true, e);

	if (rc == 0)
		((struct handle *)file)->f->open = false;
	mem_leave(file);
	return rc;
}

/* A reader sees what is written meanwhile, as of a file. */
struct reader {
	struct src src;
	const struct memfile *f;
};

static ssize_t
reader_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	const struct buf *b = &((struct reader *)s)->f->bytes;

	(void)e;
	if (off >= b->n)
		return 0;
	if (n > b->n - off)
		n = b->n - (size_t)off;
	memcpy(p, b->p + off, n);
	return (ssize_t)n;
}

static int64_t
reader_size(struct src *s)
{
	return (int64_t)((struct reader *)s)->f->bytes.n;
}

static void
reader_close(struct src *s)
{
	free(s);
}

static int
mem_open(struct store *s, const char *name, struct src **src, struct err *e)
{
	static const struct src_ops ops = { reader_read_at, reader_size, reader_close };
	struct memfile *f = memstore_find((struct memstore *)s, name);
	struct reader *r = f ? calloc(1, sizeof *r) : NULL;

	if (!r)
		return err_set(e, ERR_NOTFOUND, "it is not there");
	*r = (struct reader){ { .ops = &ops }, f };
	*src = &r->src;
	return 0;
}

static int
mem_list(struct store *s, const char *prefix, store_seen *seen, void *ctx, struct err *e)
{
	(void)s;
	(void)prefix;
	(void)seen;
	(void)ctx;
	return err_set(e, ERR_UNSUPPORTED, "nobody asks");
}

static int
mem_remove(struct store *s, const char *name, struct err *e)
{
	struct memfile *f = memstore_find((struct memstore *)s, name);

	if (!f)
		return err_set(e, ERR_NOTFOUND, "it is not there");
	buf_free(&f->bytes);
	*f = (struct memfile){ .open = false };
	return 0;
}

void
memstore_init(struct memstore *m)
{
	static const struct store_ops ops = { "memory", mem_create, mem_resume,
		mem_append, mem_cut, NULL, mem_describe, mem_waits, mem_commit,
		mem_finish, mem_leave, mem_open, mem_list, mem_remove, NULL };

	*m = (struct memstore){ .store.ops = &ops, .room = UINT64_MAX };
}

void
memstore_free(struct memstore *m)
{
	for (int i = 0; i < MEMSTORE_FILES; i++)
		buf_free(&m->file[i].bytes);
}

void
memstore_crash(struct memstore *m, size_t keep)
{
	for (int i = 0; i < MEMSTORE_FILES; i++) {
		struct memfile *f = &m->file[i];

		if (f->open && f->bytes.n > f->durable + keep)
			buf_cut(&f->bytes, (size_t)f->durable + keep);
	}
}
