/* SPDX-License-Identifier: ISC */
/* ID.state, the small file beside a recording that is open or not uploaded yet: one line for
 * each thing that happened, appended whole.  A line that a crash cut off does not count, nor
 * does what stands behind one that makes no sense: everything in it can be done again.
 *
 *	open
 *	finished SIZE
 *	stamp STAMP
 *	upload UPLOAD-ID
 *	part NUMBER SIZE SHA256 ETAG
 *	done ETAG
 *
 * "upload" begins anew: parts before it count no more. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "base/buf.h"
#include "base/err.h"

#define JOURNAL_UPLOAD_MAX 1024
#define JOURNAL_ETAG_MAX   80
#define JOURNAL_STAMP_MAX  33
#define JOURNAL_PARTS_MAX  10000
#define JOURNAL_FILE_MAX   ((size_t)4 << 20)
#define JOURNAL_SUFFIX     ".state"

struct journal_part {
	bool sent;
	bool flying; /* not in the file: is being sent */
	uint64_t size;
	uint8_t sha256[32];
	char etag[JOURNAL_ETAG_MAX];
};

struct journal {
	bool open, finished, done;
	uint64_t size;                 /* when finished */
	char stamp[JOURNAL_STAMP_MAX]; /* what its object carries, "" nothing */
	char upload[JOURNAL_UPLOAD_MAX];
	char etag[JOURNAL_ETAG_MAX]; /* when done */
	struct journal_part *part;   /* part[i] is number i + 1 */
	size_t nparts;
	size_t used; /* bytes read; what stands behind them must be cut off before more */
};

/* May TEXT stand in a line: visible ASCII, at least one byte, below SIZE? */
bool journal_is_word(const char *text, size_t size);
int journal_read(struct journal *j, struct span text, struct err *e);
void journal_free(struct journal *j);

/* The lines. */
void journal_put_open(struct buf *out);
void journal_put_finished(struct buf *out, uint64_t size);
void journal_put_stamp(struct buf *out, const char *stamp);
void journal_put_upload(struct buf *out, const char *upload);
void journal_put_part(struct buf *out, unsigned number, const struct journal_part *p);
void journal_put_done(struct buf *out, const char *etag);

#endif
