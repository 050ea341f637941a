/* SPDX-License-Identifier: ISC */
/* The deposit protocol: how auditrec hands a session to auditrecd over a stream socket.  A
 * session is a run of bytes, the CBOR messages of an audit log one behind the other, numbered
 * from 0.  Frames carry them; what the other side keeps is acknowledged, and what is not yet
 * acknowledged can be sent again after either side's connection broke.
 *
 * A frame: u32 bytes of the payload, u8 type, three zero bytes, the payload.  All numbers are
 * big-endian.  Source: docs/protocol-deposit.md. */
#ifndef STORE_DEPOSIT_H
#define STORE_DEPOSIT_H

#include "base/buf.h"
#include "base/err.h"

#define DEPOSIT_VERSION    1
#define DEPOSIT_HEAD       8
#define DEPOSIT_DATA_MAX   65536 /* bytes of a session in one frame */
#define DEPOSIT_TEXT_MAX   200
#define DEPOSIT_ID_SIZE    16
#define DEPOSIT_TOKEN_SIZE 16
#define DEPOSIT_FRAME_MAX  (DEPOSIT_HEAD + 8 + DEPOSIT_DATA_MAX)

enum deposit_type {
#define FRAME(ID, number, who, least, most, doc) DEPOSIT_##ID = number,
#include "store/deposit.def"
};

enum deposit_reason {
	DEPOSIT_NO_REASON,
#define REASON(ID, number, lasting, doc) DEPOSIT_R_##ID = number,
#include "store/deposit.def"
};

enum deposit_side { DEPOSIT_FROM_C, DEPOSIT_FROM_S };

/* One frame, read; only the members of its type mean something. */
struct deposit_frame {
	enum deposit_type type;
	uint8_t version, least_version;    /* HELLO: the newest and oldest; WELCOME */
	bool resume;                       /* HELLO: the session was begun earlier */
	uint8_t id[DEPOSIT_ID_SIZE];       /* HELLO: connection id of the session */
	uint8_t token[DEPOSIT_TOKEN_SIZE]; /* HELLO when resuming; WELCOME */
	/* HELLO: the first byte that can still be sent; DATA: its place; END, CLOSED: where
	 * the session ends; WELCOME: what is wanted next; ACK: all before it is kept */
	uint64_t offset;
	uint64_t made;              /* HELLO: where the bytes end that exist so far */
	uint32_t window;            /* WELCOME: bytes on their way at most */
	struct span data;           /* DATA, points into the input */
	enum deposit_reason reason; /* REFUSED */
	char text[DEPOSIT_TEXT_MAX + 1]; /* REFUSED: printable */
};

/* The frame at the beginning of IN that SIDE sent: how many bytes it takes, 0 when IN ends
 * too early, ERR_FORMAT with *E when it is none. */
int deposit_read(
	struct deposit_frame *f, struct span in, enum deposit_side side, struct err *e);
/* Appends F; errors stick in OUT. */
void deposit_write(struct buf *out, const struct deposit_frame *f);

const char *deposit_reason_text(enum deposit_reason r); /* "" when unknown */
bool deposit_reason_lasts(enum deposit_reason r);

#endif
