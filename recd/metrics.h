/* SPDX-License-Identifier: ISC */
/* What the daemon counts (metrics.def), and as Prometheus reads it (text format 0.0.4). */
#ifndef RECD_METRICS_H
#define RECD_METRICS_H

#include "base/buf.h"

struct metrics {
#define METRIC(member, name, type, doc) uint64_t member;
#include "recd/metrics.def"
};

void metrics_write(struct buf *out, const struct metrics *m);

#endif
