/* SPDX-License-Identifier: ISC */
#include "format/explain_bytes.h"

#include "base/base64.h"
#include "base/octets.h"
#include "base/utf8.h"
#include "format/explain.h"
#include "format/seemly.h"
#include "format/sshkey.h"

#include <inttypes.h>
#include <string.h>

#define HEX_COLS      8  /* bytes in a row: narrow windows, too */
#define MODE_SIZE     5  /* opcode and value */
#define MODES_CHARS   17 /* opcodes below this are characters */
#define KEY_BYTES_MAX 16384

static bool
is_text(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\t' && s.p[i] != '\r')
			return false;
	return utf8_valid(s);
}

static void
hex_row(struct buf *out, struct span s)
{
	buf_add_byte(out, '\t');
	for (size_t i = 0; i < HEX_COLS; i++)
		if (i < s.n)
			buf_addf(out, "%02x ", s.p[i]);
		else
			buf_add_str(out, "   ");
	buf_add_byte(out, ' ');
	for (size_t i = 0; i < s.n; i++)
		buf_add_byte(out, s.p[i] >= 0x20 && s.p[i] < 0x7F ? s.p[i] : '.');
	buf_add_byte(out, '\n');
}

void
explain_bytes(struct buf *out, const char *label, struct span s)
{
	size_t n = s.n > EXPLAIN_HEX_MAX ? EXPLAIN_HEX_MAX : s.n;

	buf_addf(out, "%s\t%zu byte%s\n", label, s.n, s.n == 1 ? "" : "s");
	if (s.n && is_text(s)) {
		buf_add_byte(out, '\t');
		seemly_put(out, s, EXPLAIN_TEXT_MAX);
		buf_add_byte(out, '\n');
	}
	for (size_t i = 0; i < n; i += HEX_COLS)
		hex_row(out, span_of(s.p + i, n - i < HEX_COLS ? n - i : HEX_COLS));
	if (n < s.n)
		buf_addf(out, "\t... and %zu more\n", s.n - n);
}

static const struct {
	uint8_t opcode;
	const char *name;
} modes[] = {
	{ 1, "VINTR" },
	{ 2, "VQUIT" },
	{ 3, "VERASE" },
	{ 4, "VKILL" },
	{ 5, "VEOF" },
	{ 6, "VEOL" },
	{ 7, "VEOL2" },
	{ 8, "VSTART" },
	{ 9, "VSTOP" },
	{ 10, "VSUSP" },
	{ 11, "VDSUSP" },
	{ 12, "VREPRINT" },
	{ 13, "VWERASE" },
	{ 14, "VLNEXT" },
	{ 15, "VFLUSH" },
	{ 16, "VSWTCH" },
	{ 17, "VSTATUS" },
	{ 18, "VDISCARD" },
	{ 30, "IGNPAR" },
	{ 31, "PARMRK" },
	{ 32, "INPCK" },
	{ 33, "ISTRIP" },
	{ 34, "INLCR" },
	{ 35, "IGNCR" },
	{ 36, "ICRNL" },
	{ 37, "IUCLC" },
	{ 38, "IXON" },
	{ 39, "IXANY" },
	{ 40, "IXOFF" },
	{ 41, "IMAXBEL" },
	{ 42, "IUTF8" },
	{ 50, "ISIG" },
	{ 51, "ICANON" },
	{ 52, "XCASE" },
	{ 53, "ECHO" },
	{ 54, "ECHOE" },
	{ 55, "ECHOK" },
	{ 56, "ECHONL" },
	{ 57, "NOFLSH" },
	{ 58, "TOSTOP" },
	{ 59, "IEXTEN" },
	{ 60, "ECHOCTL" },
	{ 61, "ECHOKE" },
	{ 62, "PENDIN" },
	{ 70, "OPOST" },
	{ 71, "OLCUC" },
	{ 72, "ONLCR" },
	{ 73, "OCRNL" },
	{ 74, "ONOCR" },
	{ 75, "ONLRET" },
	{ 90, "CS7" },
	{ 91, "CS8" },
	{ 92, "PARENB" },
	{ 93, "PARODD" },
	{ 128, "ISPEED" },
	{ 129, "OSPEED" },
};

static const char *
mode_name(uint8_t opcode)
{
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (modes[i].opcode == opcode)
			return modes[i].name;
	return NULL;
}

static void
put_mode(struct buf *out, uint8_t opcode, uint32_t value)
{
	const char *name = mode_name(opcode);
	bool character = opcode < MODES_CHARS || opcode == 18;

	if (name)
		buf_addf(out, " %s=", name);
	else
		buf_addf(out, " %u=", opcode);
	if (character && value < 0x20)
		buf_addf(out, "^%c", (int)value + '@');
	else if (character && value == 0x7F)
		buf_add_str(out, "^?");
	else if (character && value == 0xFF)
		buf_add_str(out, "none");
	else
		buf_addf(out, "%" PRIu32, value);
}

void
explain_modes(struct buf *out, struct span s)
{
	if (!s.n || !s.p[0])
		return;
	buf_add_str(out, "modes\t");
	for (size_t i = 0; i + MODE_SIZE <= s.n && s.p[i] && s.p[i] < 160; i += MODE_SIZE)
		put_mode(out, s.p[i], (uint32_t)get_be(s.p + i + 1, 4));
	buf_add_byte(out, '\n');
}

/* The next string of an SSH key (RFC 4253, section 6.6): a length and so many bytes. */
static bool
key_part(struct span *rest, struct span *part)
{
	uint32_t n;

	if (rest->n < 4)
		return false;
	n = (uint32_t)get_be(rest->p, 4);
	if (n > rest->n - 4)
		return false;
	*part = span_of(rest->p + 4, n);
	*rest = span_of(rest->p + 4 + n, rest->n - 4 - n);
	return true;
}

static size_t
bits_of(struct span number)
{
	size_t n;

	while (number.n && !number.p[0])
		number = span_of(number.p + 1, number.n - 1);
	n = number.n * 8;
	for (uint8_t top = number.n ? number.p[0] : 0x80; !(top & 0x80);
		top = (uint8_t)(top << 1))
		n--;
	return n;
}

static void
key_size(struct buf *out, struct span blob)
{
	struct span kind, part;
	int parts = 0;

	if (!key_part(&blob, &kind))
		return;
	buf_add_str(out, "kind of key\t");
	seemly_put(out, kind, 64);
	while (key_part(&blob, &part)) /* the modulus is the last part of an RSA key */
		parts++;
	if (parts && span_is(kind, "ssh-rsa"))
		buf_addf(out, ", %zu bits", bits_of(part));
	buf_add_byte(out, '\n');
}

static void
put_claim(struct buf *out, const char *name, struct span value)
{
	buf_addf(out, "%s\t", name);
	seemly_put(out, value, 256);
	buf_add_byte(out, '\n');
}

/* As sshd logs it, and what a certificate says. */
static void
fingerprint(struct buf *out, struct span key)
{
	struct sshkey k;
	struct span rest, name;

	if (sshkey_parse(&k, key, NULL) < 0)
		return;
	buf_addf(out, "fingerprint\t%s\n", k.fingerprint);
	rest = k.principals;
	if (k.is_cert) {
		put_claim(out, "key id", k.key_id);
		buf_addf(out, "serial\t%" PRIu64 "\n", k.serial);
		while (sshkey_principal(&rest, &name))
			put_claim(out, "principal", name);
		buf_addf(out, "signed by\t%s %s\n", k.ca_type, k.ca_fingerprint);
	}
	sshkey_free(&k);
}

void
explain_key(struct buf *out, struct span s)
{
	const uint8_t *space = memchr(s.p, ' ', s.n);
	struct span key = s;
	struct buf blob = { 0 };

	if (!space || s.n > KEY_BYTES_MAX)
		return;
	s = span_of(space + 1, s.n - (size_t)(space + 1 - s.p));
	base64_take(&blob, s);
	key_size(out, buf_span(&blob));
	fingerprint(out, key);
	buf_free(&blob);
}
