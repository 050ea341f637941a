/* SPDX-License-Identifier: ISC */
/* From the queue to the outputs: records become messages.  Runs in the writing thread
 * (writer.c) but knows nothing of threads: time and waiting come in from outside.
 *
 * Bytes of one stream that follow each other within RECORDER_JOIN_NS become one message of
 * up to RING_DATA_MAX bytes, stamped with the time of its first byte.  What was taken is
 * in the file at most RECORDER_FLUSH_NS later. */
#ifndef REC_RECORDER_H
#define REC_RECORDER_H

#include "format/vendor.h"
#include "rec/events.h"
#include "rec/ring.h"
#include "rec/sink.h"

#define RECORDER_JOIN_NS  (8 * INT64_C(1000000))
#define RECORDER_FLUSH_NS (50 * INT64_C(1000000))
#define RECORDER_RETRY_NS (500 * INT64_C(1000000))

enum on_error { ON_ERROR_STOP, ON_ERROR_CONTINUE, ON_ERROR_PAUSE };

/* Kinds of records in the queue (struct ring_head.kind); the data of each. */
enum rec_kind {
	REC_IO,     /* bytes of .stream */
	REC_SIZE,   /* struct winsize */
	REC_MARK,   /* text of the label */
	REC_PAUSE,  /* nothing */
	REC_RESUME, /* nothing */
	REC_MASKED, /* text: why */
	REC_SIGNAL, /* int: number */
	REC_EXIT,   /* int: wait status */
	REC_VENDOR, /* payload of the vendor event whose enum vendor_id .stream is */
};

enum recorder_news {
	RECORDER_FAILS, /* an output cannot be written; under STOP: end the session */
	RECORDER_HOLDS, /* the same under PAUSE: nothing is taken out of the queue */
	RECORDER_WORKS, /* it can be written again */
};

struct recorder {
	struct ring *ring;
	struct sink *sinks;
	int nsinks;
	struct events *events; /* NULL: nobody else is told */
	enum on_error policy;
	char id[33];              /* connection id */
	int64_t wall_ns, mono_ns; /* the same moment on both clocks */
	uint64_t next_request;
	int64_t paused_ns; /* monotonic time of a pause, 0: none */
	struct buf json;
	size_t io_n; /* bytes waiting to be joined by more */
	uint16_t io_stream;
	int64_t io_ns;
	bool told; /* failure was told and its end was not */
	bool gave_up;
	atomic_bool hurry; /* somebody waits for the end (set by any thread) */
	/* PAUSE: wait a moment; false gives up (the session is being ended by force). */
	bool (*hold)(void *ctx);
	void (*news)(void *ctx, enum recorder_news n, const struct sink *s);
	/* Events do not get to X any more; the recording goes on.  May be NULL. */
	void (*events_news)(void *ctx, const struct events_outlet *x);
	void *ctx;
	uint8_t io[RING_DATA_MAX];
};

/* One message of this session, now (start and identity; not used once the writer runs). */
void recorder_put(struct recorder *r, struct msg *m, int64_t mono_ns);
void recorder_request(
	struct recorder *r, struct msg *m, uint64_t *request_id, int64_t mono_ns);
/* Take all that is in the queue. */
void recorder_take(struct recorder *r);
/* Write what is due at NOW. */
void recorder_tick(struct recorder *r, int64_t now_ns);
/* When recorder_tick() has something to do next (monotonic), 0: nothing. */
int64_t recorder_deadline(const struct recorder *r);
void recorder_flush(struct recorder *r);
/* The last messages are in: finish and close all outputs.  True when every output is whole. */
bool recorder_close(struct recorder *r);

#endif
