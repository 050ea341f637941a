/* SPDX-License-Identifier: ISC */
/* One recording read and another written from it, message by message.  OUT appears whole or
 * not at all; what was damaged in IN and what the format of OUT cannot hold is counted and
 * said.  What happens to a message on its way is the caller's. */
#ifndef LOG_COPY_H
#define LOG_COPY_H

#include "format/tapew.h"
#include "log/cmd.h"
#include "log/input.h"
#include "sys/fdio.h"

/* The rows of the options that every command with an OUT has; copy_option() takes them. */
enum { COPY_OPT_FORMAT = 900, COPY_OPT_OVERWRITE };
#define COPY_OPTIONS                                                                   \
	{ COPY_OPT_FORMAT, "format", 'f', "FORMAT",                                    \
		"what to write: audit, asciicast-v2, ... (auditlog convert --help\n"   \
		"has them all); without it what the end of OUT's name says,\n"         \
		"such as .cast, else audit",                                           \
		NULL, tape_format_at },                                                \
	{                                                                              \
		COPY_OPT_OVERWRITE, "overwrite", 0, NULL, "replace OUT when it exists" \
	}

struct copy {
	const char *from, *to;   /* the caller fills these ... */
	struct src *source;      /* the bytes of FROM, taken over; NULL: it is opened */
	enum tape_format format; /* TAPE_UNKNOWN: by the name of OUT */
	struct tape_opts topts;  /* without note, ctx and timing */
	const char *timing;      /* the file of times of a typescript; NULL: as found */
	struct tapew_opts wopts; /* lost NULL: it is said */
	enum fdio_mode mode;     /* 0 means FDIO_ATOMIC_NEW */
	struct dst *given; /* written instead, and taken over; then TO is only a name */
	/* What becomes of a message, AT_NS since the start: copy_put() any number of times.
	 * NULL: every one as it is.  Negative ends the copy, and nothing appears at OUT;
	 * positive: the rest of IN is not wanted. */
	int (*pass)(struct copy *c, const struct msg *m, int64_t at_ns, struct err *e);
	/* What is written may go through another destination, which takes *D over (on failure,
	 * too) and closes it.  NULL: it goes there as it is. */
	int (*dress)(struct copy *c, struct dst **d, struct err *e);
	/* Behind the last message; may be NULL.  Positive: copy_switch() has brought another IN. */
	int (*last)(struct copy *c, struct err *e);
	/* Asked about the bytes of IN before they are read as a recording; may be NULL. */
	int (*look)(struct copy *c, struct src *src, struct err *e);
	bool quiet; /* nothing is said about damage of IN for now */
	void *ctx;
	/* ... and finds here what happens. */
	struct input in;
	struct src
		*reads[2]; /* IN and the file of times, NULL: none; IN's tape has them */
	struct dst *dst;   /* of TO, not of what is given; released by the writer */
	struct tapew *writer;
	uint64_t messages, losses; /* written; places of IN that could not be read */
	bool wrote_badly;          /* an error came from the writing side */
};

/* 1 when ID was one of COPY_OPTIONS, 0 when not, ERR_USAGE. */
int copy_option(struct copy *c, int id, const char *value, struct err *e);
/* Opens both sides: 0, or the exit status after a line that says why. */
int copy_open(struct copy *c, const struct clk *clk);
/* All messages from where IN stands; closes OUT.  Returns the exit status. */
int copy_run(struct copy *c);
/* Goes on with another IN, whose digest nobody asks for; SOURCE as above. */
int copy_switch(struct copy *c, const char *from, struct src *source,
	const struct clk *clk, struct err *e);
int copy_put(struct copy *c, const struct msg *m, struct err *e);
/* After copy_open(), whatever came of it: nothing appears at OUT if copy_run() did not come. */
void copy_close(struct copy *c);
/* OUT for messages: the name, or "standard output". */
const char *copy_out_name(const struct copy *c);

#endif
