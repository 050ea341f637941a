/* SPDX-License-Identifier: ISC */
/* What sudo writes as the I/O log of a command, a folder:
 *   log, log.json  who ran what, for whom: lines, and (sudo 1.9) JSON
 *   timing         "EVENT DELAY ARGUMENTS" a line, seconds since the line before
 *   stdin, stdout, stderr, ttyin, ttyout
 *                  the bytes; a line of timing says how many
 * Timing and bytes are gzip or not.  Internal to reader and writer. */
#ifndef FORMAT_IOLOG_H
#define FORMAT_IOLOG_H

#include "base/buf.h"
#include "base/err.h"

/* The events of timing; those with bytes are also the numbers of their files. */
enum iolog_event {
	IOLOG_STDIN,
	IOLOG_STDOUT,
	IOLOG_STDERR,
	IOLOG_TTYIN,
	IOLOG_TTYOUT,
	IOLOG_FILES,
	IOLOG_SIZE = IOLOG_FILES, /* "LINES COLUMNS" */
	IOLOG_TTYOUT_OLD,         /* as 4, of sudo 1.8.7 */
	IOLOG_SUSPEND,            /* "TSTP", "CONT" ... */
	IOLOG_EVENTS
};
extern const char *const iolog_files[IOLOG_FILES];

struct iolog_line {
	enum iolog_event event;
	int64_t delay_ns;
	uint64_t bytes;
	uint32_t rows, cols;
	struct span signal; /* without SIG; points into the line */
};
/* False: it cannot be understood. */
bool iolog_line_get(struct iolog_line *l, struct span s);
void iolog_line_put(struct buf *out, const struct iolog_line *l);

/* What log or log.json says.  Texts are those of the file; absent ones are empty. */
enum iolog_fact {
	IOLOG_SUBMITUSER,
	IOLOG_SUBMITGROUP,
	IOLOG_SUBMITHOST,
	IOLOG_SUBMITCWD,
	IOLOG_RUNUSER,
	IOLOG_RUNGROUP,
	IOLOG_RUNCWD,
	IOLOG_RUNCHROOT,
	IOLOG_TTYNAME,
	IOLOG_COMMAND,
	IOLOG_PEERADDR,
	IOLOG_SOURCE,
	IOLOG_UUID,
	IOLOG_SIGNAL,
	IOLOG_FACTS
};
extern const char *const iolog_fact_names[IOLOG_FACTS];

#define IOLOG_LOG_MAX ((size_t)1 << 20) /* bytes of log or log.json */

struct json_t;
struct iolog {
	struct buf text; /* of the file */
	struct buf fact[IOLOG_FACTS];
	struct json_t *json; /* NULL: it is the old log */
	int64_t start_ns;
	uint32_t cols, rows; /* 0 unknown */
	int64_t run_ns;      /* how long it ran, -1 unknown */
	int64_t exit;        /* status, -1 unknown */
	bool core;
	struct buf program; /* command line */
};
void iolog_init(struct iolog *l);
void iolog_free(struct iolog *l);
/* Take L->text, which was read, apart.  ERR_FORMAT: it is none. */
int iolog_parse(struct iolog *l, struct err *e);
/* Is HEAD the beginning of log or log.json? */
bool iolog_sniff(struct span head);

#endif
