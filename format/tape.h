/* SPDX-License-Identifier: ISC */
/* A tape is any recording, read from front to back as messages: audit log version 1 and 2,
 * asciicast 1, 2 and 3 (whose header and events are turned into the same messages), ttyrec,
 * typescript, I/O logs of sudo, tlog.  One of several files finds the others beside its source (base/io.h).
 * It can go back: tape_tell() gives the place of the next message, tape_seek() returns to
 * it.  Damage never stops a tape that can find its way again; what it met is in
 * tape_end() and is told through the note callback.
 *
 * Iteration is like read(2): 1 a message, 0 the (present) end, negative an error after which
 * nothing more can be read.  A tape at its end may be asked again: a live recording grows. */
#ifndef FORMAT_TAPE_H
#define FORMAT_TAPE_H

#include "base/io.h"
#include "format/msg.h"

enum tape_format {
	TAPE_UNKNOWN,
	TAPE_AUDIT_V1,
	TAPE_AUDIT_V2,
	TAPE_CAST_V1,
	TAPE_CAST_V2,
	TAPE_CAST_V3,
	TAPE_TTYREC,
	TAPE_RAW, /* bytes of output alone: read only when asked for (tape_opts.as) */
	TAPE_SCRIPT,
	TAPE_SCRIPT_CLASSIC,
	TAPE_SUDO,
	TAPE_TLOG,
	TAPE_TEXT, /* what was shown, as lines: needs an emulator, see log/ */
	TAPE_FORMATS
};

/* What a format can hold of a recording.  Output, byte for byte unless said otherwise, all of
 * them do. */
enum tape_holds {
	TAPE_HOLDS_TEXT = 1 << 0, /* bytes only where they are UTF-8 */
	TAPE_HOLDS_INPUT = 1 << 1,
	TAPE_HOLDS_ERROR = 1 << 2, /* error output apart */
	TAPE_HOLDS_SIZES = 1 << 3,
	TAPE_HOLDS_FIRST = 1 << 4, /* only the first size */
	TAPE_HOLDS_EXIT = 1 << 5,
	TAPE_HOLDS_DATE = 1 << 6, /* when it was */
	TAPE_HOLDS_COMMAND = 1 << 7,
	TAPE_HOLDS_WHO = 1 << 8,    /* user, host, terminal */
	TAPE_HOLDS_EVENTS = 1 << 9, /* markers and what else happened */
	TAPE_HOLDS_ALL = 1 << 10,   /* every message */
};
struct tape_kind {
	const char *name;     /* "audit", "asciicast-v2" ... */
	const char *suffixes; /* of files, between blanks: " .ttyrec .tty "; NULL: none */
	unsigned holds;       /* enum tape_holds */
	const char
		*folder; /* a folder is written, which begins with this file; else NULL */
	const char *times; /* unit of times: "1 ns"; "none" */
	const char *what;  /* for a person */
};
const struct tape_kind *tape_kind(enum tape_format f); /* not of TAPE_UNKNOWN */
const char *tape_format_name(enum tape_format f);
const char *tape_format_at(size_t i); /* the names from 0 on, NULL behind the last */
int tape_format_parse(const char *name, enum tape_format *f, struct err *e);
/* By the end of a file's name; TAPE_UNKNOWN: it tells nothing. */
enum tape_format tape_format_of_name(const char *path);

enum tape_state {
	TAPE_OPEN,  /* the end was not reached yet; once known, going back keeps it */
	TAPE_CLEAN, /* closed by its writer */
	TAPE_TRUNCATED, /* ends without having been closed: crash, cut, or still being written */
	TAPE_DAMAGED, /* something in it could not be read: offset says where (the first) */
};
const char *tape_state_name(enum tape_state s);

struct tape_end {
	enum tape_state state;
	int64_t offset; /* in the file, of the damage or of the end; -1 unknown */
	uint64_t damages;
	char text[ERR_TEXT_MAX]; /* what was met first, empty when clean */
};

struct tape_note {
	int64_t offset;   /* in the file, -1 unknown */
	uint64_t ordinal; /* of the next message */
	int code;         /* ERR_... */
	const char *text;
	bool lost; /* bytes or messages are gone (not only odd) */
};

#define TAPE_RAW_SIDE_MAX 9999

struct tape_opts {
	void (*note)(void *ctx, const struct tape_note *n); /* may be NULL */
	void *ctx;
	bool live;           /* the file may still grow: do not call its end truncated */
	bool quoted;         /* asciicast: msg.quoted, where it can be */
	enum tape_format as; /* TAPE_RAW: it is that; else it is found out */
	uint32_t cols, rows; /* of a raw one, at most TAPE_RAW_SIDE_MAX; 0: 80x24 */
	const char *rec;     /* tlog: which recording of the file; NULL: the first */
	/* The times of a typescript; NULL: those that lie beside it.  Taken over as SRC is. */
	struct src *timing;
};

struct tape_pos {         /* an open value; compare by ordinal */
	uint64_t off;     /* audit: plain (inflated) offset; cast: file offset */
	uint64_t ordinal; /* number of the message, from 0 */
	int64_t time_ns; /* cast: accumulated time; audit: clamped time of the message before */
};

struct tape_info {
	enum tape_format format;
	int64_t start_ns;      /* wall clock of the first message, 0 when unknown */
	bool has_wall;         /* start_ns is a real date */
	int64_t duration_ns;   /* from an index or header, -1 while unknown */
	uint64_t messages;     /* from an index, 0 while unknown */
	int64_t idle_limit_ns; /* wish of the recording (asciicast), 0 none */
};

/* A member of the recording's own index: where reading can start. */
struct tape_access {
	struct tape_pos pos;
	int64_t at_ns; /* time of the first message behind it, since the start */
};

struct tape;

/* Open; takes SRC over in every case (closed on failure too).  Reads the header only. */
int tape_open(struct tape **t, struct src *src, const struct tape_opts *o, struct err *e);
void tape_close(struct tape *t);

const struct tape_info *tape_info(const struct tape *t);
/* What is known of the end so far; it stays known when the tape moves away from it. */
struct tape_end tape_end(const struct tape *t);

/* The next message in *M (valid until the next call on T).  AT_NS: time since the start, never
 * going backwards, whatever the recording says. */
int tape_next(struct tape *t, const struct msg **m, int64_t *at_ns, struct err *e);
struct tape_pos tape_tell(const struct tape *t);
int tape_seek(struct tape *t, const struct tape_pos *pos, struct err *e);
int tape_rewind(struct tape *t, struct err *e);
/* Access point of the recording's own index at or before AT_NS; false when it has none. */
bool tape_index_find(struct tape *t, int64_t at_ns, struct tape_access *out);

/* How far in the file reading has come, for progress: 0 to 1, or negative when unknown. */
double tape_progress(const struct tape *t);

#endif
