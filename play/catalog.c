/* SPDX-License-Identifier: ISC */
#include "play/catalog.h"

#include "base/clk.h"
#include "base/utf8.h"
#include "format/facts.h"
#include "format/seemly.h"
#include "store/open.h"
#include "store/unlock.h"
#include "sys/fdio.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_SLICE   128 /* of a folder, in one slice */
#define HEAD_MESSAGES 64
#define HEAD_BYTES    (UINT64_C(256) << 10)
#define TAIL_MESSAGES 2048                  /* in one slice ... */
#define TAIL_SLICE    (UINT64_C(512) << 10) /* ... and bytes */
#define TAIL_BYTES    (UINT64_C(64) << 20)  /* of a recording without an index */

void
catalog_init(struct catalog *c, char **roots, int nroots)
{
	*c = (struct catalog){ .roots = roots, .nroots = nroots };
}

static void
forget(struct catalog *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i].path);
	free(c->v);
	while (c->nfolders)
		free(c->folders[--c->nfolders]);
	free(c->folders);
	free(c->folder);
	if (c->dir)
		closedir(c->dir);
	tape_close(c->tape);
}

void
catalog_free(struct catalog *c)
{
	forget(c);
	*c = (struct catalog){ 0 };
}

void
catalog_refresh(struct catalog *c)
{
	char **roots = c->roots;
	int nroots = c->nroots;
	unsigned changes = c->changes;

	forget(c);
	catalog_init(c, roots, nroots);
	c->changes = changes + 1;
}

/* --- which files there are --- */

static struct catalog_entry *
new_entry(struct catalog *c)
{
	size_t cap = c->cap ? c->cap * 2 : 64;
	struct catalog_entry *v;

	if (c->n == c->cap && c->n < CATALOG_MAX) {
		v = realloc(c->v, cap * sizeof *v);
		if (v) {
			c->v = v;
			c->cap = cap;
		}
	}
	return c->n < c->cap ? &c->v[c->n] : NULL;
}

/* A file system has years that nanoseconds have not. */
static int64_t
mtime_of(const struct stat *st)
{
	int64_t most = INT64_MAX / NS_PER_S - 1, s = st->st_mtim.tv_sec;

	s = s > most ? most : s < -most ? -most : s;
	return s * NS_PER_S + st->st_mtim.tv_nsec;
}

static void
add_file(struct catalog *c, const char *path, const struct stat *st, bool named)
{
	struct catalog_entry *e = new_entry(c);
	const char *slash;
	char *copy = e ? strdup(path) : NULL;

	if (!copy) {
		c->left_out++;
		return;
	}
	slash = c->dir ? copy + c->root_n : strrchr(copy, '/');
	*e = (struct catalog_entry){ .path = copy,
		.named = named,
		.name = slash && slash[1] ? slash + strspn(slash, "/") : copy,
		.size = st->st_size,
		.mtime_ns = mtime_of(st),
		.duration_ns = -1 };
	e->start_ns = e->mtime_ns;
	c->n++;
	c->changes++;
}

static void
cannot_read(struct catalog *c, const char *path)
{
	struct err e;

	err_sys(&e, ERR_IO, "%.80s", path);
	snprintf(c->error, sizeof c->error, "%s", e.text);
}

static void
add_folder(struct catalog *c, const char *path)
{
	size_t cap = c->folders_cap ? c->folders_cap * 2 : 16;
	char *copy;

	if (c->nfolders == c->folders_cap && cap <= CATALOG_FOLDERS_MAX) {
		char **v = realloc(c->folders, cap * sizeof *v);

		if (v) {
			c->folders = v;
			c->folders_cap = cap;
		}
	}
	copy = c->nfolders < c->folders_cap ? strdup(path) : NULL;
	if (copy)
		c->folders[c->nfolders++] = copy;
	else
		c->left_out++;
}

static int
add_object(void *ctx, const struct store_info *info)
{
	struct catalog *c = ctx;
	struct stat st = { .st_size = info->size,
		.st_mtim = { info->mtime_ns / NS_PER_S, info->mtime_ns % NS_PER_S } };

	add_file(c, info->name, &st, strcmp(info->name, c->roots[c->root - 1]) == 0);
	return 0;
}

static void
read_bucket(struct catalog *c, const char *url)
{
	struct err e = { 0 };

	if (store_list_url(url, add_object, c, &e) < 0) {
		err_prefix(&e, "%.80s", url);
		snprintf(c->error, sizeof c->error, "%s", e.text);
	}
}

static void
next_root(struct catalog *c)
{
	const char *path = c->roots[c->root++];
	struct stat st;

	if (store_is_url(path)) {
		read_bucket(c, path);
	} else if (stat(path, &st) < 0) {
		cannot_read(c, path);
	} else if (S_ISDIR(st.st_mode) && !fdio_is_recording(path)) {
		c->root_n = strlen(path);
		add_folder(c, path);
	} else {
		add_file(c, path, &st, true); /* what it is, opening it says */
	}
}

static void
next_folder(struct catalog *c)
{
	free(c->folder);
	c->folder = c->folders[--c->nfolders];
	c->dir = opendir(c->folder);
	if (!c->dir)
		cannot_read(c, c->folder);
}

/* What the player itself keeps beside recordings, and hidden files. */
static bool
is_ours(const char *name)
{
	size_t n = strlen(name), state = strlen(".state");

	return name[0] == '.' || (n > state && strcmp(name + n - state, ".state") == 0);
}

/* A link may lead to a file, but not into another folder: it could be one that holds it. */
static void
take_name(struct catalog *c, const char *name)
{
	char path[PATH_MAX];
	size_t n = strlen(c->folder);
	struct stat st;

	if (is_ours(name) || snprintf(path, sizeof path, "%s%s%s", c->folder,
				     n && c->folder[n - 1] == '/' ? "" : "/",
				     name) >= (int)sizeof path)
		return;
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && !fdio_is_recording(path))
		add_folder(c, path);
	else if (stat(path, &st) == 0 && !fdio_is_part(path) &&
		 (S_ISREG(st.st_mode) || fdio_is_recording(path)))
		add_file(c, path, &st, false);
}

static void
read_dir(struct catalog *c)
{
	for (int i = 0; i < NAMES_SLICE; i++) {
		struct dirent *d = readdir(c->dir);

		if (!d) {
			closedir(c->dir);
			c->dir = NULL;
			return;
		}
		take_name(c, d->d_name);
	}
}

/* --- what each says --- */

static void
set_text(char *out, size_t size, struct span s)
{
	struct buf b = { 0 };

	seemly_put(&b, s, size);
	if (b.n >= size) {
		buf_cut(&b, size - 1);
		buf_cut(&b, b.n - utf8_tail(buf_span(&b)));
	}
	snprintf(out, size, "%s", buf_cstr(&b) ? buf_cstr(&b) : "");
	buf_free(&b);
}

static void
take_facts(struct catalog_entry *e, const struct facts *f)
{
	if (f->text[FACT_USER].n && !e->user[0])
		set_text(e->user, sizeof e->user, buf_span(&f->text[FACT_USER]));
	if (f->text[FACT_HOST].n && !e->host[0])
		set_text(e->host, sizeof e->host, buf_span(&f->text[FACT_HOST]));
	else if (f->text[FACT_ADDRESS].n && !e->host[0])
		set_text(e->host, sizeof e->host, buf_span(&f->text[FACT_ADDRESS]));
	if (f->text[FACT_COMMAND].n && !e->command[0])
		set_text(e->command, sizeof e->command, buf_span(&f->text[FACT_COMMAND]));
	if (f->has_exit)
		snprintf(e->end, sizeof e->end, "exit %" PRIu32, f->exit_status);
	else if (f->text[FACT_SIGNAL].n) {
		char signal[CATALOG_TEXT_MAX / 2];

		set_text(signal, sizeof signal, buf_span(&f->text[FACT_SIGNAL]));
		snprintf(e->end, sizeof e->end, "killed %s", signal);
	}
}

static void
is_bad(struct catalog *c, struct catalog_entry *e, const struct err *why)
{
	bool foreign = why->code == ERR_FORMAT && !e->named;

	e->known = foreign ? CATALOG_FOREIGN : CATALOG_BAD;
	c->foreign += foreign;
	set_text(e->command, sizeof e->command, span_str(why->text));
}

/* The messages that come before any output. */
static void
read_head(struct catalog_entry *e, struct tape *t)
{
	const struct tape_info *info = tape_info(t);
	struct facts f;
	const struct msg *m;
	int64_t at_ns;

	facts_init(&f);
	for (int i = 0; i < HEAD_MESSAGES && tape_next(t, &m, &at_ns, NULL) > 0; i++) {
		if (m->type == MSG_IO || tape_tell(t).off > HEAD_BYTES)
			break;
		facts_take(&f, m, at_ns);
	}
	take_facts(e, &f);
	if (info->has_wall)
		e->start_ns = info->start_ns;
	e->duration_ns = info->duration_ns;
	e->known = CATALOG_HEAD;
	facts_free(&f);
}

static struct tape *
open_tape(struct catalog *c, struct catalog_entry *e)
{
	struct err err = { 0 };
	struct src *src = NULL;
	struct tape *t = NULL;
	bool far = store_is_url(e->path);
	int rc = far ? store_open_src(&src, e->path, &err)
		     : fdio_open_regular(&src, e->path, &err);

	if (rc == 0 && !far)
		rc = store_unlock(&src, &err);
	if (rc == 0)
		rc = tape_open(&t, src, NULL, &err);
	if (rc < 0)
		is_bad(c, e, &err);
	return rc < 0 ? NULL : t;
}

static void
next_head(struct catalog *c)
{
	struct catalog_entry *e = &c->v[c->heads++];
	struct tape *t = open_tape(c, e);

	if (t)
		read_head(e, t);
	tape_close(t);
	c->changes++;
}

/* --- how each ends --- */

static void
end_tail(struct catalog *c, bool longer)
{
	struct catalog_entry *e = &c->v[c->tails];
	struct tape_end end = tape_end(c->tape);

	e->longer = longer;
	if (longer)
		snprintf(e->end, sizeof e->end, "?");
	else if (end.state == TAPE_TRUNCATED && fdio_is_written(e->path))
		snprintf(e->end, sizeof e->end, "being recorded");
	else if (end.state != TAPE_CLEAN || !e->end[0])
		snprintf(e->end, sizeof e->end, "%s", tape_state_name(end.state));
	e->known = CATALOG_ALL;
	tape_close(c->tape);
	c->tape = NULL;
	c->tails++;
	c->changes++;
}

/* Starts where the recording's own index has its last place. */
static bool
begin_tail(struct catalog *c)
{
	struct catalog_entry *e = &c->v[c->tails];
	struct tape_access at;

	if (e->known != CATALOG_HEAD || !(c->tape = open_tape(c, e))) {
		c->tails++;
		return false;
	}
	c->tape_bytes = 0;
	if (tape_index_find(c->tape, INT64_MAX, &at) &&
		tape_seek(c->tape, &at.pos, NULL) < 0)
		tape_rewind(c->tape, NULL);
	return true;
}

/* A slice of it; the time of its last message is how long the recording is. */
static void
read_tail(struct catalog *c)
{
	struct catalog_entry *e = &c->v[c->tails];
	uint64_t from = tape_tell(c->tape).off, done = 0;
	const struct msg *m;
	struct facts f;
	int64_t at_ns;
	int rc = 1;

	facts_init(&f);
	for (int i = 0; i < TAIL_MESSAGES && done < TAIL_SLICE; i++) {
		rc = tape_next(c->tape, &m, &at_ns, NULL);
		if (rc <= 0)
			break;
		facts_take(&f, m, at_ns);
		if (at_ns > e->duration_ns)
			e->duration_ns = at_ns;
		done = tape_tell(c->tape).off - from;
	}
	take_facts(e, &f);
	facts_free(&f);
	c->tape_bytes += done;
	if (rc <= 0 || c->tape_bytes > TAIL_BYTES)
		end_tail(c, rc > 0);
}

bool
catalog_work(struct catalog *c)
{
	if (c->dir)
		read_dir(c);
	else if (c->nfolders)
		next_folder(c);
	else if (c->root < c->nroots)
		next_root(c);
	else if (c->heads < c->n)
		next_head(c);
	else if (c->tape || (c->tails < c->n && begin_tail(c)))
		read_tail(c);
	else
		return c->tails < c->n;
	return true;
}
