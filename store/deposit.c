/* SPDX-License-Identifier: ISC */
/* Frames to bytes and back.  What a payload may measure is known from its type before any of
 * it is waited for. */
#include "store/deposit.h"

#include "base/octets.h"

#include <stdio.h>

#define HELLO_MAGIC "AREC"

static const struct kind {
	uint8_t type;
	char who;
	uint32_t least, most;
} kinds[] = {
#define FRAME(ID, number, side, least, most, doc) { number, #side[0], least, most },
#include "store/deposit.def"
};

static const struct reason {
	uint16_t number;
	bool lasts;
	const char *text;
} reasons[] = {
#define REASON(ID, number, lasting, doc) { number, lasting, doc },
#include "store/deposit.def"
};

static const struct kind *
find_kind(uint8_t type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

static const struct reason *
find_reason(unsigned number)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].number == number)
			return &reasons[i];
	return NULL;
}

const char *
deposit_reason_text(enum deposit_reason r)
{
	const struct reason *x = find_reason(r);

	return x ? x->text : "";
}

bool
deposit_reason_lasts(enum deposit_reason r)
{
	const struct reason *x = find_reason(r);

	return x && x->lasts;
}

/* ---- numbers ---- */

static void
put_number(struct buf *out, uint64_t v, int bytes)
{
	uint8_t b[8];

	put_be(b, v, bytes);
	buf_add(out, b, (size_t)bytes);
}

/* ---- reading ---- */

static int
read_hello(struct deposit_frame *f, const uint8_t *p, struct err *e)
{
	if (memcmp(p, HELLO_MAGIC, 4) != 0 || p[6] > 1 || p[7] != 0)
		return err_set(e, ERR_FORMAT, "not a client of the deposit protocol");
	f->version = p[4];
	f->least_version = p[5];
	f->resume = p[6] == 1;
	memcpy(f->id, p + 8, DEPOSIT_ID_SIZE);
	memcpy(f->token, p + 24, DEPOSIT_TOKEN_SIZE);
	f->offset = get_be(p + 40, 8);
	f->made = get_be(p + 48, 8);
	if (get_be(p + 56, 4) != 0 || f->offset > f->made)
		return err_set(e, ERR_FORMAT, "a greeting that makes no sense");
	return 0;
}

static void
read_welcome(struct deposit_frame *f, const uint8_t *p)
{
	f->version = p[0];
	memcpy(f->token, p + 8, DEPOSIT_TOKEN_SIZE);
	f->window = (uint32_t)get_be(p + 4, 4);
	f->offset = get_be(p + 24, 8);
}

static void
read_refused(struct deposit_frame *f, struct span in)
{
	size_t n = in.n - 2;

	f->reason = (enum deposit_reason)get_be(in.p, 2);
	for (size_t i = 0; i < n; i++) {
		uint8_t c = in.p[2 + i];

		f->text[i] = c >= 0x20 && c < 0x7F ? (char)c : '?';
	}
	f->text[n] = '\0';
}

static int
read_payload(struct deposit_frame *f, struct span in, struct err *e)
{
	switch (f->type) {
	case DEPOSIT_HELLO:
		return read_hello(f, in.p, e);
	case DEPOSIT_WELCOME:
		read_welcome(f, in.p);
		return 0;
	case DEPOSIT_REFUSED:
		read_refused(f, in);
		return 0;
	case DEPOSIT_DATA:
		f->data = span_of(in.p + 8, in.n - 8);
		f->offset = get_be(in.p, 8);
		return 0;
	case DEPOSIT_END:
	case DEPOSIT_ACK:
	case DEPOSIT_CLOSED:
		f->offset = get_be(in.p, 8);
		return 0;
	case DEPOSIT_ALIVE:
		break;
	}
	return 0;
}

int
deposit_read(
	struct deposit_frame *f, struct span in, enum deposit_side side, struct err *e)
{
	const struct kind *k;
	uint32_t n;

	memset(f, 0, sizeof *f);
	if (in.n < DEPOSIT_HEAD)
		return 0;
	n = (uint32_t)get_be(in.p, 4);
	k = find_kind(in.p[4]);
	if (!k || k->who != (side == DEPOSIT_FROM_C ? 'C' : 'S'))
		return err_set(e, ERR_FORMAT, "a frame of type %u", in.p[4]);
	if (n < k->least || n > k->most || in.p[5] || in.p[6] || in.p[7])
		return err_set(
			e, ERR_FORMAT, "a frame of type %u with %u bytes", in.p[4], n);
	if (in.n < DEPOSIT_HEAD + (size_t)n)
		return 0;
	f->type = (enum deposit_type)k->type;
	if (read_payload(f, span_of(in.p + DEPOSIT_HEAD, n), e) < 0)
		return ERR_FORMAT;
	return (int)(DEPOSIT_HEAD + n);
}

/* ---- writing ---- */

static void
write_hello(struct buf *out, const struct deposit_frame *f)
{
	buf_add(out, HELLO_MAGIC, 4);
	buf_add_byte(out, f->version);
	buf_add_byte(out, f->least_version);
	put_number(out, f->resume, 1);
	put_number(out, 0, 1);
	buf_add(out, f->id, sizeof f->id);
	buf_add(out, f->token, sizeof f->token);
	put_number(out, f->offset, 8);
	put_number(out, f->made, 8);
	put_number(out, 0, 4);
}

static void
write_welcome(struct buf *out, const struct deposit_frame *f)
{
	buf_add_byte(out, f->version);
	put_number(out, 0, 3);
	put_number(out, f->window, 4);
	buf_add(out, f->token, sizeof f->token);
	put_number(out, f->offset, 8);
}

static void
write_payload(struct buf *out, const struct deposit_frame *f)
{
	switch (f->type) {
	case DEPOSIT_HELLO:
		write_hello(out, f);
		break;
	case DEPOSIT_WELCOME:
		write_welcome(out, f);
		break;
	case DEPOSIT_REFUSED:
		put_number(out, (uint64_t)f->reason, 2);
		buf_add_str(out, f->text);
		break;
	case DEPOSIT_DATA:
		put_number(out, f->offset, 8);
		buf_add_span(out, f->data);
		break;
	case DEPOSIT_END:
	case DEPOSIT_ACK:
	case DEPOSIT_CLOSED:
		put_number(out, f->offset, 8);
		break;
	case DEPOSIT_ALIVE:
		break;
	}
}

void
deposit_write(struct buf *out, const struct deposit_frame *f)
{
	size_t at = out->n, n;

	put_number(out, 0, 4);
	put_number(out, f->type, 1);
	put_number(out, 0, 3);
	write_payload(out, f);
	if (buf_failed(out))
		return;
	n = out->n - at - DEPOSIT_HEAD;
	put_be(out->p + at, n, 4);
}
