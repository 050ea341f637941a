/* SPDX-License-Identifier: ISC */
/* A recording as one page for a browser: asciicast goes in as into a file, HTML comes out.
 * The page holds everything it needs and may not reach out (Content-Security-Policy); its only
 * scripts are ours and the player's, named by their hashes, so that nothing recorded can become
 * one: the recording is base64, everything else JSON in which no markup can begin. */
#ifndef LOG_PAGE_H
#define LOG_PAGE_H

#include "base/io.h"
#include "base/theme.h"
#include "log/webplayer.h"

/* Of the asciicast: what a browser can hold as one text. */
#define PAGE_CAST_MAX ((uint64_t)400 << 20)

struct page_opts {
	const struct webplayer *player; /* borrowed */
	const char *title;              /* until the page has read its data */
	const struct theme *theme;      /* for the recording, unless ... */
	bool own_theme;                 /* ... it has one of its own that may stay */
	/* Appends the JSON object that page.js reads; asked when the recording is complete. */
	int (*data)(void *ctx, struct buf *out);
	void *ctx;
	uint64_t *page_bytes,
		*cast_bytes; /* what became of it, at the end; may be NULL */
};

/* OUT is taken over in every case.  A close that cannot finish the page fails and lets OUT,
 * which must come from fdio_open_dst(), not appear. */
int page_open(
	struct dst **page, struct dst *out, const struct page_opts *o, struct err *e);

/* JSON as it may stand in a <script>: without any '<'. */
int page_json(struct buf *out, struct span json);

#endif
