/* SPDX-License-Identifier: ISC */
#include "tests/unit/folder.h"

#include <stdio.h>
#include <stdlib.h>

struct folder_end { /* a source or a destination */
	union {
		struct src src;
		struct dst dst;
	};
	struct folder *folder;
	size_t file;
	struct folder_end *first; /* beside which it was made */
};

void
folder_free(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++)
		buf_free(&f->file[i].bytes);
	*f = (struct folder){ 0 };
}

struct buf *
folder_file(struct folder *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->file[i].name, name) == 0)
			return &f->file[i].bytes;
	return NULL;
}

void
folder_add(struct folder *f, const char *name, struct span bytes)
{
	struct buf *b = folder_file(f, name);

	if (!b && f->n < FOLDER_FILES) {
		snprintf(f->file[f->n].name, sizeof f->file->name, "%s", name);
		b = &f->file[f->n++].bytes;
	}
	if (!b)
		abort();
	buf_clear(b);
	buf_add_span(b, bytes);
}

static struct folder_end *
end_of(void *p)
{
	return p;
}

static ssize_t
read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct folder *f = end_of(s)->folder;
	const struct buf *b = &f->file[end_of(s)->file].bytes;

	(void)e;
	if (off >= b->n)
		return 0;
	n = n < b->n - off ? n : b->n - (size_t)off;
	n = f->step && n > f->step ? f->step : n;
	memcpy(p, b->p + off, n);
	return (ssize_t)n;
}

static int64_t
size_of(struct src *s)
{
	return (int64_t)end_of(s)->folder->file[end_of(s)->file].bytes.n;
}

static void
close_src(struct src *s)
{
	end_of(s)->folder->open--;
	free(s);
}

static struct folder_end *
new_end(struct folder *f, const char *name)
{
	const struct buf *b = folder_file(f, name);
	struct folder_end *n;

	for (size_t i = 0; i < f->n; i++) {
		if (b != &f->file[i].bytes)
			continue;
		n = calloc(1, sizeof *n);
		if (!n)
			abort();
		n->folder = f;
		n->file = i;
		f->open++;
		return n;
	}
	return NULL;
}

static const char *
name_of_src(struct src *s)
{
	return end_of(s)->folder->file[end_of(s)->file].name;
}

static int
open_src(struct src *s, const char *name, struct src **out, struct err *e)
{
	*out = folder_src(end_of(s)->folder, name);
	return *out ? 0 : err_set(e, ERR_NOTFOUND, "no %s", name);
}

struct src *
folder_src(struct folder *f, const char *name)
{
	static const struct src_ops ops = { read_at, size_of, close_src };
	static const struct src_near near = { name_of_src, open_src };
	struct folder_end *n = new_end(f, name);

	if (!n)
		return NULL;
	n->src.ops = &ops;
	n->src.near = &near;
	return &n->src;
}

static ssize_t
write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct folder *f = end_of(d)->folder;
	struct buf *b = &f->file[end_of(d)->file].bytes;

	if (off != b->n)
		return err_set(e, ERR_STATE, "not at the end");
	if (f->limit && off + n > f->limit)
		return err_set(e, ERR_NOSPACE, "no space left");
	return buf_add(b, p, n) < 0 ? ERR_NOMEM : (ssize_t)n;
}

static int
close_dst(struct dst *d, struct err *e)
{
	struct folder *f = end_of(d)->folder;

	(void)e;
	for (size_t i = 0; i < FOLDER_FILES; i++) {
		struct folder_end *n = f->beside[i];

		if (!n || (n != end_of(d) && n->first != end_of(d)))
			continue;
		f->beside[i] = NULL;
		if (n != end_of(d))
			close_dst(&n->dst, NULL);
	}
	f->open--;
	free(d);
	return 0;
}

static const char *
name_of_dst(struct dst *d)
{
	return end_of(d)->folder->file[end_of(d)->file].name;
}

static int
create_dst(struct dst *d, const char *name, struct dst **out, struct err *e)
{
	if (folder_file(end_of(d)->folder, name))
		return err_set(e, ERR_EXISTS, "exists already");
	*out = folder_dst(end_of(d)->folder, name);
	end_of(*out)->first = end_of(d);
	end_of(d)->folder->beside[end_of(*out)->file] = end_of(*out);
	return 0;
}

struct dst *
folder_dst(struct folder *f, const char *name)
{
	static const struct dst_ops ops = { write_at, NULL, NULL, close_dst };
	static const struct dst_near near = { name_of_dst, create_dst };
	struct folder_end *n;

	folder_add(f, name, SPAN_LIT(""));
	n = new_end(f, name);
	n->dst.ops = &ops;
	n->dst.near = &near;
	return &n->dst;
}
