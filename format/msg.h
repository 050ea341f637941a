/* SPDX-License-Identifier: ISC */
/* One message of a recording: the envelope and a payload out of audit.def.
 * A struct msg owns nothing: its spans and arrays point into memory of whoever made it
 * (a reader: valid until its next call).  Every recording format is read into messages and
 * written from messages; see tape.h and tapew.h. */
#ifndef FORMAT_MSG_H
#define FORMAT_MSG_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum msg_type {
#define MESSAGE(code, ID, id, name, payload, flags, doc) MSG_##ID = (code),
#include "format/audit.def"
};

/* Streams of MSG_IO */
enum { MSG_STREAM_IN = 0, MSG_STREAM_OUT = 1, MSG_STREAM_ERR = 2 };

struct msg_pair { /* a question with its answer, or with echo */
	struct span question;
	struct span answer; /* ANSWERS only */
	bool echo;          /* QUESTIONS only */
};

#define MSG_LIST_MAX 64

struct msg_list {
	const struct msg_pair *v; /* NULL: null on the wire */
	size_t n;
};

#define MSG_CTYPE_TEXT      struct span
#define MSG_CTYPE_BYTES     struct span
#define MSG_CTYPE_UINT      uint64_t
#define MSG_CTYPE_U32       uint32_t
#define MSG_CTYPE_BOOL      bool
#define MSG_CTYPE_QUESTIONS struct msg_list
#define MSG_CTYPE_ANSWERS   struct msg_list

#define PAYLOAD(name, doc) struct audit_##name {

#define FIELD(name, member, key, kind, flags, doc) MSG_CTYPE_##kind member;
#define PAYLOAD_END(name) \
	char end_;        \
	}                 \
	;
#include "format/audit.def"

struct msg {
	struct span connection_id; /* text */
	int64_t time_ns;           /* since the epoch */
	int32_t type;              /* enum msg_type */
	bool has_channel;
	bool payload_null; /* null where a map is usual (foreign files) */
	uint64_t channel;
	/* MSG_IO, only for who asks for it (tape_opts.quoted), else absent: the data as an
	 * asciicast has it, a string of JSON without its quotes (base/json.h); then it is not in
	 * p.io.data. */
	struct span quoted;
	union {
#define PAYLOAD(name, doc) struct audit_##name name;
#include "format/audit.def"
	} p;
};

/* Descriptors: all code that walks messages walks these. */
enum msg_kind {
	MSG_TEXT,
	MSG_BYTES,
	MSG_UINT,
	MSG_U32,
	MSG_BOOL,
	MSG_QUESTIONS,
	MSG_ANSWERS
};
enum { MSG_F_SECRET = 1, MSG_F_BULK = 2 };      /* of a field */
enum { MSG_T_ARCHIVED = 1, MSG_T_UNNAMED = 2 }; /* of a type */

struct msg_field {
	const char *key; /* on the wire */
	enum msg_kind kind;
	int flags;
	size_t offset; /* of the member within struct msg */
	const char *doc;
};
struct msg_payload {
	const char *name;
	const char *doc;
	const struct msg_field *fields;
	size_t nfields;
};
struct msg_desc {
	int32_t code;
	const char *id; /* ours; the reference's JSON says "invalid" for UNNAMED */
	const char *name;
	int flags;
	const struct msg_payload *payload; /* nfields == 0: null on the wire */
	const char *doc;
};

extern const struct msg_desc msg_descs[]; /* sorted by code */
extern const size_t msg_ndescs;
const struct msg_desc *msg_desc(int32_t code); /* NULL: no such type */
const struct msg_desc *msg_desc_by_id(const char *id);

/* An empty message of TYPE: all spans empty (not null), all numbers 0, channel 0 where the
 * type belongs to a channel (300 to 501), none otherwise. */
void msg_init(struct msg *m, enum msg_type type);
bool msg_equal(const struct msg *a, const struct msg *b);
/* Deep copy into STORE (cleared first); *out stays valid until STORE changes. */
int msg_copy(struct msg *out, const struct msg *m, struct buf *store);

/* What players ask all the time. */
bool msg_is_output(const struct msg *m); /* io, stream 1 or 2 */
bool msg_size(const struct msg *m, uint32_t *cols, uint32_t *rows); /* 404 and 408 */

/* CBOR of one message, exactly as the reference encoder writes it
 * (docs/format-audit.md).  Text is cleaned to valid UTF-8.  Returns 0 or the buffer's error. */
int msg_encode(struct buf *out, const struct msg *m);

/* One line of JSON without the newline, as the reference decoder prints it.
 * REDACT replaces secret fields that are not empty by "***". */
enum { MSG_JSON_REDACT = 1 };
int msg_json(struct buf *out, const struct msg *m, int flags);
/* One line for a person: "window 80x24", "exit 0", "marker: build" ...; no control chars. */
int msg_describe(struct buf *out, const struct msg *m);

#endif
