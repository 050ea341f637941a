/* SPDX-License-Identifier: ISC */
#include "replay/events.h"

#include "base/utf8.h"
#include "format/vendor.h"

#include <stdlib.h>

#define BLOCK_SIZE 16384

struct events_block {
	struct events_block *next;
	size_t used;
	char text[BLOCK_SIZE];
};

void
events_init(struct events *v, size_t max)
{
	*v = (struct events){ .max = max ? max : EVENTS_MAX, .stride = 1 };
}

void
events_free(struct events *v)
{
	struct events_block *b = v->blocks, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	free(v->v);
	free(v->table);
	buf_free(&v->line);
	*v = (struct events){ 0 };
}

bool
events_is(const struct msg *m)
{
	return m->type != MSG_IO || m->p.io.stream > MSG_STREAM_ERR;
}

/* Kinds that a recorded user can make at will by the thousand. */
static bool
is_frequent(int32_t type, int vendor)
{
	switch (vendor) {
	case VENDOR_COMMAND:
	case VENDOR_PROCESS_EXEC:
	case VENDOR_PROCESS_EXIT:
	case VENDOR_FILE_OPEN:
	case VENDOR_CONNECT_OUT:
	case VENDOR_INPUT_MASKED:
	case VENDOR_CAST_EVENT:
		return true;
	default:
		return type == MSG_WINDOW || type == MSG_IO || type == MSG_SETENV;
	}
}

static uint64_t
hash(const char *s)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001B3);
	return h ^ h >> 29;
}

/* Where S is in the table, or the free place where it belongs. */
static const char **
table_find(const struct events *v, const char *s)
{
	size_t i = (size_t)hash(s) & (v->table_cap - 1);

	while (v->table[i] && strcmp(v->table[i], s) != 0)
		i = (i + 1) & (v->table_cap - 1);
	return &v->table[i];
}

static bool
table_grow(struct events *v)
{
	struct events old = *v;
	size_t cap = old.table_cap ? old.table_cap * 2 : 256;

	if (old.ntable * 4 < old.table_cap * 3)
		return true;
	v->table = calloc(cap, sizeof *v->table);
	if (!v->table) {
		v->table = old.table;
		return false;
	}
	v->table_cap = cap;
	for (size_t i = 0; i < old.table_cap; i++)
		if (old.table[i])
			*table_find(v, old.table[i]) = old.table[i];
	free(old.table);
	return true;
}

static const char *
text_copy(struct events *v, const char *s)
{
	struct events_block *b = v->blocks;
	size_t n = strlen(s) + 1;

	if (v->text_bytes + n > EVENTS_TEXTS_MAX)
		return NULL;
	if (!b || b->used + n > BLOCK_SIZE) {
		b = malloc(sizeof *b);
		if (!b)
			return NULL;
		b->next = v->blocks;
		b->used = 0;
		v->blocks = b;
	}
	memcpy(b->text + b->used, s, n);
	b->used += n;
	v->text_bytes += n;
	return b->text + b->used - n;
}

/* A copy of S that stays; the same for the same text.  NULL: no room. */
static const char *
intern(struct events *v, const char *s)
{
	const char **at;

	if (!table_grow(v))
		return NULL;
	at = table_find(v, s);
	if (!*at) {
		*at = text_copy(v, s);
		v->ntable += *at != NULL;
	}
	return *at;
}

static void
cut_line(struct buf *b)
{
	if (b->n <= EVENTS_TEXT_MAX)
		return;
	buf_cut(b, EVENTS_TEXT_MAX - 3);
	buf_cut(b, b->n - utf8_tail(buf_span(b)));
	buf_add_str(b, "...");
}

static const char *
describe(struct events *v, const struct msg *m, enum vendor_id vendor)
{
	const struct msg_desc *d = msg_desc(m->type);
	const char *text = NULL;

	buf_clear(&v->line);
	if (msg_describe(&v->line, m) == 0 && v->line.n) {
		cut_line(&v->line);
		text = buf_cstr(&v->line);
	}
	if (text)
		text = intern(v, text);
	if (!text)
		text = vendor ? vendor_name(vendor) : d ? d->name : "message";
	return text;
}

static void
thin(struct events *v)
{
	size_t kept = 0;
	uint64_t nth = 0;

	for (size_t i = 0; i < v->n; i++)
		if (!is_frequent(v->v[i].type, v->v[i].vendor) || nth++ % 2 == 0)
			v->v[kept++] = v->v[i];
	v->dropped += v->n - kept;
	v->n = kept;
	v->stride *= 2;
	v->thinned++;
}

static bool
make_room(struct events *v)
{
	size_t cap = v->cap ? v->cap * 2 : 64;
	struct reel_event *p;

	if (v->n < v->cap)
		return true;
	if (v->cap < v->max) {
		cap = cap > v->max ? v->max : cap;
		p = realloc(v->v, cap * sizeof *p);
		if (!p)
			return false;
		v->v = p;
		v->cap = cap;
		return true;
	}
	/* Once thinning no longer frees an eighth, the events that come late are lost. */
	if (v->stride <= UINT64_C(1) << 32 && v->frequent / v->stride >= v->max / 4)
		thin(v);
	return v->n < v->cap;
}

/* Of the two events that a command makes, the second. */
static bool
ends_command(const struct msg *m, int vendor)
{
	struct buf phase = { 0 };
	bool end;

	if (vendor != VENDOR_COMMAND)
		return false;
	end = vendor_get_text(m, "phase", &phase) && span_is(buf_span(&phase), "end");
	buf_free(&phase);
	return end;
}

void
events_note(struct events *v, const struct msg *m, uint64_t ordinal, int64_t at_ns)
{
	struct reel_event ev = { .ordinal = ordinal,
		.at_ns = at_ns,
		.wall_ns = m->time_ns,
		.type = m->type,
		.vendor = (int)vendor_of(m) };

	if (is_frequent(ev.type, ev.vendor) && v->frequent++ % v->stride) {
		v->dropped++;
		return;
	}
	if (!make_room(v)) {
		v->dropped++;
		return;
	}
	ev.ends = ends_command(m, ev.vendor);
	ev.text = describe(v, m, (enum vendor_id)ev.vendor);
	v->v[v->n++] = ev;
}

size_t
events_after(const struct events *v, uint64_t ordinal)
{
	size_t lo = 0, hi = v->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v->v[mid].ordinal < ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
