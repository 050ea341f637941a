/* SPDX-License-Identifier: ISC */
/* Cutting plain bytes into messages.  A message that ends too early waits for more bytes;
 * the demand grows with every try, so that a huge message is not looked at over and over.
 * Bytes that are no message are searched for the next thing that is one, of the same
 * connection: what somebody printed on the screen must not be taken for a message. */
#include "format/tape_audit.h"

#include "format/cborr.h"

/* A note about the message at the present place. */
static void
note_message(struct tape_audit *a, int code, bool lost, const char *text)
{
	uint64_t at = plain_tell(&a->plain);

	if (at < a->noted)
		return;
	a->noted = at + 1;
	tape_note(&a->t, (int64_t)a->plain.gz.member_at, a->ordinal, code, lost, "%s",
		text);
}

bool
tape_audit_same_connection(const struct tape_audit *a, struct span id)
{
	return !a->id_known || span_eq(buf_span(&a->id), id);
}

bool
tape_audit_is_head(uint8_t c)
{
	return (c >= 0xA1 && c <= 0xB7) || c == 0xBF;
}

static void
consume(struct tape_audit *a, size_t n)
{
	a->plain.pos += n;
	a->tried = a->want = 0;
}

/* A message ends too early: N bytes were there, at least NEED are wanted (0: unknown). */
static void
ask_more(struct tape_audit *a, size_t n, uint64_t need)
{
	uint64_t more = n + n / 2 + 1;

	a->tried = n;
	/* what is known to be missing, and no more: the next member is not this message's */
	a->want = need > n ? need : more;
}

/* Version 1: the head of the array. */
static int
array_head(struct tape_audit *a, struct span in)
{
	struct cbor_item it;
	struct cborr r;

	cborr_init(&r, in);
	if (!cborr_item(&r, &it)) {
		if (r.status == CBORR_SHORT)
			return ask_more(a, in.n, r.need), STEP_MORE;
		it.major = CBOR_SIMPLE;
	}
	a->array = ARRAY_OPEN;
	if (it.major == CBOR_ARRAY) {
		a->definite = !it.indefinite;
		a->left = a->count = it.v;
		consume(a, (size_t)(r.p - in.p));
	} else {
		note_message(
			a, ERR_DAMAGED, true, "the array of messages has no beginning");
		a->lost = true;
	}
	return STEP_AGAIN;
}

static void
first_message(struct tape_audit *a)
{
	a->have_start = true;
	a->t.info.start_ns = a->msg.time_ns;
	a->t.info.has_wall = a->msg.time_ns > 0;
}

/* The connection that messages must be of, where they are searched for. */
static void
learn_id(struct tape_audit *a)
{
	if (a->plain.gz.member_at == a->plain.bad_sum)
		return;
	buf_clear(&a->id);
	if (buf_add_span(&a->id, a->msg.connection_id) < 0)
		return;
	a->id_known = true;
	a->id_member = a->plain.gz.member_at;
}

/* A whole message of N bytes is in a->msg: deliver it unless it is unusable. */
static int
take_message(struct tape_audit *a, size_t n)
{
	const struct msg_flaw *f = &a->dec.flaw;

	if (f->code)
		note_message(a, f->code, f->lost, f->text);
	if (a->definite)
		a->left--;
	consume(a, n);
	if (f->code && f->lost)
		return STEP_AGAIN;
	if (!a->have_start)
		first_message(a);
	if (!a->id_known)
		learn_id(a);
	return STEP_MESSAGE;
}

void
tape_audit_lose(struct tape_audit *a, int code, const char *text)
{
	note_message(a, code, true, text);
	a->lost = true;
	if (a->plain.pos < a->plain.n)
		consume(a, 1);
}

static int
read_message(struct tape_audit *a, struct span in)
{
	ssize_t n = msg_decode(&a->dec, in, &a->msg);

	if (n > 0)
		return take_message(a, (size_t)n);
	if (n == 0)
		return ask_more(a, in.n, a->dec.need), STEP_MORE;
	if (n == ERR_NOMEM)
		return ERR_NOMEM;
	tape_audit_lose(a, (int)n,
		n == ERR_LIMIT ? "a message is larger than 64 MiB"
			       : "bytes that are no message");
	return STEP_AGAIN;
}

/* Could a message begin at AT?  1: yes, and it is there; 0: needs more bytes; -1: no. */
static int
try_at(struct tape_audit *a, struct span at)
{
	ssize_t n = msg_decode(&a->dec, at, &a->msg);

	if (n == 0)
		return 0;
	return n > 0 && !a->dec.flaw.lost &&
			       tape_audit_same_connection(a, a->msg.connection_id)
		       ? 1
		       : -1;
}

/* Look for the next message.  What cannot be one is dropped. */
static int
search(struct tape_audit *a, struct span in)
{
	size_t at = 0;

	for (;;) {
		const uint8_t *hit = in.n - at > TAPE_ID_KEY_SIZE
					     ? memmem(in.p + at + 1, in.n - at - 1,
						       TAPE_ID_KEY, TAPE_ID_KEY_SIZE)
					     : NULL;
		int rc;

		if (!hit) {
			if (in.n - at > TAPE_ID_KEY_SIZE)
				at = in.n - TAPE_ID_KEY_SIZE;
			consume(a, at);
			a->tried = in.n - at;
			return STEP_MORE;
		}
		at = (size_t)(hit - in.p) - 1;
		rc = tape_audit_is_head(in.p[at])
			     ? try_at(a, span_of(in.p + at, in.n - at))
			     : -1;
		if (rc >= 0) {
			consume(a, at);
			a->lost = rc == 0;
			if (rc == 0)
				ask_more(a, in.n - at, a->dec.need);
			return rc == 0 ? STEP_MORE : STEP_AGAIN;
		}
		at++;
	}
}

int
tape_audit_step(struct tape_audit *a)
{
	struct span in = plain_window(&a->plain);

	if (a->array == ARRAY_CLOSED)
		return STEP_CLOSED;
	/* what is counted needs no byte behind it to be complete */
	if (a->array == ARRAY_OPEN && a->definite && a->left == 0) {
		a->array = ARRAY_CLOSED;
		return STEP_CLOSED;
	}
	if (in.n == 0 || in.n < a->want)
		return STEP_MORE;
	if (a->lost)
		return search(a, in);
	if (a->array == ARRAY_HEAD)
		return array_head(a, in);
	if (a->array == ARRAY_OPEN && !a->definite && in.p[0] == CBOR_BREAK) {
		a->array = ARRAY_CLOSED;
		return STEP_CLOSED;
	}
	return read_message(a, in);
}
