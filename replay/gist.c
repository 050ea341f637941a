/* SPDX-License-Identifier: ISC */
/* A head; sections, each with its own head, its filter and its pages, packed; an end.  Every
 * part has a checksum; what is not read is not checked.  In the pages of a section each page
 * has two numbers in front: bytes of texts, bytes of heads. */
#include "replay/gist.h"

#include "replay/pack.h"

#define PAGES_FULL ((size_t)4 << 20)  /* what is stored of a section, about */
#define PAGES_MAX  ((size_t)48 << 20) /* with one page that is large */
#define WINDOW     ((size_t)32 << 10)
#define RATIO_MAX  1100 /* of what deflate can make of anything */
#define SHARE      3    /* of the recording's size, for pages ... */
#define SMALL      1024 /* ... that are not as small as this */
#define PACK_LEAST 512  /* bytes; fewer are stored as they are */
#define REFS       (UINT32_C(1) << 31)

struct head {
	char magic[8], version[24];
	uint64_t inode;
	int64_t size, mtime_ns;
	uint32_t scope, sum;
};

enum { SECTION = 0x54434553, END = 0x20444E45 };

struct section {
	uint32_t tag;
	uint32_t filter; /* bytes of it; END: the state of the recording */
	uint32_t raw, packed, pages_sum;
	uint32_t sum; /* of what stands in front, and the filter */
};

static uint32_t
sum_of_section(const struct section *s, struct span filter)
{
	struct span front = span_of(s, offsetof(struct section, sum));

	return pack_sum(pack_sum(0, front), filter);
}

static struct head
make_head(const struct gist_key *k)
{
	struct head h = { .magic = "ARGIST2",
		.version = PACKAGE_VERSION,
		.inode = k->inode,
		.size = k->size,
		.mtime_ns = k->mtime_ns,
		.scope = k->scope };

	h.sum = pack_sum(0, span_of(&h, offsetof(struct head, sum)));
	return h;
}

/* --- making --- */

static void
put(struct gist_writer *w, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n && w->rc == 0) {
		ssize_t k = dst_write_at(w->dst, w->off, p, n, &w->e);

		if (k <= 0) {
			w->rc = k < 0 ? (int)k
				      : err_set(&w->e, ERR_NOSPACE, "%s",
						err_name(ERR_NOSPACE));
			return;
		}
		w->off += (uint64_t)k;
		p += k;
		n -= (size_t)k;
	}
}

static void
check(struct gist_writer *w, int rc)
{
	if (rc < 0 && w->rc == 0)
		w->rc = err_set(&w->e, rc, "%s", err_name(rc));
}

int
gist_begin(struct gist_writer *w, struct dst *d, const struct gist_key *k, struct err *e)
{
	struct head h = make_head(k);

	*w = (struct gist_writer){ .dst = d, .room = (uint64_t)k->size / SHARE };
	if (gram_init(&w->grams) < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	put(w, &h, sizeof h);
	return 0;
}

/* The pages to PACKED, if that is worth it. */
static int
pack_pages(struct gist_writer *w)
{
	buf_clear(&w->packed);
	if (w->pages.n < PACK_LEAST)
		return buf_add_span(&w->packed, buf_span(&w->pages));
	return pack_deflate(&w->packed, buf_span(&w->pages));
}

/* Text of full screens is as large as the recording: only some of that is kept. */
static bool
is_wanted(struct gist_writer *w, size_t packed)
{
	if (packed <= SMALL)
		return true;
	if (packed > w->room)
		return false;
	w->room -= packed;
	return true;
}

/* Where there is no text, the filter is sharper: all of the recording will have to be read. */
static void
put_section(struct gist_writer *w)
{
	struct section s = { .tag = SECTION };
	bool wanted;

	check(w, pack_pages(w));
	wanted = is_wanted(w, w->packed.n);
	if (wanted)
		s.raw = (uint32_t)w->pages.n;
	else
		buf_clear(&w->packed);
	buf_clear(&w->filter);
	check(w, gram_take(&w->grams, &w->filter, &s.filter, !wanted));
	s.packed = (uint32_t)w->packed.n;
	s.pages_sum = pack_sum(0, buf_span(&w->packed));
	s.sum = sum_of_section(&s, buf_span(&w->filter));
	put(w, &s, sizeof s);
	put(w, w->filter.p, w->filter.n);
	put(w, w->packed.p, w->packed.n);
	buf_clear(&w->pages);
	w->meant = 0;
}

void
gist_page(struct gist_writer *w, struct span texts, struct span heads, bool refs,
	struct span shown)
{
	uint32_t size[2] = { (uint32_t)texts.n, (uint32_t)heads.n };

	if (w->rc < 0 || !heads.n)
		return;
	if (texts.n > PAGES_MAX - PAGES_FULL || heads.n > PAGES_MAX - PAGES_FULL ||
		texts.n + heads.n + sizeof size > PAGES_MAX - PAGES_FULL) {
		check(w, ERR_LIMIT);
		return;
	}
	size[1] |= refs ? REFS : 0;
	buf_add(&w->pages, size, sizeof size);
	buf_add_span(&w->pages, texts);
	check(w, buf_add_span(&w->pages, heads));
	gram_add(&w->grams, shown);
	w->meant += shown.n;
	if (w->meant >= GIST_SECTION || w->pages.n >= PAGES_FULL)
		put_section(w);
}

void
gist_abandon(struct gist_writer *w)
{
	gram_free(&w->grams);
	buf_free(&w->pages);
	buf_free(&w->packed);
	buf_free(&w->filter);
}

int
gist_end(struct gist_writer *w, const struct tape_end *end, struct err *e)
{
	struct section s = { .tag = END, .filter = (uint32_t)end->state };

	if (w->pages.n)
		put_section(w);
	s.sum = sum_of_section(&s, span_of("", 0));
	put(w, &s, sizeof s);
	gist_abandon(w);
	if (w->rc < 0 && e)
		*e = w->e;
	return w->rc;
}

/* --- reading --- */

static int
damaged(struct err *e, const char *what)
{
	return err_set(e, ERR_DAMAGED, "%s", what);
}

/* N bytes of the file from OFF on; NULL: they are not there. */
static const uint8_t *
bytes_at(struct gist *g, uint64_t off, size_t n, struct err *e)
{
	size_t want = n > WINDOW ? n : WINDOW;

	if (off >= g->from && off - g->from <= g->here.n &&
		n <= g->here.n - (size_t)(off - g->from))
		return g->here.p + (off - g->from);
	buf_clear(&g->here);
	g->from = off;
	if (buf_reserve(&g->here, want) < 0) {
		err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		return NULL;
	}
	while (g->here.n < n) {
		ssize_t k = src_read_at(g->src, off + g->here.n, g->here.p + g->here.n,
			want - g->here.n, e);

		if (k < 0)
			return NULL;
		if (k == 0) {
			damaged(e, "ends too early");
			return NULL;
		}
		g->here.n += (size_t)k;
	}
	return g->here.p;
}

int
gist_open(struct gist *g, struct src *src, const struct gist_key *k, struct err *e)
{
	struct head want = make_head(k);
	const uint8_t *p;

	*g = (struct gist){ .src = src };
	p = bytes_at(g, 0, sizeof want, e);
	if (p && memcmp(p, &want, sizeof want) == 0) {
		g->off = sizeof want;
		return 0;
	}
	gist_close(g);
	return damaged(e, "is of another file");
}

void
gist_close(struct gist *g)
{
	src_close(g->src);
	buf_free(&g->here);
	buf_free(&g->pages);
	*g = (struct gist){ 0 };
}

static bool
is_sound(const struct section *s)
{
	if (s->tag == END)
		return s->filter == TAPE_CLEAN || s->filter == TAPE_TRUNCATED;
	return s->tag == SECTION && s->filter && s->filter <= GRAM_SIZE_MAX &&
	       s->raw <= PAGES_MAX && s->packed <= PAGES_MAX &&
	       s->raw / RATIO_MAX <= s->packed;
}

int
gist_next(struct gist *g, struct err *e)
{
	const uint8_t *p = bytes_at(g, g->off, sizeof(struct section), e);
	struct section s;
	size_t filter;

	if (!p)
		return ERR_DAMAGED;
	memcpy(&s, p, sizeof s);
	if (!is_sound(&s))
		return damaged(e, "is no gist");
	filter = s.tag == END ? 0 : s.filter;
	p = bytes_at(g, g->off, sizeof s + filter, e);
	if (!p)
		return ERR_DAMAGED;
	if (s.sum != sum_of_section(&s, span_of(p + sizeof s, filter)))
		return damaged(e, "has a wrong checksum");
	if (s.tag == END) {
		g->state = (enum tape_state)s.filter;
		return 0;
	}
	g->filter = (struct gram_filter){ p + sizeof s, s.filter };
	g->pages_off = g->off + sizeof s + filter;
	g->raw = s.raw;
	g->packed = s.packed;
	g->pages_sum = s.pages_sum;
	g->at = SIZE_MAX;
	g->off = g->pages_off + s.packed;
	return 1;
}

static int
load_pages(struct gist *g, struct err *e)
{
	const uint8_t *p = bytes_at(g, g->pages_off, g->packed, e);

	buf_clear(&g->pages);
	g->at = 0;
	if (!p)
		return ERR_DAMAGED;
	if (pack_sum(0, span_of(p, g->packed)) != g->pages_sum)
		return damaged(e, "has a wrong checksum");
	if (g->raw < PACK_LEAST)
		buf_add(&g->pages, p, g->packed);
	else if (pack_inflate(&g->pages, span_of(p, g->packed), g->raw) < 0)
		return damaged(e, "cannot be unpacked");
	return buf_failed(&g->pages);
}

int
gist_read(struct gist *g, struct text_reader *r, struct err *e)
{
	uint32_t size[2];
	struct span texts, heads;
	size_t left;

	if (!g->raw)
		return err_set(e, ERR_STATE, "has no text there");
	if (g->at == SIZE_MAX && load_pages(g, e) < 0)
		return ERR_DAMAGED;
	left = g->pages.n - g->at;
	if (!left)
		return 0;
	if (left < sizeof size)
		return damaged(e, "is no gist");
	memcpy(size, g->pages.p + g->at, sizeof size);
	left -= sizeof size;
	if (size[0] > left || (size[1] & ~REFS) > left - size[0])
		return damaged(e, "is no gist");
	texts = span_of(g->pages.p + g->at + sizeof size, size[0]);
	heads = span_of(texts.p + texts.n, size[1] & ~REFS);
	g->at += sizeof size + texts.n + heads.n;
	if (!page_sound(texts, heads, size[1] & REFS))
		return damaged(e, "is no gist");
	page_read(r, texts, heads);
	r->refs = size[1] & REFS;
	return 1;
}
