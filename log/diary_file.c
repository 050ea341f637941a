/* SPDX-License-Identifier: ISC */
#include "log/diary_file.h"

#include "base/buf.h"
#include "base/clk.h"
#include "base/hex.h"
#include "sys/fdio.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define FIRST_LINE "auditlog-events 1"
#define LINE_MAX   (3 * DIARY_PATH_MAX + 320)
#define DAY_NS     (INT64_C(86400) * NS_PER_S)

/* ---- writing ---- */

static void
put_path(struct buf *out, const char *path)
{
	for (; *path; path++)
		if (*path > ' ' && *path != '%' && *path != 0x7f)
			buf_add_byte(out, (uint8_t)*path);
		else
			buf_addf(out, "%%%02X", (unsigned)(uint8_t)*path);
}

static void
put_row(struct buf *out, const struct diary_row *r)
{
	char hash[SHA256_TEXT];
	bool whole = r->safe == r->told;

	sha256_text(hash, r->head);
	buf_addf(out, "%" PRIu64 " %" PRIu64 " %" PRIu32 " %s %" PRId64 " %" PRId64,
		r->inode, r->device, r->head_n, hash, whole ? r->size : -1, r->mtime_ns);
	buf_addf(out, " %" PRIu64 " %d %" PRId64 " ", r->safe, whole && r->ended,
		r->seen_ns);
	put_path(out, r->path);
	buf_add_byte(out, '\n');
}

static bool
is_kept(const struct diary_row *r, int64_t wall_ns)
{
	return r->told && strlen(r->path) <= DIARY_PATH_MAX &&
	       ns_sub(wall_ns, r->seen_ns) < DIARY_KEEP_DAYS * DAY_NS;
}

int
diary_file_write(const struct diary *d, struct dst *to, int64_t wall_ns, struct err *e)
{
	struct buf out = { 0 };
	uint64_t at = 0;
	int rc = 0;

	buf_add_str(&out, FIRST_LINE "\n");
	for (size_t i = 0; i <= d->n && rc == 0; i++) {
		if (i < d->n && is_kept(d->slot[i].row, wall_ns))
			put_row(&out, d->slot[i].row);
		rc = buf_failed(&out) ? err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM))
				      : 0;
		while (rc == 0 && out.n && (out.n > LINE_MAX || i == d->n)) {
			ssize_t k = dst_write_at(to, at, out.p, out.n, e);

			if (k < 0)
				rc = (int)k;
			else
				buf_consume(&out, (size_t)k);
			at += k < 0 ? 0 : (uint64_t)k;
		}
	}
	buf_free(&out);
	return rc;
}

int
diary_file_save(struct diary *d, int64_t wall_ns, struct err *e)
{
	struct dst *to;
	int rc = fdio_open_dst(&to, d->path, FDIO_ATOMIC, e);

	if (rc == 0) {
		rc = diary_file_write(d, to, wall_ns, e);
		if (rc < 0)
			fdio_abort_dst(to);
		else
			rc = dst_close(to, e);
	}
	if (rc < 0)
		err_prefix(e, "%.200s", d->path);
	return rc;
}

/* ---- reading ---- */

static bool
take_path(char *out, const char *text)
{
	uint8_t byte;

	for (; *text; text++) {
		if (*text != '%') {
			*out++ = *text;
			continue;
		}
		if (!hex_get(&byte, text + 1, 1))
			return false;
		*out++ = (char)byte;
		text += 2;
	}
	*out = 0;
	return true;
}

static bool
take_line(struct diary *d, char *line, struct err *e)
{
	struct diary_row r = { 0 }, *new;
	char hash[SHA256_TEXT];
	int ended, at = 0;

	if (sscanf(line,
		    "%" SCNu64 " %" SCNu64 " %" SCNu32 " %64s %" SCNd64 " %" SCNd64
		    " %" SCNu64 " %d %" SCNd64 " %n",
		    &r.inode, &r.device, &r.head_n, hash, &r.size, &r.mtime_ns, &r.told,
		    &ended, &r.seen_ns, &at) != 9 ||
		!at || r.head_n > DIARY_HEAD_MAX ||
		hex_get(r.head, hash, sizeof r.head) != sizeof r.head ||
		!take_path(line, line + at) || !*line)
		return false;
	new = diary_add(d, line, r.inode, e);
	if (!new)
		return false;
	r.path = new->path;
	r.next_inode = new->next_inode;
	r.next_path = new->next_path;
	r.safe = r.told;
	r.ended = ended;
	*new = r;
	return true;
}

int
diary_file_read(struct diary *d, FILE *in, struct err *e)
{
	char line[LINE_MAX];

	for (int n = 1; fgets(line, sizeof line, in); n++) {
		size_t len = strcspn(line, "\n");
		bool good = line[len] == '\n';

		line[len] = 0;
		if (good && n == 1)
			good = strcmp(line, FIRST_LINE) == 0;
		else if (good)
			good = take_line(d, line, e);
		if (!good)
			return err_set(e, ERR_FORMAT,
				"%.200s:%d: this is no state of auditlog events (move it "
				"away to begin anew)",
				d->path, n);
	}
	return ferror(in) ? err_sys(e, ERR_IO, "%.200s", d->path) : 0;
}

static int
lock(struct diary *d, struct err *e)
{
	struct buf name = { 0 };
	int rc;

	buf_addf(&name, "%s.lock", d->path);
	rc = buf_cstr(&name) ? fdio_open_dst(&d->lock, buf_cstr(&name), FDIO_APPEND, e)
			     : err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (rc < 0)
		err_prefix(e, "%.200s", buf_cstr(&name) ? buf_cstr(&name) : "");
	buf_free(&name);
	return rc;
}

int
diary_file_load(struct diary *d, struct err *e)
{
	int rc = lock(d, e);
	FILE *in;

	if (rc < 0)
		return rc;
	in = fopen(d->path, "re");
	if (!in)
		return errno == ENOENT ? 0 : err_sys(e, ERR_IO, "%.200s", d->path);
	rc = diary_file_read(d, in, e);
	fclose(in);
	return rc;
}
