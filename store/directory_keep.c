/* SPDX-License-Identifier: ISC */
/* A folder of recordings, read: listing, opening, and what goes when there is too much. */
#include "store/directory_impl.h"

#include "base/clk.h"
#include "sys/fdio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- reading --- */

static int
open_file(const struct directory *d, const char *name, struct stat *st, struct err *e)
{
	int fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot open %s/%s", d->o.path, name);
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		close(fd);
		return err_set(e, ERR_FORMAT, "%s/%s is no file", d->o.path, name);
	}
	return fd;
}

int
directory_slurp(const struct directory *d, const char *name, size_t max, struct buf *out,
	struct err *e)
{
	struct stat st;
	int fd = open_file(d, name, &st, e), rc = 0;
	ssize_t n = 1;

	if (fd < 0)
		return fd;
	if (st.st_size > (off_t)max)
		rc = err_set(e, ERR_LIMIT, "%s/%s is too large", d->o.path, name);
	while (rc == 0 && n > 0 && out->n < max) {
		rc = buf_reserve(out, 4096);
		n = rc == 0 ? fdio_read(fd, out->p + out->n, 4096) : 0;
		out->n += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		rc = err_sys(e, ERR_IO, "cannot read %s/%s", d->o.path, name);
	close(fd);
	return rc;
}

int
directory_read(struct store *s, const char *name, struct src **src, struct err *e)
{
	struct directory *d = (struct directory *)s;
	struct stat st;
	int fd;

	if (name[0] == '.' || strchr(name, '/'))
		return err_set(e, ERR_USAGE, "no recording has such a name");
	fd = open_file(d, name, &st, e);
	return fd < 0 ? fd : fdio_fd_src(src, fd, e);
}

int
directory_each(struct directory *d, store_seen *seen, void *ctx, struct err *e)
{
	int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (!dir)
		return err_sys(e, ERR_IO, "cannot list %s", d->o.path);
	while (rc == 0 && (entry = readdir(dir))) {
		struct store_info info = { .name = entry->d_name, .tag = "" };

		if (fstatat(d->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			!S_ISREG(st.st_mode))
			continue;
		info.size = st.st_size;
		info.mtime_ns =
			ns_add((int64_t)st.st_mtim.tv_sec * NS_PER_S, st.st_mtim.tv_nsec);
		rc = seen(ctx, &info);
	}
	closedir(dir);
	return rc;
}

struct listing {
	const char *prefix;
	store_seen *seen;
	void *ctx;
};

/* As ContainerSSH lists: a dot makes it no recording, nor are there empty ones. */
static int
list_one(void *ctx, const struct store_info *info)
{
	struct listing *l = ctx;

	if (strchr(info->name, '.') || info->size == 0 ||
		strncmp(info->name, l->prefix, strlen(l->prefix)) != 0)
		return 0;
	return l->seen(l->ctx, info);
}

int
directory_list(
	struct store *s, const char *prefix, store_seen *seen, void *ctx, struct err *e)
{
	struct listing l = { prefix, seen, ctx };

	return directory_each((struct directory *)s, list_one, &l, e);
}

static int
remove_files(struct directory *d, const char *name, struct err *e)
{
	char side[DIRECTORY_SIDE_MAX];
	struct stat st;

	if (name[0] == '.' || strchr(name, '/'))
		return err_set(e, ERR_USAGE, "no recording has such a name");
	if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		unlinkat(d->fd, name, 0) < 0)
		return err_sys(e, ERR_IO, "cannot remove %s/%s", d->o.path, name);
	__atomic_sub_fetch(&d->used, (uint64_t)st.st_size, __ATOMIC_RELAXED);
	if (store_is_id(name)) {
		unlinkat(d->fd, directory_side(side, name, META_SUFFIX), 0);
		unlinkat(d->fd, directory_side(side, name, JOURNAL_SUFFIX), 0);
	}
	return 0;
}

int
directory_remove(struct store *s, const char *name, struct err *e)
{
	struct directory *d = (struct directory *)s;
	int rc = remove_files(d, name, e);

	return rc < 0 ? rc : directory_sync(d, e);
}

/* --- names, gathered, because removing while listing is not defined --- */

struct kept {
	char name[STORE_ID_LEN + 1];
	int64_t size, mtime_ns;
};
struct gathering {
	struct directory *d;
	struct kept *v;
	size_t n, cap;
	bool (*wanted)(const struct directory *d, const char *id);
};

/* What the journal of ID says; false: there is none. */
static bool
state_of(const struct directory *d, const char *id, bool *open, bool *done)
{
	char side[DIRECTORY_SIDE_MAX];
	struct buf text = { 0 };
	struct journal j = { 0 };
	int rc = directory_slurp(d, directory_side(side, id, JOURNAL_SUFFIX),
		JOURNAL_FILE_MAX, &text, NULL);

	*open = *done = false;
	if (rc == 0 && journal_read(&j, buf_span(&text), NULL) == 0) {
		*open = j.open;
		*done = j.done;
	}
	journal_free(&j);
	buf_free(&text);
	return rc != ERR_NOTFOUND;
}

static bool
is_open(const struct directory *d, const char *id)
{
	bool open, done;

	return state_of(d, id, &open, &done) && open;
}

/* May it go?  In a spool only what was uploaded. */
static bool
is_over(const struct directory *d, const char *id)
{
	bool open, done;

	return state_of(d, id, &open, &done) ? done : !d->o.spool;
}

static int
gather_one(void *ctx, const struct store_info *info)
{
	struct gathering *g = ctx;

	if (!store_is_id(info->name) || !g->wanted(g->d, info->name))
		return 0;
	if (g->n == DIRECTORY_LISTING_MAX)
		return ERR_LIMIT;
	if (g->n == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 64;
		struct kept *v = realloc(g->v, cap * sizeof *v);

		if (!v)
			return ERR_NOMEM;
		g->v = v;
		g->cap = cap;
	}
	memcpy(g->v[g->n].name, info->name, sizeof g->v->name);
	g->v[g->n].size = info->size;
	g->v[g->n++].mtime_ns = info->mtime_ns;
	return 0;
}

static int
gather(struct gathering *g, struct err *e)
{
	int rc = directory_each(g->d, gather_one, g, e);

	if (rc == ERR_LIMIT || rc == ERR_NOMEM)
		err_set(e, rc, "%s: %s", g->d->o.path, err_name(rc));
	return rc;
}

int
directory_list_open(struct store *s, store_seen *seen, void *ctx, struct err *e)
{
	struct gathering g = { .d = (struct directory *)s, .wanted = is_open };
	int rc = gather(&g, e);

	for (size_t i = 0; i < g.n && rc == 0; i++) {
		struct store_info info = { g.v[i].name, g.v[i].size, g.v[i].mtime_ns,
			"" };

		rc = seen(ctx, &info);
	}
	free(g.v);
	return rc;
}

/* --- keeping --- */

static int
oldest_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->mtime_ns != y->mtime_ns)
		return x->mtime_ns < y->mtime_ns ? -1 : 1;
	return strcmp(x->name, y->name);
}

int
directory_retain(
	struct store *s, const struct directory_limits *l, int64_t now, struct err *e)
{
	struct gathering g = { .d = (struct directory *)s, .wanted = is_over };
	int rc = gather(&g, e), removed = 0;
	uint64_t sum = 0;

	if (rc == 0 && g.n)
		qsort(g.v, g.n, sizeof *g.v, oldest_first);
	for (size_t i = 0; i < g.n; i++)
		sum += (uint64_t)g.v[i].size;
	for (size_t i = 0; i < g.n && rc == 0; i++) {
		const struct kept *k = &g.v[i];

		if (!(l->max_age_ns && ns_sub(now, k->mtime_ns) > l->max_age_ns) &&
			!(l->max_bytes && sum > l->max_bytes))
			break; /* all others are younger */
		rc = remove_files(g.d, k->name, e);
		sum -= (uint64_t)k->size;
		removed += rc == 0;
	}
	free(g.v);
	/* one flush for all of them */
	if (rc == 0 && removed)
		rc = directory_sync(g.d, e);
	return rc < 0 ? rc : removed;
}

/* --- after a crash --- */

struct tidying {
	struct directory *d;
	struct buf names; /* each ended by NUL */
};

/* ID.state and ID.metadata.json without ID, and new facts that were not put in place. */
static int
tidy_one(void *ctx, const struct store_info *info)
{
	struct tidying *t = ctx;
	const char *dot = strchr(info->name, '.');
	char id[STORE_ID_LEN + 1] = "";

	if (dot && dot - info->name == STORE_ID_LEN)
		memcpy(id, info->name, STORE_ID_LEN);
	if (strncmp(info->name, DIRECTORY_HIDDEN, strlen(DIRECTORY_HIDDEN)) == 0 ||
		(dot && store_is_id(id) && !directory_has(t->d, id) &&
			(strcmp(dot, JOURNAL_SUFFIX) == 0 ||
				strcmp(dot, META_SUFFIX) == 0)))
		return buf_add(&t->names, info->name, strlen(info->name) + 1);
	return 0;
}

int
directory_tidy(struct store *s, struct err *e)
{
	struct tidying t = { .d = (struct directory *)s };
	int rc = directory_each(t.d, tidy_one, &t, e), n = 0;

	for (size_t at = 0; at < t.names.n; n++) {
		const char *name = (const char *)t.names.p + at;

		unlinkat(t.d->fd, name, 0);
		at += strlen(name) + 1;
	}
	buf_free(&t.names);
	return rc < 0 ? rc : n;
}
