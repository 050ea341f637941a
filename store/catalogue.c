/* SPDX-License-Identifier: ISC */
/* The only file that knows SQLite.  All of a run is one transaction. */
#include "store/catalogue.h"

#include "store/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 2000

enum { GET, PUT, LIST, DROP, STATEMENTS };

static const char *const sql[STATEMENTS] = {
	[GET] = "SELECT inode,size,mtime,n0,n1,n2,n3,n4,n5,n6,n7,text FROM file"
		" WHERE path=?1",
	[PUT] = "INSERT OR REPLACE INTO file VALUES"
		" (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)",
	[LIST] = "SELECT path FROM file WHERE path>?1 AND path<?2",
	[DROP] = "DELETE FROM file WHERE path=?1",
};

static const char schema[] =
	"DROP TABLE IF EXISTS file;"
	"CREATE TABLE file (path BLOB PRIMARY KEY, inode INT, size INT, mtime INT, n0 "
	"INT,"
	" n1 INT, n2 INT, n3 INT, n4 INT, n5 INT, n6 INT, n7 INT, text BLOB)"
	" WITHOUT ROWID;";

struct catalogue {
	sqlite3 *db;
	sqlite3_stmt *st[STATEMENTS];
	bool writing;
};

static int
failed(struct catalogue *c, struct err *e)
{
	const char *why = c && c->db ? sqlite3_errmsg(c->db) : "out of memory";

	return err_set(e, ERR_DAMAGED, "%s", why);
}

static int
run(struct catalogue *c, const char *text, struct err *e)
{
	if (sqlite3_exec(c->db, text, NULL, NULL, NULL) != SQLITE_OK)
		return failed(c, e);
	return 0;
}

/* --- opening --- */

/* SQLite makes files by the umask: make it before, private. */
static int
make_file(const char *path, bool afresh, struct err *e)
{
	struct stat st;
	int fd;

	folders_make(path);
	if (afresh && lstat(path, &st) == 0 && S_ISREG(st.st_mode))
		unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0 && (errno == EACCES || errno == EROFS))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot open");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_FORMAT, "is no file");
	}
	close(fd);
	return 0;
}

static int
first_number(void *ctx, int n, char **values, char **names)
{
	(void)names;
	*(int *)ctx = n > 0 && values[0] ? atoi(values[0]) : -1;
	return 0;
}

/* Its table, made anew when it is another version's. */
static int
prepare(struct catalogue *c, int version, struct err *e)
{
	char set[80];
	int is = -1;

	if (sqlite3_exec(c->db, "PRAGMA user_version", first_number, &is, NULL) !=
		SQLITE_OK)
		return failed(c, e);
	if (is != version) {
		snprintf(set, sizeof set, "PRAGMA user_version=%d", version);
		if (run(c, "BEGIN IMMEDIATE", e) < 0 || run(c, schema, e) < 0 ||
			run(c, set, e) < 0 || run(c, "COMMIT", e) < 0)
			return ERR_DAMAGED;
	}
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v2(c->db, sql[i], -1, &c->st[i], NULL) != SQLITE_OK)
			return failed(c, e);
	return run(c, "BEGIN", e);
}

/* Does the database hold anything that is none of ours?  A damaged one tells nothing. */
static bool
is_foreign(const char *path)
{
	static const char query[] = "SELECT count(*) FROM sqlite_master WHERE name <> "
				    "'file' AND name NOT LIKE 'sqlite%'";
	sqlite3 *db = NULL;
	int n = 0;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
		sqlite3_exec(db, query, first_number, &n, NULL);
	sqlite3_close(db);
	return n > 0;
}

bool
catalogue_may_be(const char *path)
{
	static const char magic[] = "SQLite format 3";
	char head[sizeof magic];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT;
	n = read(fd, head, sizeof head);
	close(fd);
	return n == 0 || (n == sizeof head && memcmp(head, magic, sizeof head) == 0 &&
				 !is_foreign(path));
}

int
catalogue_open(
	struct catalogue **out, const char *path, int version, bool afresh, struct err *e)
{
	struct catalogue *c = calloc(1, sizeof *c);
	int rc = c ? make_file(path, afresh, e) : err_set(e, ERR_NOMEM, "out of memory");

	*out = NULL;
	if (c && rc == 0 &&
		sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			NULL) != SQLITE_OK)
		rc = failed(c, e);
	if (c && rc == 0) {
		sqlite3_busy_timeout(c->db, BUSY_MS);
		sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		sqlite3_limit(c->db, SQLITE_LIMIT_LENGTH, 4 << 20);
		rc = prepare(c, version, e);
	}
	if (rc < 0)
		catalogue_close(c, NULL);
	else
		*out = c;
	return rc;
}

/* --- rows --- */

static int
get(sqlite3_stmt *s, struct catalogue_row *row)
{
	int n = sqlite3_column_bytes(s, 11);

	if ((uint64_t)sqlite3_column_int64(s, 0) != row->inode ||
		sqlite3_column_int64(s, 1) != row->size ||
		sqlite3_column_int64(s, 2) != row->mtime_ns ||
		(size_t)n > CATALOGUE_TEXT_MAX)
		return 0;
	for (int i = 0; i < CATALOGUE_NUMBERS; i++)
		row->numbers[i] = sqlite3_column_int64(s, 3 + i);
	row->text = span_of(n ? sqlite3_column_blob(s, 11) : "", (size_t)n);
	return 1;
}

int
catalogue_get(struct catalogue *c, struct catalogue_row *row, struct err *e)
{
	sqlite3_stmt *s = c->st[GET];
	int rc;

	sqlite3_reset(s);
	sqlite3_bind_blob(s, 1, row->path, (int)strlen(row->path), SQLITE_STATIC);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		return get(s, row);
	return rc == SQLITE_DONE ? 0 : failed(c, e);
}

int
catalogue_put(struct catalogue *c, const struct catalogue_row *row, struct err *e)
{
	sqlite3_stmt *s = c->st[PUT];
	int rc;

	if (row->text.n > CATALOGUE_TEXT_MAX)
		return 0;
	sqlite3_reset(c->st[GET]);
	sqlite3_bind_blob(s, 1, row->path, (int)strlen(row->path), SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)row->inode);
	sqlite3_bind_int64(s, 3, row->size);
	sqlite3_bind_int64(s, 4, row->mtime_ns);
	for (int i = 0; i < CATALOGUE_NUMBERS; i++)
		sqlite3_bind_int64(s, 5 + i, row->numbers[i]);
	sqlite3_bind_blob(s, 13, row->text.p, (int)row->text.n, SQLITE_STATIC);
	rc = sqlite3_step(s);
	sqlite3_reset(s);
	c->writing = true;
	return rc == SQLITE_DONE ? 0 : failed(c, e);
}

static int
drop(struct catalogue *c, const void *path, int n)
{
	sqlite3_stmt *s = c->st[DROP];
	int rc;

	sqlite3_bind_blob(s, 1, path, n, SQLITE_TRANSIENT);
	rc = sqlite3_step(s);
	sqlite3_reset(s);
	c->writing = true;
	return rc == SQLITE_DONE ? 0 : -1;
}

int
catalogue_prune(struct catalogue *c, const char *folder, struct err *e)
{
	sqlite3_stmt *s = c->st[LIST];
	char from[PATH_MAX], to[PATH_MAX], path[PATH_MAX];
	int n = snprintf(from, sizeof from, "%s/", folder), rc;

	if (n >= (int)sizeof from)
		return 0;
	memcpy(to, from, (size_t)n + 1);
	to[n - 1]++; /* the first name behind those that begin with "FOLDER/" */
	sqlite3_bind_blob(s, 1, from, n, SQLITE_STATIC);
	sqlite3_bind_blob(s, 2, to, n, SQLITE_STATIC);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const void *p = sqlite3_column_blob(s, 0);
		int len = sqlite3_column_bytes(s, 0);

		if (p && len > 0 && len < (int)sizeof path) {
			memcpy(path, p, (size_t)len);
			path[len] = 0;
			if (access(path, F_OK) == 0 || errno != ENOENT)
				continue;
		}
		if (drop(c, p, len) < 0)
			break;
	}
	sqlite3_reset(s);
	return rc == SQLITE_DONE ? 0 : failed(c, e);
}

int
catalogue_close(struct catalogue *c, struct err *e)
{
	int rc = 0;

	if (!c)
		return 0;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_reset(c->st[i]);
	if (c->writing)
		rc = run(c, "COMMIT", e);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(c->st[i]);
	sqlite3_close(c->db);
	free(c);
	return rc;
}
