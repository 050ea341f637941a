/* SPDX-License-Identifier: ISC */
/* What the files of redact share: channels of a recording, each with the bytes out and in. */
#ifndef REPLAY_REDACT_IMPL_H
#define REPLAY_REDACT_IMPL_H

#include "replay/redact.h"
#include "replay/shown.h"
#include "replay/spots.h"
#include "replay/strip.h"

/* One direction: what is to be masked in it, and how far the second pass is. */
struct zone {
	struct spots spots;
	struct spots
		breaks; /* a character behind half a sequence: no mask may become part of it */
	uint64_t at;
	struct utf8_hold hold; /* of a character that is masked and not complete */
	bool behind;           /* a masked character was the last */
	bool breaking;         /* the character at hand is one of those */
};

/* Text as it comes, line by line and in blocks of lines. */
struct flow {
	struct trail line, block;
};

#define TYPED_EDIT_MAX 4096
struct typed_char {
	uint32_t ch;
	uint64_t origin;
};
/* A line that is being typed, and edited as usual. */
struct keyboard {
	struct flow flow;  /* the characters as they came ... */
	struct flow bytes; /* ... and with those that belong to keys */
	struct typed_char line[TYPED_EDIT_MAX];
	size_t n, cursor;
	bool fresh; /* typed into since it was last looked at */
	uint8_t state;
	int number; /* of a key's sequence */
	struct utf8_hold hold;
	uint64_t at;
};

struct screen {
	struct emu *emu; /* NULL: not any more, or not yet */
	struct shown size;
	struct strip strip;
	struct flow flow;  /* text without sequences ... */
	struct flow bytes; /* ... and with them */
	struct trail body; /* of the string at hand */
	bool fresh;        /* the cursor's line was written to */
	uint64_t mark;     /* of the last character */
	uint64_t all_at; /* bytes taken when all rows were last looked at together ... */
	bool acted;      /* ... and whether more than text came since */
};

struct lane {
	uint64_t connection, channel;
	struct zone out, in;
	struct screen screen;
	struct keyboard *keyboard;
};

/* What texts of a message become. */
struct masked {
	struct buf text;
	struct msg_pair pairs[MSG_LIST_MAX];
};

struct redact {
	struct redact_opts o;
	struct lane **lanes;
	size_t nlanes, terminals;
	uint64_t *counts; /* by rule, then of secret fields */
	uint64_t total, n;
	int64_t at_ns;
	bool blank, has_lines;
	struct trail scratch;
	struct buf data, marks;
	struct masked recorded,
		other; /* messages of the recording, and those that are none */
};

/* A text in which matches are looked for, and what becomes of them. */
struct hunt {
	struct redact *r;
	struct zone *zone;
	enum redact_place place;
};

/* redact.c: 0 or negative. */
int hunt_text(const struct hunt *h, int scope, bool lines, const struct trail *t);
int hunt_range(const struct hunt *h, size_t rule, const struct trail *t, size_t start,
	size_t end);
int zone_add(struct zone *z, uint64_t origin); /* 1 new, 0, negative */
void redact_tell(
	struct redact *r, size_t rule, enum redact_place place, struct span text);
bool redact_is_masked(const struct redact *r, struct span text);
bool redact_is_mask(const struct redact *r, uint32_t ch);
/* What stands for CH: it takes the same room, and joins what stands before as CH does. */
int redact_put_mask(const struct redact *r, struct buf *out, uint32_t ch);

/* redact_flow.c */
void flow_free(struct flow *f);
int flow_char(
	struct flow *f, const struct hunt *h, int scope, uint32_t ch, uint64_t origin);
int flow_break(struct flow *f, const struct hunt *h, int scope); /* a line ends */
int flow_end(struct flow *f, const struct hunt *h, int scope);
/* All of T, not empty, besides as it would be without %41, \x41 and base64. */
int flow_decoded(struct trail *t, const struct hunt *h, int scope);

/* redact_screen.c */
int screen_size(struct redact *r, struct lane *l, const struct msg *m);
int screen_write(struct redact *r, struct lane *l, struct span data);
int screen_end(struct redact *r, struct lane *l);
void screen_free(struct screen *s);

/* redact_keyboard.c */
int keyboard_write(struct redact *r, struct lane *l, struct span data);
int keyboard_end(struct redact *r, struct lane *l);

/* redact_fields.c */
/* *OUT has its texts in TO. */
int fields_mask(struct redact *r, struct masked *to, const struct msg *m, struct msg *out,
	bool count);

#endif
