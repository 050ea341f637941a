/* SPDX-License-Identifier: ISC */
#include "log/webplayer.h"

#include "log/embed.h"
#include "sys/fdio.h"

#include <stdio.h>
#include <string.h>

enum { SCRIPT, STYLE, LICENCE, FILES };

static const char *const files[FILES] = {
	[SCRIPT] = "asciinema-player.min.js",
	[STYLE] = "asciinema-player.css",
	[LICENCE] = "LICENSE",
};

static int
read_all(struct buf *out, struct src *s, struct err *e)
{
	ssize_t n;

	buf_init(out, WEBPLAYER_FILE_MAX);
	do {
		if (buf_reserve(out, 65536) < 0)
			return err_set(
				e, ERR_LIMIT, "too large for a file of the player");
		n = src_read_at(s, out->n, out->p + out->n, 65536, e);
		if (n > 0)
			out->n += (size_t)n;
	} while (n > 0);
	return (int)n;
}

static int
read_file(struct buf *out, const char *dir, const char *name, struct err *e)
{
	char path[4096];
	struct src *s;
	int rc;

	if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
		return err_set(e, ERR_LIMIT, "the name of the folder is too long");
	rc = fdio_open_src(&s, path, e);
	if (rc == 0) {
		rc = read_all(out, s, e);
		src_close(s);
	}
	if (rc < 0)
		err_prefix(e, "%s", path);
	return rc;
}

static struct span
built_in(const char *name)
{
	for (const struct embed *f = embed_player; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return span_of(f->data, f->n);
	return span_of(NULL, 0);
}

static int
none(struct err *e)
{
	return err_set(e, ERR_UNSUPPORTED,
		"there is no web player in this build: fetch it with tools/get-player "
		"DIR "
		"(from the source tree), then give --player DIR, or configure "
		"--with-player=DIR");
}

/* It stands inside of elements that such a text would end. */
static int
check_part(struct span s, const char *name, struct err *e)
{
	static const char *const ends[] = { "</script", "</style", "<!--" };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (memmem(s.p, s.n, ends[i], strlen(ends[i])))
			return err_set(e, ERR_FORMAT,
				"%s: cannot stand in a page: %s in it", name, ends[i]);
	return 0;
}

int
webplayer_load(struct webplayer *w, const char *dir, struct err *e)
{
	struct span *const parts[FILES] = { &w->script, &w->style, &w->licence };
	int rc;

	*w = (struct webplayer){ 0 };
	for (int i = 0; i < FILES; i++) {
		if (dir) {
			rc = read_file(&w->read[i], dir, files[i], e);
			*parts[i] = buf_span(&w->read[i]);
		} else {
			rc = 0;
			*parts[i] = built_in(files[i]);
		}
		if (rc == 0 && !parts[i]->n)
			rc = none(e);
		if (rc == 0 && i != LICENCE)
			rc = check_part(*parts[i], files[i], e);
		if (rc < 0) {
			webplayer_free(w);
			return rc;
		}
	}
	return 0;
}

void
webplayer_free(struct webplayer *w)
{
	for (int i = 0; i < FILES; i++)
		buf_free(&w->read[i]);
}
