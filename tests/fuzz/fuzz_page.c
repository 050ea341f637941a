/* SPDX-License-Identifier: ISC */
/* Whatever was recorded, a page is made of it in which nothing but our own scripts stands, and
 * whose data is JSON.  The first byte chooses a kind of event, the rest is its payload, and text,
 * and input. */
#include "base/utf8.h"
#include "format/vendor.h"
#include "log/chronicle.h"
#include "log/page.h"

#include "tests/fuzz/must.h"

#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct tape_info dated = { .has_wall = true };

static void
note(struct chronicle *c, struct msg *m, int64_t at)
{
	m->connection_id = SPAN_LIT("c0ffee");
	m->time_ns = at;
	chronicle_note(c, m, at, at / 2);
}

/* What an event of any kind, a variable, a program and keys make of it. */
static void
note_all(struct chronicle *c, struct span s, int kind)
{
	struct msg m;

	vendor_raw(&m, (enum vendor_id)(1 + kind % (VENDOR_COUNT - 1)), s);
	note(c, &m, 1);
	msg_init(&m, MSG_SETENV);
	m.p.setenv.name = m.p.setenv.value = s;
	note(c, &m, 2);
	msg_init(&m, MSG_EXEC);
	m.p.exec.program = s;
	note(c, &m, INT64_C(10000000000));
	msg_init(&m, MSG_IO);
	m.p.io.stream = MSG_STREAM_IN;
	m.p.io.data = s;
	note(c, &m, INT64_C(10000000001));
	vendor_raw(&m, (enum vendor_id)(1 + kind % (VENDOR_COUNT - 1)), s);
	note(c, &m, INT64_MAX);
}

static int
page_data(void *ctx, struct buf *out)
{
	struct tape_end end = { .state = TAPE_TRUNCATED };

	return chronicle_put(ctx, out, NULL, &end);
}

/* No '<', no controls, nothing that turns text about; and JSON. */
static void
check_data(struct chronicle *c)
{
	struct buf raw = { 0 }, b = { 0 };
	json_t *j;

	must(page_data(c, &raw) == 0 && page_json(&b, buf_span(&raw)) == 0);
	for (size_t i = 0; i < b.n;) {
		uint32_t ch;
		int k = utf8_get(b.p + i, b.n - i, &ch, NULL);

		must(k > 0 && ch != '<' && (ch == '\n' || !utf8_order(ch)));
		i += (size_t)k;
	}
	j = json_loadb((const char *)b.p, b.n, 0, NULL);
	must(j && json_array_size(json_object_get(j, "events")) >= 4);
	json_decref(j);
	buf_free(&raw);
	buf_free(&b);
}

static int
count(struct span s, const char *what)
{
	const uint8_t *at = s.p, *end = s.p + s.n;
	int n = 0;

	while ((at = memmem(at, (size_t)(end - at), what, strlen(what)))) {
		at++;
		n++;
	}
	return n;
}

/* A destination whose bytes are still there when it was closed. */
struct keep {
	struct dst dst;
	struct buf *out;
};

static ssize_t
keep_write(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct buf *out = ((struct keep *)d)->out;

	(void)e;
	must(off == out->n && buf_add(out, p, n) == 0);
	return (ssize_t)n;
}

static int
keep_close(struct dst *d, struct err *e)
{
	(void)d;
	(void)e;
	return 0;
}

static const struct dst_ops keep_ops = { keep_write, NULL, NULL, keep_close };

/* The page over the asciicast S. */
static void
check_page(struct chronicle *c, struct span s, const char *title)
{
	struct webplayer player = { .script = SPAN_LIT("play()"),
		.style = SPAN_LIT("a{}"),
		.licence = SPAN_LIT("free") };
	struct page_opts o = { .player = &player,
		.title = title,
		.theme = theme_default(),
		.data = page_data,
		.ctx = c };
	struct buf kept = { 0 };
	struct keep keep = { { .ops = &keep_ops }, &kept };
	struct span html;
	struct dst *page;

	must(page_open(&page, &keep.dst, &o, NULL) == 0);
	must(dst_write_at(page, 0, s.p, s.n, NULL) == (ssize_t)s.n);
	must(dst_close(page, NULL) == 0);
	html = buf_span(&kept);
	must(count(html, "<script") == 4 && count(html, "</script") == 4);
	must(count(html, "<title") == 1 && count(html, "<!--") == 0);
	buf_free(&kept);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chronicle c;
	struct span s;
	char title[256];
	size_t n;

	if (size < 1 || size > 65536)
		return 0;
	s = span_of(data + 1, size - 1);
	n = s.n < sizeof title - 1 ? s.n : sizeof title - 1;
	memcpy(title, s.p, n);
	title[n] = 0;
	chronicle_init(&c, title, &dated, true);
	note_all(&c, s, data[0]);
	check_data(&c);
	check_page(&c, s, title);
	chronicle_free(&c);
	return 0;
}
