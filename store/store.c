/* SPDX-License-Identifier: ISC */
/* The door to every store: names are checked here, once. */
#include "store/store.h"

#include <stdlib.h>

bool
store_is_id(const char *id)
{
	return strlen(id) == STORE_ID_LEN &&
	       strspn(id, "0123456789abcdef") == STORE_ID_LEN;
}

static int
check_id(const char *id, struct err *e)
{
	if (store_is_id(id))
		return 0;
	return err_set(
		e, ERR_USAGE, "a recording's id is %d hexadecimal digits", STORE_ID_LEN);
}

static int
check_name(const char *name, struct err *e)
{
	if (!name[0] || strlen(name) > STORE_NAME_MAX)
		return err_set(e, ERR_USAGE, "a name has 1 to %d bytes", STORE_NAME_MAX);
	return 0;
}

void
store_close(struct store *s)
{
	if (s)
		s->ops->close(s);
}

int
store_create(struct store *s, const char *id, const struct meta *m, struct store_file **f,
	struct err *e)
{
	int rc = check_id(id, e);

	*f = NULL;
	return rc < 0 ? rc : s->ops->create(s, id, m, f, e);
}

int
store_resume(struct store *s, const char *id, struct store_file **f, struct err *e)
{
	int rc = check_id(id, e);

	*f = NULL;
	return rc < 0 ? rc : s->ops->resume(s, id, f, e);
}

ssize_t
store_append(struct store_file *f, const void *p, size_t n, struct err *e)
{
	return f->store->ops->append(f, p, n, e);
}

int
store_cut(struct store_file *f, uint64_t size, struct err *e)
{
	if (size > f->size || !f->store->ops->cut)
		return err_set(e, ERR_UNSUPPORTED, "cannot be cut to %llu bytes",
			(unsigned long long)size);
	return f->store->ops->cut(f, size, e);
}

int
store_replace(struct store_file *f, store_fill *fill, void *ctx, struct err *e)
{
	if (!f->store->ops->replace)
		return err_set(e, ERR_UNSUPPORTED, "cannot be replaced");
	return f->store->ops->replace(f, fill, ctx, e);
}

int
store_describe(struct store_file *f, const struct meta *m, struct err *e)
{
	return f->store->ops->describe(f, m, e);
}

int
store_commit(struct store_file *f, int64_t now, bool must, struct err *e)
{
	if (f->durable == f->size)
		return 0;
	return f->store->ops->commit(f, now, must, e);
}

bool
store_waits(const struct store_file *f, int64_t now, bool must)
{
	return f->store->ops->waits && f->store->ops->waits(f, now, must);
}

int
store_finish(struct store_file *f, struct err *e)
{
	return f->store->ops->finish(f, e);
}

void
store_leave(struct store_file *f)
{
	if (f)
		f->store->ops->leave(f);
}

int
store_open(struct store *s, const char *name, struct src **src, struct err *e)
{
	int rc = check_name(name, e);

	*src = NULL;
	return rc < 0 ? rc : s->ops->open(s, name, src, e);
}

int
store_list(
	struct store *s, const char *prefix, store_seen *seen, void *ctx, struct err *e)
{
	if (strlen(prefix) > STORE_NAME_MAX)
		return err_set(e, ERR_USAGE, "no name is that long");
	return s->ops->list(s, prefix, seen, ctx, e);
}

int
store_remove(struct store *s, const char *name, struct err *e)
{
	int rc = check_name(name, e);

	return rc < 0 ? rc : s->ops->remove(s, name, e);
}

/* --- a file as a destination --- */

struct file_dst {
	struct dst dst;
	struct store_file *f;
};

static ssize_t
file_write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct store_file *f = ((struct file_dst *)d)->f;

	if (off > f->size)
		return err_set(e, ERR_UNSUPPORTED, "a store knows no holes");
	if (off < f->size && store_cut(f, off, e) < 0)
		return e->code;
	return store_append(f, p, n, e);
}

static int
file_truncate(struct dst *d, uint64_t size, struct err *e)
{
	struct store_file *f = ((struct file_dst *)d)->f;

	return size == f->size ? 0 : store_cut(f, size, e);
}

static int
file_close(struct dst *d, struct err *e)
{
	(void)e;
	free(d);
	return 0;
}

struct dst *
store_file_dst(struct store_file *f)
{
	static const struct dst_ops ops = { file_write_at, file_truncate, NULL,
		file_close };
	struct file_dst *d = malloc(sizeof *d);

	if (!d)
		return NULL;
	*d = (struct file_dst){
		.dst.ops = &ops, .dst.seekable = f->store->ops->cut, .f = f
	};
	return &d->dst;
}
