/* SPDX-License-Identifier: ISC */
#include "log/walk.h"

#include "base/clk.h"
#include "store/open.h"
#include "store/unlock.h"
#include "sys/fdio.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int
add(struct walk *w, const char *path, const struct stat *st, bool named, struct err *e)
{
	struct walk_file *f;

	if (w->n == WALK_MAX)
		return err_set(e, ERR_LIMIT, "more than %d files", WALK_MAX);
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 256;
		struct walk_file *v = realloc(w->v, cap * sizeof *v);

		if (!v)
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		w->v = v;
		w->cap = cap;
	}
	f = &w->v[w->n];
	*f = (struct walk_file){ .path = strdup(path), .named = named, .size = -1 };
	if (!f->path)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (st) {
		f->size = st->st_size;
		f->mtime_ns = ns_add(
			(int64_t)st->st_mtim.tv_sec * NS_PER_S, st->st_mtim.tv_nsec);
		f->inode = st->st_ino;
		f->device = st->st_dev;
	}
	w->n++;
	return 0;
}

/* A folder that is one recording; what is appended to while it grows tells its state. */
static int
add_folder(struct walk *w, const char *path, bool named, struct err *e)
{
	char *timing;
	struct stat st;
	int rc;

	if (asprintf(&timing, "%s/timing", path) < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	rc = stat(timing, &st) < 0 ? 0 : add(w, path, &st, named, e);
	free(timing);
	return rc;
}

static bool
ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);

	return n > k && strcmp(name + n - k, end) == 0;
}

static bool
is_left_out(const char *name)
{
	return name[0] == '.' || ends_in(name, ".state") || ends_in(name, META_SUFFIX);
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int
take(struct walk *w, FTS *fts, FTSENT *f, walk_say *say, void *ctx, struct err *e)
{
	struct err one;

	if (f->fts_level > 0 && is_left_out(f->fts_name)) {
		fts_set(fts, f, FTS_SKIP);
		return 0;
	}
	switch (f->fts_info) {
	case FTS_D:
		if (!fdio_is_recording(f->fts_path))
			break;
		fts_set(fts, f, FTS_SKIP);
		return add_folder(w, f->fts_path, f->fts_level == 0, e);
	case FTS_F:
		if (fdio_is_part(f->fts_path))
			break;
		return add(w, f->fts_path, f->fts_statp, false, e);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		errno = f->fts_errno;
		err_sys(&one, ERR_IO, "cannot read");
		say(ctx, &one, f->fts_path);
		w->failures++;
		break;
	default:
		break;
	}
	return 0;
}

static FTS *
open_tree(char *path)
{
	char *roots[] = { path, NULL };

	return fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
}

static int
walk_dir(struct walk *w, char *path, walk_say *say, void *ctx, struct err *e)
{
	FTS *fts = open_tree(path);
	FTSENT *f;
	int rc = 0;

	if (!fts)
		return err_sys(e, ERR_IO, "%.80s", path);
	while (rc == 0 && (f = fts_read(fts)))
		rc = take(w, fts, f, say, ctx, e);
	fts_close(fts);
	return rc;
}

struct bucket_walk {
	struct walk *w;
	const char *url;
	struct err *e;
};

/* An object has no inode, but a tag of its contents. */
static int
add_object(void *ctx, const struct store_info *info)
{
	struct bucket_walk *b = ctx;
	struct stat st = { .st_size = info->size,
		.st_mtim = { info->mtime_ns / NS_PER_S, info->mtime_ns % NS_PER_S } };

	for (const char *p = info->tag; *p; p++)
		st.st_ino = st.st_ino * 31 + (unsigned char)*p;
	return add(b->w, info->name, &st, strcmp(info->name, b->url) == 0, b->e);
}

static int
walk_bucket(struct walk *w, const char *url, walk_say *say, void *ctx, struct err *e)
{
	struct err one = { 0 };
	struct bucket_walk b = { w, url, &one };
	int rc = store_list_url(url, add_object, &b, &one);

	if (rc == ERR_NOMEM || rc == ERR_LIMIT)
		return err_set(e, rc, "%s", one.text);
	if (rc < 0) {
		say(ctx, &one, url);
		w->failures++;
	}
	return 0;
}

static int
walk_root(struct walk *w, char *path, walk_say *say, void *ctx, struct err *e)
{
	struct stat st;
	struct err one;

	if (strcmp(path, "-") == 0)
		return add(w, path, NULL, true, e);
	if (store_is_url(path))
		return walk_bucket(w, path, say, ctx, e);
	if (stat(path, &st) < 0) {
		err_sys(&one, ERR_IO, "cannot open");
		say(ctx, &one, path);
		w->failures++;
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return walk_dir(w, path, say, ctx, e);
	return add(w, path, &st, true, e);
}

int
walk_all(
	struct walk *w, char **roots, int nroots, walk_say *say, void *ctx, struct err *e)
{
	int rc = 0;

	*w = (struct walk){ 0 };
	for (int i = 0; i < nroots && rc == 0; i++)
		rc = walk_root(w, roots[i], say, ctx, e);
	return rc;
}

int
walk_sides(char *root, walk_side *side, void *ctx, struct err *e)
{
	FTS *fts = open_tree(root);
	FTSENT *f;

	if (!fts)
		return err_sys(e, ERR_IO, "%.80s", root);
	while ((f = fts_read(fts)))
		if (f->fts_level > 0 && f->fts_name[0] == '.')
			fts_set(fts, f, FTS_SKIP);
		else if (f->fts_info == FTS_F && ends_in(f->fts_name, META_SUFFIX))
			side(ctx, f->fts_path);
	fts_close(fts);
	return 0;
}

void
walk_free(struct walk *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i].path);
	free(w->v);
	*w = (struct walk){ 0 };
}

int
walk_open(const struct walk_file *f, struct src **s, struct err *e)
{
	int rc;

	if (f->named || store_is_url(f->path))
		return store_open_src(s, f->path, e);
	rc = fdio_open_regular(s, f->path, e);
	return rc < 0 ? rc : store_unlock(s, e);
}
