/* SPDX-License-Identifier: ISC */
/* A spool that is shipped into a small object store in memory, by a clock that the test turns:
 * parts are YARD_PART bytes, four requests go at once. */
#ifndef TESTS_YARD_H
#define TESTS_YARD_H

#include "store/s3_store.h"
#include "tests/unit/fake_s3.h"

#include <stdatomic.h>

#define YARD_PART  1000
#define YARD_TRIES 60000 /* milliseconds for anything that is waited for */

struct yard {
	char dir[16]; /* the spool */
	struct fake_s3 *server;
	struct s3_conf conf;
	struct s3 *s3;
	struct store *box; /* spool and server as one store */
	struct err err;
	_Atomic int64_t now_ns;
	_Atomic uint32_t seed;
	char told
		[4096]; /* "ID METRIC: TEXT" lines, the first two digits of the id, or s3 */
};
extern struct yard yard;

/* Around each test. */
void yard_begin(void);
void yard_end(void);
/* KEEP: what was uploaded stays in the spool. */
void yard_start(bool keep);
void yard_restart(void);
/* Time passes until everything is uploaded; false when it never is. */
bool yard_settle(void);
uint32_t yard_chance(void *ctx);

/* Recordings have numbers; their bytes are known. */
const char *yard_id(unsigned n); /* until the next call */
uint8_t yard_byte(unsigned n, uint64_t at);
struct store_file *yard_create(unsigned n);
void yard_append(struct store_file *f, unsigned n, size_t size);
void yard_record(unsigned n, size_t size); /* from beginning to end */
/* One that was left finished, by ContainerSSH for example; yard_restart() finds it. */
void yard_leave(unsigned n, size_t size);
/* Until so many parts were sent. */
void yard_until_parts(unsigned parts);

void yard_assert_stored(unsigned n, size_t size);
bool yard_holds(const char *name); /* in the spool */
void yard_assert_empty(void);

/* A fate for some of the requests: for fake_s3_fate(), as CTX of yard_by_plan(). */
struct yard_plan {
	enum fake_s3_fate fate;
	_Atomic int left;   /* how often */
	const char *method; /* of these, NULL all */
	const char *url;    /* that have this in them, NULL all */
};
enum fake_s3_fate yard_by_plan(void *ctx, const char *method, const char *url);

#endif
