/* SPDX-License-Identifier: ISC */
#include "store/s3_store.h"

#include <stdio.h>
#include <stdlib.h>

struct s3_store {
	struct store store;
	struct s3 *s3;
	struct store *spool;
	struct ship *ship;
};

struct s3_file {
	struct store_file file;
	struct store_file *spooled;
	struct ship_item *item;
};

static struct s3_store *
of(struct store_file *f)
{
	return (struct s3_store *)f->store;
}

/* The spool says how much there is, and how much of it lasts. */
static void
follow(struct s3_file *f)
{
	f->file.size = f->spooled->size;
	if (f->file.durable == f->spooled->durable)
		return;
	f->file.durable = f->spooled->durable;
	ship_grown(of(&f->file)->ship, f->item, f->file.durable);
}

static int
make_file(struct s3_store *s, struct store_file *spooled, bool found,
	struct store_file **out, struct err *e)
{
	struct s3_file *f = calloc(1, sizeof *f);
	int rc = f ? 0 : err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));

	if (rc == 0)
		rc = ship_add(s->ship, spooled->id, found, &f->item, e);
	if (rc < 0) {
		store_leave(spooled);
		free(f);
		return rc;
	}
	f->file.store = &s->store;
	memcpy(f->file.id, spooled->id, sizeof f->file.id);
	f->spooled = spooled;
	follow(f);
	*out = &f->file;
	return 0;
}

static int
s3_create(struct store *store, const char *id, const struct meta *m,
	struct store_file **f, struct err *e)
{
	struct s3_store *s = (struct s3_store *)store;
	struct store_file *spooled;
	int rc = store_create(s->spool, id, m, &spooled, e);

	return rc < 0 ? rc : make_file(s, spooled, false, f, e);
}

static int
s3_resume(struct store *store, const char *id, struct store_file **f, struct err *e)
{
	struct s3_store *s = (struct s3_store *)store;
	struct store_file *spooled;
	int rc = store_resume(s->spool, id, &spooled, e);

	return rc < 0 ? rc : make_file(s, spooled, true, f, e);
}

static ssize_t
s3_append(struct store_file *file, const void *p, size_t n, struct err *e)
{
	struct s3_file *f = (struct s3_file *)file;
	ssize_t k = store_append(f->spooled, p, n, e);

	file->size = f->spooled->size;
	return k;
}

static int
s3_cut(struct store_file *file, uint64_t size, struct err *e)
{
	struct s3_file *f = (struct s3_file *)file;
	int rc = store_cut(f->spooled, size, e);

	if (rc < 0)
		return rc;
	file->size = f->spooled->size;
	file->durable = f->spooled->durable;
	ship_cut(of(file)->ship, f->item, file->durable);
	return 0;
}

static int
s3_describe(struct store_file *file, const struct meta *m, struct err *e)
{
	return store_describe(((struct s3_file *)file)->spooled, m, e);
}

static bool
s3_waits(const struct store_file *file, int64_t now, bool must)
{
	return store_waits(((const struct s3_file *)file)->spooled, now, must);
}

static int
s3_commit(struct store_file *file, int64_t now, bool must, struct err *e)
{
	struct s3_file *f = (struct s3_file *)file;
	int rc = store_commit(f->spooled, now, must, e);

	follow(f);
	return rc;
}

static int
s3_finish(struct store_file *file, struct err *e)
{
	struct s3_file *f = (struct s3_file *)file;
	struct s3_store *s = of(file);
	uint64_t size = f->spooled->size;
	int rc = store_finish(f->spooled, e);

	if (rc < 0)
		ship_left(s->ship, f->item);
	else
		ship_finished(s->ship, f->item, size);
	free(f);
	return rc;
}

static void
s3_leave(struct store_file *file)
{
	struct s3_file *f = (struct s3_file *)file;

	ship_left(of(file)->ship, f->item);
	store_leave(f->spooled);
	free(f);
}

static int
s3_open(struct store *store, const char *name, struct src **src, struct err *e)
{
	return s3_src_open(src, ((struct s3_store *)store)->s3, name, &s3_patience, e);
}

static int
s3_list_all(struct store *store, const char *prefix, store_seen *seen, void *ctx,
	struct err *e)
{
	return s3_src_list(
		((struct s3_store *)store)->s3, prefix, seen, ctx, &s3_patience, e);
}

static int
s3_remove(struct store *store, const char *name, struct err *e)
{
	struct s3_result r;

	return s3_delete(((struct s3_store *)store)->s3, name, &r, e);
}

static void
s3_close(struct store *store)
{
	struct s3_store *s = (struct s3_store *)store;

	ship_stop(s->ship);
	store_close(s->spool);
	free(s);
}

int
s3_store_open(struct store **out, struct s3 *s3, struct store *spool,
	const struct ship_opts *o, struct err *e)
{
	static const struct store_ops ops = { "s3", s3_create, s3_resume, s3_append,
		s3_cut, NULL, s3_describe, s3_waits, s3_commit, s3_finish, s3_leave,
		s3_open, s3_list_all, s3_remove, s3_close };
	struct s3_store *s = calloc(1, sizeof *s);
	struct ship_opts own = *o;
	int rc;

	*out = NULL;
	if (!s) {
		store_close(spool);
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	own.s3 = s3;
	own.spool = spool;
	*s = (struct s3_store){ .store.ops = &ops, .s3 = s3, .spool = spool };
	rc = ship_new(&s->ship, &own, e);
	if (rc == 0)
		rc = ship_scan(s->ship, e);
	if (rc < 0)
		s3_close(&s->store);
	else
		*out = &s->store;
	return rc;
}

struct ship *
s3_store_ship(struct store *s)
{
	return ((struct s3_store *)s)->ship;
}
