/* SPDX-License-Identifier: ISC */
/* Events of trace/ as the payloads of vendor events (docs/format-audit.md). */
#ifndef REC_RAN_JSON_H
#define REC_RAN_JSON_H

#include "base/buf.h"
#include "format/vendor.h"
#include "trace/trace.h"

/* The payload of EV into OUT (cleared), at most MAX bytes of it; WALL_NS is the wall time at
 * monotonic 0.  Returns its kind, VENDOR_NONE when it cannot be had that small. */
enum vendor_id ran_json(
	struct buf *out, const struct trace_event *ev, int64_t wall_ns, size_t max);
/* The payload of the "source" event: members only, into an open object. */
void ran_json_sources(struct jsonw *w, const struct trace *t);

#endif
