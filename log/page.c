/* SPDX-License-Identifier: ISC */
/* log/page/page.html with its {{parts}} filled in, as a destination: what stands before
 * {{recording}} is written first, the recording as it comes, the rest at the close. */
#include "log/page.h"

#include "base/base64.h"
#include "format/gzw.h"
#include "format/sha256.h"
#include "log/embed.h"
#include "render/markup.h"
#include "sys/fdio.h"

#include <inttypes.h>
#include <stdlib.h>

#define BLOCK ((size_t)512 << 10) /* of asciicast, compressed at once */
#define LEVEL 6
/* Rows and what is around them, every '<' six bytes long. */
#define DATA_MAX ((size_t)256 << 20)

struct page {
	struct dst dst;
	struct page_opts opts;
	struct dst *out;
	uint64_t written, taken;
	struct gzw gz;
	struct buf zipped, text;
	struct span rest; /* of the template */
	bool begun;       /* what stands before the recording is written */
};

/* ---- bytes out ---- */

static int
write_span(struct page *p, struct span s, struct err *e)
{
	for (size_t at = 0; at < s.n;) {
		ssize_t n = dst_write_at(p->out, p->written, s.p + at, s.n - at, e);

		if (n <= 0)
			return n < 0 ? (int)n : err_set(e, ERR_NOSPACE, "cannot write");
		at += (size_t)n;
		p->written += (uint64_t)n;
	}
	return 0;
}

static int
write_text(struct page *p, struct err *e)
{
	int rc = buf_failed(&p->text);

	if (rc < 0)
		return err_set(e, rc, "cannot make the page: %s", err_name(rc));
	rc = write_span(p, buf_span(&p->text), e);
	buf_clear(&p->text);
	return rc;
}

/* What is compressed, but for bytes that base64 cannot write yet. */
static int
write_zipped(struct page *p, bool all, struct err *e)
{
	size_t n = all ? p->zipped.n : p->zipped.n - p->zipped.n % 3;

	if (buf_failed(&p->zipped))
		return err_set(e, buf_failed(&p->zipped), "cannot compress");
	base64_put(&p->text, span_of(p->zipped.p, n));
	buf_add_byte(&p->text, '\n');
	buf_consume(&p->zipped, n);
	return write_text(p, e);
}

/* ---- the parts ---- */

static struct span
embedded(const char *name)
{
	for (const struct embed *f = embed_page; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return span_of(f->data, f->n);
	return span_of(NULL, 0);
}

static void
add_hash(struct buf *out, struct span script)
{
	uint8_t hash[SHA256_BYTES];
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, script);
	sha256_end(&h, hash);
	buf_add_str(out, " 'sha256-");
	base64_put(out, span_of(hash, sizeof hash));
	buf_add_str(out, "'");
}

/* The player compiles WebAssembly and sets styles; there is nothing else it may do. */
static int
put_policy(struct page *p)
{
	buf_add_str(&p->text, "default-src 'none'; script-src 'wasm-unsafe-eval'");
	add_hash(&p->text, p->opts.player->script);
	add_hash(&p->text, embedded("page.js"));
	return buf_add_str(&p->text, "; style-src 'unsafe-inline'; img-src data:; "
				     "base-uri 'none'; form-action 'none'");
}

static int
put_title(struct page *p)
{
	return markup_text(&p->text, span_str(p->opts.title));
}

static int
put_player_style(struct page *p)
{
	return buf_add_span(&p->text, p->opts.player->style);
}

static int
put_style(struct page *p)
{
	return buf_add_span(&p->text, embedded("page.css"));
}

/* As the player wants it: a class of its own. */
static int
put_theme(struct page *p)
{
	const struct theme *t = p->opts.theme;

	buf_addf(&p->text,
		".asciinema-player-theme-page{--term-color-foreground:#%06" PRIx32
		";--term-color-background:#%06" PRIx32,
		t->fg, t->bg);
	for (int i = 0; i < 16; i++)
		buf_addf(&p->text, ";--term-color-%d:#%06" PRIx32, i, t->colour[i]);
	return buf_add_byte(&p->text, '}');
}

static int
put_theme_name(struct page *p)
{
	return buf_add_str(&p->text, p->opts.own_theme ? "auto/page" : "page");
}

static int
put_player(struct page *p)
{
	return buf_add_span(&p->text, p->opts.player->script);
}

static int
put_script(struct page *p)
{
	return buf_add_span(&p->text, embedded("page.js"));
}

static int
put_licence(struct page *p)
{
	return markup_text(&p->text, p->opts.player->licence);
}

static int
put_version(struct page *p)
{
	return buf_add_str(&p->text, PACKAGE_VERSION);
}

static int
put_data(struct page *p)
{
	struct buf json;
	int rc;

	buf_init(&json, DATA_MAX);
	rc = p->opts.data(p->opts.ctx, &json);
	if (rc == 0)
		rc = page_json(&p->text, buf_span(&json));
	buf_free(&json);
	return rc;
}

static const struct part {
	const char *name;
	int (*put)(struct page *p); /* NULL: the recording */
} parts[] = {
	{ "policy", put_policy },
	{ "version", put_version },
	{ "title", put_title },
	{ "player-style", put_player_style },
	{ "style", put_style },
	{ "theme", put_theme },
	{ "theme-name", put_theme_name },
	{ "recording", NULL },
	{ "data", put_data },
	{ "licence", put_licence },
	{ "player", put_player },
	{ "script", put_script },
};

int
page_json(struct buf *out, struct span json)
{
	const uint8_t *p = json.p, *end = json.p + json.n;

	while (p < end) {
		const uint8_t *lt = memchr(p, '<', (size_t)(end - p));

		buf_add(out, p, (size_t)((lt ? lt : end) - p));
		if (!lt)
			break;
		buf_add_str(out, "\\u003c");
		p = lt + 1;
	}
	return buf_failed(out);
}

static const struct part *
part_named(struct span name)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (span_is(name, parts[i].name))
			return &parts[i];
	return NULL;
}

static struct span
from(struct span s, size_t at)
{
	return span_of(s.p + at, s.n - at);
}

/* Up to the next {{part}}, which is taken off; NULL: to the end. */
static const struct part *
next_part(struct span *rest, struct span *before)
{
	const uint8_t *open = memmem(rest->p, rest->n, "{{", 2), *shut;

	*before = *rest;
	if (!open)
		return NULL;
	before->n = (size_t)(open - rest->p);
	*rest = from(*rest, before->n + 2);
	shut = memmem(rest->p, rest->n, "}}", 2);
	open += 2;
	*rest = from(*rest, (size_t)(shut + 2 - rest->p));
	return part_named(span_of(open, (size_t)(shut - open)));
}

/* To the recording, or to the end when that has been. */
static int
write_template(struct page *p, struct err *e)
{
	const struct part *part;
	struct span before;
	int rc = 0;

	do {
		part = next_part(&p->rest, &before);
		buf_add_span(&p->text, before);
		if (part && part->put && (rc = part->put(p)) < 0)
			return err_set(e, rc, "cannot make the page: %s", err_name(rc));
		rc = write_text(p, e);
	} while (rc == 0 && part && part->put);
	return rc;
}

/* ---- as a destination ---- */

static int
begin(struct page *p, struct err *e)
{
	bool begun = p->begun;

	p->begun = true;
	return begun ? 0 : write_template(p, e);
}

static ssize_t
page_write_at(struct dst *d, uint64_t off, const void *bytes, size_t n, struct err *e)
{
	struct page *p = (struct page *)d;
	int rc;

	if (off != p->taken)
		return err_set_at(e, ERR_STATE, (int64_t)off, "cannot go back in a page");
	if (p->taken + n > PAGE_CAST_MAX)
		return err_set(e, ERR_LIMIT,
			"the recording is too long for one page (over %u MB of text)",
			(unsigned)(PAGE_CAST_MAX >> 20));
	rc = begin(p, e);
	if (rc < 0)
		return rc;
	rc = buf_add(&p->gz.plain, bytes, n);
	if (rc < 0)
		return err_set(e, rc, "out of memory");
	p->taken += n;
	if (p->gz.plain.n < BLOCK)
		return (ssize_t)n;
	rc = gzw_flush(&p->gz, &p->zipped);
	if (rc < 0)
		return err_set(e, rc, "cannot compress");
	rc = write_zipped(p, false, e);
	return rc < 0 ? rc : (ssize_t)n;
}

static int
finish(struct page *p, struct err *e)
{
	int rc = begin(p, e);

	if (rc < 0)
		return rc;
	rc = gzw_end(&p->gz, &p->zipped);
	if (rc < 0)
		return err_set(e, rc, "cannot compress");
	rc = write_zipped(p, true, e);
	return rc < 0 ? rc : write_template(p, e);
}

static void
release(struct page *p)
{
	gzw_free(&p->gz);
	buf_free(&p->zipped);
	buf_free(&p->text);
	free(p);
}

static int
page_close(struct dst *d, struct err *e)
{
	struct page *p = (struct page *)d;
	struct err ignored;
	int rc = finish(p, e);

	if (p->opts.page_bytes)
		*p->opts.page_bytes = p->written;
	if (p->opts.cast_bytes)
		*p->opts.cast_bytes = p->taken;
	if (rc < 0) {
		fdio_doom_dst(p->out, true);
		dst_close(p->out, &ignored);
	} else {
		rc = dst_close(p->out, e);
	}
	release(p);
	return rc;
}

static const struct dst_ops ops = { page_write_at, NULL, NULL, page_close };

int
page_open(struct dst **page, struct dst *out, const struct page_opts *o, struct err *e)
{
	struct page *p = calloc(1, sizeof *p);

	*page = NULL;
	if (!p) {
		dst_close(out, NULL);
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	p->dst.ops = &ops;
	p->opts = *o;
	p->out = out;
	p->rest = embedded("page.html");
	buf_init(&p->text, DATA_MAX);
	gzw_init(&p->gz, LEVEL);
	gzw_header(&p->zipped, SPAN_LIT(""));
	*page = &p->dst;
	return 0;
}
