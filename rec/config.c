/* SPDX-License-Identifier: ISC */
#include "rec/config.h"

#include "base/buf.h"
#include "base/ini.h"
#include "sys/fdio.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX (256 << 10)
#define DROPINS_MAX    64

void
notes_add(struct notes *n, const char *fmt, ...)
{
	va_list ap;

	if (n->n++ >= NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(n->text[n->n - 1], ERR_TEXT_MAX, fmt, ap);
	va_end(ap);
}

/* ---- one file ---- */

struct reading {
	struct settings *set;
	const struct config_place *place;
	struct notes *notes;
	const char *path;
	enum setting_layer layer;
};

static void
on_bad(void *ctx, int line, const char *key, const char *why)
{
	struct reading *r = ctx;

	notes_add(r->notes, "%.120s:%d: %s%s%.180s", r->path, line, key ? key : "",
		key ? ": " : "", why);
}

static int
on_section(void *ctx, int line, const char *text, struct err *e)
{
	struct reading *r = ctx;
	int rc = match_section(text, r->place->who, e);

	(void)line;
	if (rc < 0)
		err_prefix(e, "the lines of this section are left out");
	return rc;
}

static int
take_locks(struct reading *r, const char *origin, const char *list, struct err *e)
{
	int rc = 0;

	if (r->layer != LAYER_SYSTEM)
		return err_set(e, ERR_USAGE, "only files of the system lock settings");
	while (*list) {
		size_t n = strcspn(list, ", ");
		const struct setting_row *row;
		char name[64];

		snprintf(name, sizeof name, "%.*s", n < sizeof name ? (int)n : 0, list);
		row = settings_named(name);
		if (row)
			settings_lock(r->set, row->id, origin);
		else if (n)
			rc = err_set(e, ERR_USAGE, "'%.60s' is no setting", name);
		list += n;
		list += strspn(list, ", ");
	}
	return rc;
}

static int
on_value(
	void *ctx, int line, const char *key, bool bang, const char *value, struct err *e)
{
	struct reading *r = ctx;
	const struct setting_row *row = settings_named(key);
	char origin[SETTING_ORIGIN_MAX];
	int rc;

	snprintf(origin, sizeof origin, "%.260s:%d", r->path, line);
	if (strcmp(key, "lock") == 0)
		return take_locks(r, origin, value, e);
	if (!row)
		return err_set(e, ERR_USAGE, "there is no such setting");
	if (bang && r->layer != LAYER_SYSTEM)
		return err_set(e, ERR_USAGE, "only files of the system lock settings");
	rc = settings_put(r->set, row->id, r->layer, origin, value, e);
	if (bang && rc == 0)
		settings_lock(r->set, row->id, origin);
	return rc;
}

/* Why a file cannot be trusted; NULL: it can. */
static const char *
distrust(const struct stat *st, uid_t owner)
{
	if (st->st_uid != owner)
		return "it does not belong to root";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "others than its owner may write it";
	return NULL;
}

/* 1: it was read, which those whom it is for cannot do. */
static int
read_file(const char *path, uid_t owner, bool trusted, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *why = NULL;
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot be read");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		why = "it is no regular file";
	else if (trusted)
		why = distrust(&st, owner);
	if (!why && st.st_size > FILE_BYTES_MAX)
		why = "it is too large";
	if (!why && buf_reserve(out, FILE_BYTES_MAX) == 0)
		n = fdio_read(fd, out->p, FILE_BYTES_MAX);
	close(fd);
	if (why)
		return err_set(e, ERR_STATE, "is left out: %s", why);
	if (n < 0)
		return err_sys(e, ERR_IO, "cannot be read");
	out->n = (size_t)n;
	return trusted && !(st.st_mode & S_IROTH);
}

static void
load_file(struct reading *r, const char *path, enum setting_layer layer)
{
	struct ini ini = {
		.section = on_section, .value = on_value, .bad = on_bad, .ctx = r
	};
	struct err e = { .code = 0 };
	struct buf text;
	int rc;

	buf_init(&text, FILE_BYTES_MAX + 1);
	rc = read_file(path, r->place->owner, layer == LAYER_SYSTEM, &text, &e);
	r->path = path;
	r->layer = layer;
	if (rc == 1)
		notes_add(r->notes, "%.200s: users cannot read it: chmod a+r", path);
	if (rc >= 0)
		ini_parse(&ini, (const char *)text.p, text.n);
	else if (rc != ERR_NOTFOUND)
		notes_add(r->notes, "%.120s %.180s", path, e.text);
	r->path = NULL;
	buf_free(&text);
}

/* ---- all of them ---- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool
is_dropin(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 5 && strcmp(name + n - 5, ".conf") == 0;
}

static void
load_dropins(struct reading *r, const char *folder)
{
	char(*name)[NAME_MAX + 1] = calloc(DROPINS_MAX, sizeof *name);
	DIR *d = name ? opendir(folder) : NULL;
	char path[PATH_MAX + NAME_MAX + 2];
	struct dirent *ent;
	size_t n = 0;

	while (d && (ent = readdir(d))) {
		if (!is_dropin(ent->d_name))
			continue;
		if (n == DROPINS_MAX) {
			notes_add(r->notes, "%.200s: more than %d files", folder,
				DROPINS_MAX);
			break;
		}
		snprintf(name[n++], sizeof *name, "%s", ent->d_name);
	}
	if (d)
		closedir(d);
	else if (errno != ENOENT)
		notes_add(r->notes, "%.200s cannot be read: %s", folder, strerror(errno));
	if (n)
		qsort(name, n, sizeof *name, by_name);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, name[i]);
		load_file(r, path, LAYER_SYSTEM);
	}
	free(name);
}

/* A folder that others may write could hold any file of root's. */
static bool
folder_is_trusted(struct reading *r, const char *folder)
{
	struct stat st;
	const char *why;

	if (stat(folder, &st) < 0)
		return false;
	why = distrust(&st, r->place->owner);
	if (why)
		notes_add(r->notes, "%.200s is left out: %s", folder, why);
	return !why;
}

static void
load_system(struct reading *r, const char *folder)
{
	char path[PATH_MAX];

	if (!folder_is_trusted(r, folder))
		return;
	snprintf(path, sizeof path, "%s/auditrec.conf", folder);
	load_file(r, path, LAYER_SYSTEM);
	snprintf(path, sizeof path, "%s/conf.d", folder);
	if (folder_is_trusted(r, path))
		load_dropins(r, path);
}

void
config_env_name(char out[64], const char *name)
{
	size_t n = (size_t)snprintf(out, 64, "AUDITREC_%s", name);

	for (size_t i = 0; i < n && i < 64; i++)
		out[i] = out[i] == '-' ? '_' : (char)toupper((unsigned char)out[i]);
}

static void
load_env(struct reading *r)
{
	for (const struct setting_row *row = settings_rows; row->id; row++) {
		struct err e = { .code = 0 };
		const char *value;
		char name[64];

		config_env_name(name, row->name);
		value = getenv(name);
		if (value &&
			settings_put(r->set, row->id, LAYER_ENV, name, value, &e) < 0)
			notes_add(r->notes, "%s: %.250s", name, e.text);
	}
}

void
config_load(struct settings *s, const struct config_place *p, struct notes *notes)
{
	struct reading r = { .set = s, .place = p, .notes = notes };

	if (p->system)
		load_system(&r, p->system);
	if (p->user)
		load_file(&r, p->user, LAYER_USER);
	if (p->env)
		load_env(&r);
}
