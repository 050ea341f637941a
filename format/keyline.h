/* SPDX-License-Identifier: ISC */
/* A key of 32 bytes as a file of one line, "WORD BASE64"; lines that begin with '#' are
 * comments. */
#ifndef FORMAT_KEYLINE_H
#define FORMAT_KEYLINE_H

#include "base/buf.h"
#include "base/err.h"

#define KEYLINE_KEY      32
#define KEYLINE_FILE_MAX 4096 /* bytes of a key file */

/* The next key in *TEXT, which moves on behind it.  ERR_FORMAT: the next line is none; 0: there
 * is none; 1. */
int keyline_next(
	uint8_t key[KEYLINE_KEY], struct span *text, const char *word, struct err *e);
/* The only one. */
int keyline_read(
	uint8_t key[KEYLINE_KEY], struct span text, const char *word, struct err *e);
void keyline_write(struct buf *out, const char *word, const uint8_t key[KEYLINE_KEY]);

#endif
