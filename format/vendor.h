/* SPDX-License-Identifier: ISC */
/* Events of our own inside the audit format (vendor.def): building and recognising them. */
#ifndef FORMAT_VENDOR_H
#define FORMAT_VENDOR_H

#include "base/jsonw.h"
#include "format/msg.h"

enum vendor_id {
	VENDOR_NONE, /* not ours */
#define VENDOR(ID, name, doc) VENDOR_##ID,
#include "format/vendor.def"
	VENDOR_COUNT
};

const char *vendor_name(enum vendor_id id); /* "marker" */
const char *vendor_doc(enum vendor_id id);
enum vendor_id vendor_of(
	const struct msg *m); /* VENDOR_NONE when it is no event of ours */

/* Start an event: M becomes message 400 and W an open JSON object into BUF (cleared).
 * Add members with jsonw_k*(), then vendor_end(), which closes the object and lets M point
 * at BUF.  The caller sets connection id, time and requestId. */
void vendor_begin(struct msg *m, enum vendor_id id, struct jsonw *w, struct buf *buf);
int vendor_end(struct msg *m, struct jsonw *w);
/* The same with a payload that was made elsewhere; M points at it. */
void vendor_raw(struct msg *m, enum vendor_id id, struct span payload);

/* The whole payload as a JSON object, to be given back with json_decref(); NULL when it is
 * none (or larger than 1 MiB).  For code that reads many members. */
struct json_t *vendor_json(const struct msg *m);
/* Members of an event's JSON payload, read with jansson; hostile payloads just give
 * "absent".  Text is appended to OUT. */
bool vendor_get_text(const struct msg *m, const char *key, struct buf *out);
bool vendor_get_int(const struct msg *m, const char *key, int64_t *out);
bool vendor_get_true(const struct msg *m, const char *key); /* is it there, and true? */

/* What M says that ran, whole and as it was recorded: a command line (VENDOR_RAN_LINE: of a
 * shell, or what a client asked for) or the words of a program (VENDOR_RAN_PROGRAM: behind the
 * path of its file when that is another).  Appended to OUT; 0: it says nothing of the kind. */
enum { VENDOR_RAN_LINE = 1, VENDOR_RAN_PROGRAM };
int vendor_ran(const struct msg *m, struct buf *out);

#endif
