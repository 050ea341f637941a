/* SPDX-License-Identifier: ISC */
/* The clipboard of the viewer's terminal (OSC 52). */
#ifndef PLAY_UI_CLIP_H
#define PLAY_UI_CLIP_H

#include "base/span.h"
#include "play/copy.h"

#define CLIP_BYTES_MAX 74994 /* 100,000 in base64: what common terminals take */

enum clip_chance {
	CLIP_NO,       /* the terminal knows nothing of it, or the text is too long */
	CLIP_DOUBTFUL, /* depends on how the program between us and the terminal is set up */
	CLIP_GOOD,
};

/* After curses has started. */
enum clip_chance clip_chance(enum copy_clipboard wish, size_t bytes);
/* TEXT has been cleaned; nothing of it goes out but as base64.  0, ERR_IO or ERR_NOMEM. */
int clip_send(int fd, struct span text);

#endif
