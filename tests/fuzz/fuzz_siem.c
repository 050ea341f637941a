/* SPDX-License-Identifier: ISC */
/* The first byte chooses form and kind.  Below 0x80 the rest is the payload of an event of ours,
 * else a recording.  What comes out is lines of JSON, and with 0x40 none is longer than what
 * must always be enough. */
#include "format/siem.h"
#include "format/tape.h"
#include "format/vendor.h"
#include "must.h"

#include <jansson.h>

#define ROOM      0x40
#define TAPE      0x80
#define LINES_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_line(struct span line, bool room)
{
	json_t *j = json_loadb((const char *)line.p, line.n, JSON_ALLOW_NUL, NULL);

	must(j);
	must(memchr(line.p, '\n', line.n) == line.p + line.n - 1);
	must(!room || line.n <= SIEM_ROOM_LEAST);
	json_decref(j);
}

static void
check_entry(const struct siem *s, struct span line)
{
	struct logline l;

	siem_logline(s, line, &l);
	must(l.nfields <= LOGLINE_FIELDS_MAX && l.action && l.line.n == line.n);
	must(l.priority >= LOGLINE_ERROR && l.priority <= LOGLINE_INFO);
	for (size_t i = 0; i < l.nfields; i++)
		must(l.field[i].name && (l.field[i].value.p || !l.field[i].value.n));
}

static void
tell(struct siem *s, struct buf *out, const struct msg *m, uint64_t number, bool room)
{
	int rc;

	buf_clear(out);
	rc = siem_put(s, out, m, (int64_t)number, number);
	must(rc != ERR_LIMIT);
	if (rc <= 0)
		return;
	check_line(buf_span(out), room);
	check_entry(s, buf_span(out));
}

static void
tell_event(struct siem *s, struct buf *out, uint8_t kind, struct span payload, bool room)
{
	struct msg m;

	vendor_raw(&m, (enum vendor_id)(1 + kind % (VENDOR_COUNT - 1)), payload);
	m.connection_id = SPAN_LIT("c0ffee");
	for (uint64_t i = 0; i < 2; i++)
		tell(s, out, &m, i, room);
}

static void
tell_tape(struct siem *s, struct buf *out, struct span bytes, bool room)
{
	const struct msg *m;
	struct tape *t;
	int64_t at;

	if (tape_open(&t, src_mem(bytes), NULL, NULL) < 0)
		return;
	for (uint64_t i = 0; i < LINES_MAX && tape_next(t, &m, &at, NULL) > 0; i++)
		tell(s, out, m, i, room);
	tape_close(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = { 0 };
	struct siem *s;
	bool room;

	if (size < 1 || siem_new(&s, data[0] % 4, "a/name", NULL) < 0)
		return 0;
	room = data[0] & ROOM;
	siem_room(s, room ? SIEM_ROOM_LEAST : 0);
	if (data[0] & TAPE)
		tell_tape(s, &out, span_of(data + 1, size - 1), room);
	else
		tell_event(s, &out, (data[0] & (ROOM - 1)) / 4,
			span_of(data + 1, size - 1), room);
	siem_free(s);
	buf_free(&out);
	return 0;
}
