/* SPDX-License-Identifier: ISC */
#include "replay/redact_impl.h"

#include "base/err.h"
#include "term/width.h"

#include <stdlib.h>

#define MASK      '*'
#define WIDE_MASK 0xFF0A /* '*' of two columns */
#define HIGH_MASK 0x00D7 /* above ASCII, so no part of a sequence */
#define MARK_MASK 0x034F /* joins the character before, and is not seen */
#define JOINER    0x200D

static const char *const places[] = { "shown", "string", "typed", "event" };

const char *
redact_place_name(enum redact_place p)
{
	return places[p];
}

/* The wide form of a mask in ASCII; any other has none. */
static uint32_t
wide_mask(uint32_t mask)
{
	return mask > 0x20 && mask < 0x7F ? mask - 0x21 + 0xFF01 : WIDE_MASK;
}

/* Draws nothing, or must stay because what comes behind it depends on it. */
static bool
tells_nothing(uint32_t ch)
{
	return ch == JOINER || (ch >= 0x300 && width_hidden(ch));
}

static uint32_t
mask_of(const struct redact *r, uint32_t ch)
{
	if (tells_nothing(ch))
		return ch;
	switch (width_of(ch)) {
	case 0:
		return MARK_MASK;
	case 2:
		return wide_mask(r->o.mask);
	default:
		return r->o.mask;
	}
}

static int
put_char(struct buf *out, uint32_t ch)
{
	uint8_t utf8[UTF8_MAX_LEN];

	return buf_add(out, utf8, (size_t)utf8_put(utf8, ch));
}

int
redact_put_mask(const struct redact *r, struct buf *out, uint32_t ch)
{
	return put_char(out, mask_of(r, ch));
}

bool
redact_is_mask(const struct redact *r, uint32_t ch)
{
	return ch == r->o.mask || ch == wide_mask(r->o.mask) || ch == HIGH_MASK ||
	       ch == MARK_MASK;
}

bool
redact_is_masked(const struct redact *r, struct span text)
{
	while (text.n) {
		uint32_t ch;
		int n = utf8_get(text.p, text.n, &ch, NULL);

		if (!n || (!redact_is_mask(r, ch) && ch != ' ' && ch != '\n'))
			return false;
		text = span_of(text.p + n, text.n - (size_t)n);
	}
	return true;
}

void
redact_tell(struct redact *r, size_t rule, enum redact_place place, struct span text)
{
	size_t i = rule == REDACT_SECRET_FIELD ? r->o.rules->n : rule;

	r->counts[i]++;
	r->total++;
	if (r->o.hit)
		r->o.hit(r->o.ctx,
			&(struct redact_hit){ rule, place, r->n, r->at_ns, text });
}

int
zone_add(struct zone *z, uint64_t origin)
{
	return spots_add(&z->spots, trail_place(origin), trail_bytes(origin));
}

/* Add the character at T[I]; 1 when it is new and anything to be seen. */
static int
add_char(const struct hunt *h, const struct trail *t, size_t i)
{
	struct span rest = span_of(t->text.p + i, t->text.n - i);
	uint32_t ch;
	int rc = zone_add(h->zone, t->at[i]);

	utf8_get(rest.p, rest.n, &ch, NULL);
	return rc > 0 ? ch != ' ' && width_of(ch) > 0 : rc;
}

int
hunt_range(const struct hunt *h, size_t rule, const struct trail *t, size_t start,
	size_t end)
{
	struct span text = span_of(t->text.p + start, end - start);
	bool any = false;

	for (size_t i = start; i < end; i++) {
		int rc = 0;

		if (t->at[i] && !(i > start && t->at[i] == t->at[i - 1]))
			rc = add_char(h, t, i);
		if (rc < 0)
			return rc;
		any |= rc > 0;
	}
	/* A rule such as "what stands behind password=" matches its own masks, too. */
	if (any && !redact_is_masked(h->r, text))
		redact_tell(h->r, rule, h->place, text);
	return 0;
}

struct text_hunt {
	const struct hunt *h;
	const struct trail *t;
};

static int
on_match(void *ctx, size_t rule, size_t start, size_t end)
{
	const struct text_hunt *h = ctx;

	return hunt_range(h->h, rule, h->t, start, end);
}

int
hunt_text(const struct hunt *h, int scope, bool lines, const struct trail *t)
{
	struct text_hunt ctx = { h, t };

	return rules_find(
		h->r->o.rules, scope, lines, buf_span(&t->text), on_match, &ctx);
}

static uint64_t
hash(struct span s)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * UINT64_C(0x100000001B3);
	return h;
}

static int
new_lane(struct redact *r, uint64_t connection, uint64_t channel)
{
	struct lane **v, *l;

	if (r->nlanes >= REDACT_CHANNELS_MAX)
		return ERR_LIMIT;
	v = realloc(r->lanes, (r->nlanes + 1) * sizeof *v);
	if (!v)
		return ERR_NOMEM;
	r->lanes = v;
	l = calloc(1, sizeof *l);
	if (!l)
		return ERR_NOMEM;
	l->connection = connection;
	l->channel = channel;
	r->lanes[r->nlanes++] = l;
	return 0;
}

/* The channel that M belongs to; the last ones are the likely ones. */
static int
lane_of(struct redact *r, const struct msg *m, struct lane **out)
{
	uint64_t connection = hash(m->connection_id);
	int rc;

	for (size_t i = r->nlanes; i > 0; i--) {
		struct lane *l = r->lanes[i - 1];

		if (l->connection == connection && l->channel == m->channel) {
			*out = l;
			return 0;
		}
	}
	rc = new_lane(r, connection, m->channel);
	if (rc == 0)
		*out = r->lanes[r->nlanes - 1];
	return rc;
}

int
redact_open(struct redact **out, const struct redact_opts *o, struct err *e)
{
	struct redact *r = calloc(1, sizeof *r);

	*out = r;
	if (r)
		r->counts = calloc(o->rules->n + 1, sizeof *r->counts);
	if (!r || !r->counts) {
		redact_close(r);
		*out = NULL;
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	r->o = *o;
	if (!r->o.mask)
		r->o.mask = MASK;
	r->has_lines = rules_has_lines(o->rules, RULE_SHOWN | RULE_TYPED);
	return 0;
}

static void
free_lane(struct lane *l)
{
	spots_free(&l->out.spots);
	spots_free(&l->out.breaks);
	spots_free(&l->in.spots);
	screen_free(&l->screen);
	if (l->keyboard) {
		flow_free(&l->keyboard->flow);
		flow_free(&l->keyboard->bytes);
	}
	free(l->keyboard);
	free(l);
}

void
redact_close(struct redact *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nlanes; i++)
		free_lane(r->lanes[i]);
	free(r->lanes);
	free(r->counts);
	trail_free(&r->scratch);
	buf_free(&r->data);
	buf_free(&r->recorded.text);
	buf_free(&r->other.text);
	buf_free(&r->marks);
	free(r);
}

static int
find(struct redact *r, const struct msg *m)
{
	struct lane *l;
	struct msg out;
	int rc;

	if (m->type != MSG_IO || m->payload_null) {
		rc = fields_mask(r, &r->recorded, m, &out, true);
		if (rc < 0 || (m->type != MSG_PTY && m->type != MSG_WINDOW &&
				      m->type != MSG_CLOSE))
			return rc;
	}
	rc = lane_of(r, m, &l);
	if (rc < 0)
		return rc;
	if (m->type == MSG_CLOSE)
		return screen_end(r, l);
	if (m->type != MSG_IO)
		return screen_size(r, l, m);
	if (msg_is_output(m))
		return screen_write(r, l, m->p.io.data);
	return keyboard_write(r, l, m->p.io.data);
}

static int
explain(int rc, struct err *e)
{
	if (rc >= 0)
		return 0;
	if (rc == ERR_LIMIT)
		return err_set(e, rc,
			"more than %d terminals at a time, %d channels or %zu places to "
			"mask",
			REDACT_TERMINALS_MAX, REDACT_CHANNELS_MAX, SPOTS_MAX);
	return err_set(e, rc, "%s", err_name(rc));
}

int
redact_find(
	struct redact *r, const struct msg *m, int64_t at_ns, bool blank, struct err *e)
{
	int rc;

	r->at_ns = at_ns;
	r->blank = blank;
	rc = find(r, m);
	r->n++;
	return explain(rc, e);
}

int
redact_found(struct redact *r, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->nlanes; i++) {
		rc = screen_end(r, r->lanes[i]);
		if (rc == 0)
			rc = keyboard_end(r, r->lanes[i]);
		free(r->lanes[i]->keyboard);
		r->lanes[i]->keyboard = NULL;
	}
	return explain(rc, e);
}

static void
put_mask(struct redact *r, struct zone *z, uint32_t ch)
{
	if (z->breaking && mask_of(r, ch) < 0x80)
		ch = HIGH_MASK;
	else
		ch = mask_of(r, ch);
	put_char(&r->data, ch);
	z->behind = true;
	z->breaking = false;
}

/* One byte of a character that is masked. */
static void
mask_byte(struct redact *r, struct zone *z, uint8_t c)
{
	uint32_t ch;
	int n, held;

	z->hold.byte[z->hold.n++] = c;
	n = utf8_get(z->hold.byte, z->hold.n, &ch, NULL);
	if (n == 0)
		return;
	held = z->hold.n;
	z->hold.n = 0;
	put_mask(r, z, ch);
	if (n < held)
		mask_byte(r, z, c);
}

/* What joins a masked character goes with it: its bytes, 0 when it does not. */
static size_t
joined(const struct zone *z, struct span s)
{
	uint32_t ch;
	int n = z->behind && s.p[0] >= 0x80 ? utf8_get(s.p, s.n, &ch, NULL) : 0;

	return n && !tells_nothing(ch) && width_of(ch) == 0 ? (size_t)n : 0;
}

/* A character that was not complete when another kind of byte came. */
static void
end_hold(struct redact *r, struct zone *z)
{
	if (!z->hold.n)
		return;
	z->hold.n = 0;
	put_mask(r, z, UTF8_BAD);
}

static int
mask_data(struct redact *r, struct zone *z, struct span s)
{
	buf_clear(&r->data);
	for (size_t i = 0; i < s.n;) {
		size_t n = 1;

		if (spots_has(&z->spots, z->at + i)) {
			z->breaking |= spots_has(&z->breaks, z->at + i);
			mask_byte(r, z, s.p[i]);
		} else {
			end_hold(r, z);
			n = joined(z, span_of(s.p + i, s.n - i));
			if (n)
				put_char(&r->data, MARK_MASK);
			else
				buf_add_byte(&r->data, s.p[i]);
			z->behind = n > 0;
			n += n == 0;
		}
		i += n;
	}
	z->at += s.n;
	return buf_failed(&r->data);
}

int
redact_mask(struct redact *r, const struct msg *m, struct msg *out, struct err *e)
{
	struct lane *l;
	int rc = fields_mask(r, &r->recorded, m, out, false);

	if (rc == 0 && m->type == MSG_IO && !m->payload_null) {
		rc = lane_of(r, m, &l);
		if (rc == 0)
			rc = mask_data(
				r, msg_is_output(m) ? &l->out : &l->in, m->p.io.data);
		out->p.io.data = buf_span(&r->data);
	}
	return explain(rc, e);
}

int
redact_fields(struct redact *r, const struct msg *m, struct msg *out, struct err *e)
{
	return explain(fields_mask(r, &r->other, m, out, false), e);
}

bool
redact_mask_ok(uint32_t ch)
{
	return ch > 0x20 && ch != 0x7F && (ch < 0x80 || ch > 0xA0) && ch != '"' &&
	       ch != '\\' && ch != UTF8_BAD && !width_hidden(ch) && width_of(ch) == 1;
}

uint64_t
redact_messages(const struct redact *r)
{
	return r->n;
}

uint64_t
redact_total(const struct redact *r)
{
	return r->total;
}

uint64_t
redact_count(const struct redact *r, size_t rule)
{
	return r->counts[rule == REDACT_SECRET_FIELD ? r->o.rules->n : rule];
}
