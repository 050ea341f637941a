/* SPDX-License-Identifier: ISC */
#include "rec/modes.h"

#include <unistd.h>

enum kind { CHARACTER, INPUT, OUTPUT, CONTROL, LOCAL, SIZE };

static const struct {
	uint8_t opcode;
	uint8_t kind;
	uint32_t value; /* index into c_cc, or the flag */
} modes[] = {
	{ 1, CHARACTER, VINTR },
	{ 2, CHARACTER, VQUIT },
	{ 3, CHARACTER, VERASE },
	{ 4, CHARACTER, VKILL },
	{ 5, CHARACTER, VEOF },
	{ 6, CHARACTER, VEOL },
	{ 7, CHARACTER, VEOL2 },
	{ 8, CHARACTER, VSTART },
	{ 9, CHARACTER, VSTOP },
	{ 10, CHARACTER, VSUSP },
	{ 12, CHARACTER, VREPRINT },
	{ 13, CHARACTER, VWERASE },
	{ 14, CHARACTER, VLNEXT },
	{ 18, CHARACTER, VDISCARD },
	{ 30, INPUT, IGNPAR },
	{ 31, INPUT, PARMRK },
	{ 32, INPUT, INPCK },
	{ 33, INPUT, ISTRIP },
	{ 34, INPUT, INLCR },
	{ 35, INPUT, IGNCR },
	{ 36, INPUT, ICRNL },
	{ 37, INPUT, IUCLC },
	{ 38, INPUT, IXON },
	{ 39, INPUT, IXANY },
	{ 40, INPUT, IXOFF },
	{ 41, INPUT, IMAXBEL },
	{ 42, INPUT, IUTF8 },
	{ 50, LOCAL, ISIG },
	{ 51, LOCAL, ICANON },
	{ 52, LOCAL, XCASE },
	{ 53, LOCAL, ECHO },
	{ 54, LOCAL, ECHOE },
	{ 55, LOCAL, ECHOK },
	{ 56, LOCAL, ECHONL },
	{ 57, LOCAL, NOFLSH },
	{ 58, LOCAL, TOSTOP },
	{ 59, LOCAL, IEXTEN },
	{ 60, LOCAL, ECHOCTL },
	{ 61, LOCAL, ECHOKE },
	{ 62, LOCAL, PENDIN },
	{ 70, OUTPUT, OPOST },
	{ 71, OUTPUT, OLCUC },
	{ 72, OUTPUT, ONLCR },
	{ 73, OUTPUT, OCRNL },
	{ 74, OUTPUT, ONOCR },
	{ 75, OUTPUT, ONLRET },
	{ 90, SIZE, CS7 },
	{ 91, SIZE, CS8 },
	{ 92, CONTROL, PARENB },
	{ 93, CONTROL, PARODD },
};

static uint32_t
value_of(const struct termios *t, enum kind kind, uint32_t v)
{
	switch (kind) {
	case CHARACTER:
		return t->c_cc[v] == _POSIX_VDISABLE ? 255 : t->c_cc[v];
	case INPUT:
		return (t->c_iflag & v) != 0;
	case OUTPUT:
		return (t->c_oflag & v) != 0;
	case CONTROL:
		return (t->c_cflag & v) != 0;
	case LOCAL:
		return (t->c_lflag & v) != 0;
	case SIZE:
		return (t->c_cflag & CSIZE) == v;
	}
	return 0;
}

static size_t
put(uint8_t *out, uint8_t opcode, uint32_t v)
{
	out[0] = opcode;
	out[1] = (uint8_t)(v >> 24);
	out[2] = (uint8_t)(v >> 16);
	out[3] = (uint8_t)(v >> 8);
	out[4] = (uint8_t)v;
	return 5;
}

/* Bits a second of a speed_t. */
static uint32_t
baud(speed_t s)
{
	static const struct {
		speed_t code;
		uint32_t bps;
	} speeds[] = { { B9600, 9600 }, { B19200, 19200 }, { B38400, 38400 },
		{ B57600, 57600 }, { B115200, 115200 }, { B230400, 230400 } };

	for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
		if (speeds[i].code == s)
			return speeds[i].bps;
	return 38400;
}

size_t
modes_encode(uint8_t out[MODES_MAX], const struct termios *t)
{
	size_t n = 0;

	_Static_assert(sizeof modes / sizeof *modes * 5 + 11 <= MODES_MAX, "room");
	n += put(out + n, 128, baud(cfgetispeed(t)));
	n += put(out + n, 129, baud(cfgetospeed(t)));
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		n += put(out + n, modes[i].opcode,
			value_of(t, (enum kind)modes[i].kind, modes[i].value));
	out[n++] = 0;
	return n;
}
