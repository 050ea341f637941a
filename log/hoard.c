/* SPDX-License-Identifier: ISC */
#include "log/hoard.h"

#include "base/clk.h"
#include "log/shelf.h"
#include "store/folders.h"
#include "store/open.h"
#include "sys/fdio.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".gist"

/* A file that was written so lately may be written again within the same tick of its clock. */
#define SETTLE_NS (2 * NS_PER_S)
#define USED_NS   (INT64_C(24) * 3600 * NS_PER_S) /* uses are noted once a day */

static const char *const scopes[] = {
	[SEARCH_SHOWN] = "shown", [SEARCH_TYPED] = "typed", [SEARCH_EVENTS] = "events"
};

void
hoard_open(struct hoard *h, int64_t now_ns)
{
	*h = (struct hoard){ .now_ns = now_ns, .max = HOARD_BYTES_MAX };
	h->off = shelf_cache(h->folder, "/search", NULL) < 0;
}

static bool
name_of(const struct hoard *h, const struct walk_file *f, enum search_scope scope,
	char out[PATH_MAX])
{
	if (h->off || f->size < 0)
		return false;
	return snprintf(out, PATH_MAX, "%s/%" PRIx64 "-%" PRIx64 ".%s" SUFFIX, h->folder,
		       f->device, f->inode, scopes[scope]) < PATH_MAX;
}

static struct gist_key
key_of(const struct walk_file *f, enum search_scope scope)
{
	return (struct gist_key){ .inode = f->inode,
		.size = f->size,
		.mtime_ns = f->mtime_ns,
		.scope = scope };
}

/* --- reading --- */

/* That it was of use is what its own time says. */
static void
note_use(const struct hoard *h, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 &&
		ns_sub(h->now_ns, (int64_t)st.st_mtim.tv_sec * NS_PER_S) > USED_NS)
		utimensat(AT_FDCWD, path, NULL, 0);
}

static bool
is_readable(const struct walk_file *f)
{
	return store_is_url(f->path) || access(f->path, R_OK) == 0;
}

bool
hoard_get(struct hoard *h, const struct walk_file *f, enum search_scope scope,
	struct gist *g)
{
	struct gist_key key = key_of(f, scope);
	char path[PATH_MAX];
	struct src *s;

	if (h->afresh || !name_of(h, f, scope, path) || !is_readable(f) ||
		fdio_open_regular(&s, path, NULL) < 0 || gist_open(g, s, &key, NULL) < 0)
		return false;
	note_use(h, path);
	return true;
}

/* --- making --- */

/* Is F what it was when its name was found?  Not if it stands for a folder.  An object that is
 * another one has another tag, which is in its inode. */
static bool
still_is(const struct walk_file *f)
{
	struct stat st;

	if (store_is_url(f->path))
		return true;
	return stat(f->path, &st) == 0 && st.st_size == f->size &&
	       st.st_ino == f->inode && st.st_dev == f->device &&
	       ns_add((int64_t)st.st_mtim.tv_sec * NS_PER_S, st.st_mtim.tv_nsec) ==
		       f->mtime_ns;
}

bool
hoard_begin(struct hoard *h, const struct walk_file *f, enum search_scope scope,
	struct hoard_new *n)
{
	struct gist_key key = key_of(f, scope);
	char path[PATH_MAX];

	*n = (struct hoard_new){ .file = f };
	if (!name_of(h, f, scope, path) || ns_sub(h->now_ns, f->mtime_ns) < SETTLE_NS ||
		atomic_load(&h->written) > h->max || !still_is(f))
		return false;
	if (fdio_open_dst(&n->dst, path, FDIO_ATOMIC, NULL) < 0) {
		folders_make(path);
		if (fdio_open_dst(&n->dst, path, FDIO_ATOMIC, NULL) < 0)
			return false;
	}
	if (gist_begin(&n->w, n->dst, &key, NULL) == 0)
		return true;
	fdio_abort_dst(n->dst);
	return false;
}

void
hoard_end(struct hoard *h, struct hoard_new *n, const struct tape_end *end, bool good)
{
	good &= end->state == TAPE_CLEAN || end->state == TAPE_TRUNCATED;
	if (!good)
		gist_abandon(&n->w);
	else if (gist_end(&n->w, end, NULL) < 0)
		good = false;
	if (!good || !still_is(n->file)) {
		fdio_abort_dst(n->dst);
		return;
	}
	atomic_fetch_add(&h->written, (long long)n->w.off);
	dst_close(n->dst, NULL);
}

/* --- keeping it small --- */

struct item {
	char name[NAME_MAX + 1];
	int64_t size, used_ns;
	bool idle; /* of no use today */
};

struct items {
	struct item *v;
	size_t n, cap;
	int64_t sum;
};

static int
add_item(struct items *all, const char *name, const struct stat *st, int64_t now_ns)
{
	struct item *v = all->v;

	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 1024;
		v = realloc(v, all->cap * sizeof *v);
		if (!v)
			return ERR_NOMEM;
		all->v = v;
	}
	v += all->n++;
	snprintf(v->name, sizeof v->name, "%s", name);
	v->size = st->st_blocks * INT64_C(512);
	v->used_ns = ns_add((int64_t)st->st_mtim.tv_sec * NS_PER_S, st->st_mtim.tv_nsec);
	v->idle = ns_sub(now_ns, v->used_ns) > USED_NS;
	all->sum += v->size;
	return 0;
}

static bool
is_ours(const char *name)
{
	size_t n = strlen(name), k = strlen(SUFFIX);

	return n > k && strcmp(name + n - k, SUFFIX) == 0;
}

static void
gather(struct items *all, DIR *d, int64_t now_ns)
{
	struct dirent *f;
	struct stat st;

	while ((f = readdir(d)))
		if (is_ours(f->d_name) &&
			fstatat(dirfd(d), f->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode) && add_item(all, f->d_name, &st, now_ns) < 0)
			return;
}

/* What has been idle longest first; then what came last, so that a search through more than
 * there is room for finds most of it again. */
static int
compare(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	int later = (a->used_ns > b->used_ns) - (a->used_ns < b->used_ns);

	if (a->idle != b->idle)
		return a->idle ? -1 : 1;
	return a->idle ? later : -later;
}

void
hoard_trim(struct hoard *h)
{
	struct items all = { 0 };
	DIR *d;

	if (h->off || !atomic_load(&h->written))
		return;
	d = opendir(h->folder);
	if (!d)
		return;
	gather(&all, d, h->now_ns);
	if (all.v && all.sum > h->max) {
		qsort(all.v, all.n, sizeof *all.v, compare);
		for (size_t i = 0; i < all.n && all.sum > h->max; i++) {
			all.sum -= all.v[i].size;
			unlinkat(dirfd(d), all.v[i].name, 0);
		}
	}
	closedir(d);
	free(all.v);
}
