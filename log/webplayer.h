/* SPDX-License-Identifier: ISC */
/* The web player of asciinema, which a page needs: built in (configure --with-player), or out
 * of a folder that tools/get-player has filled. */
#ifndef LOG_WEBPLAYER_H
#define LOG_WEBPLAYER_H

#include "base/buf.h"
#include "base/err.h"

#define WEBPLAYER_FILE_MAX ((size_t)8 << 20)

struct webplayer {
	struct span script, style, licence;
	struct buf read[3]; /* what they point at when it is not built in */
};

/* DIR NULL: the one that is built in.  0; ERR_UNSUPPORTED with what to do about it, or an error
 * of reading. */
int webplayer_load(struct webplayer *w, const char *dir, struct err *e);
void webplayer_free(struct webplayer *w);

#endif
