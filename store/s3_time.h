/* SPDX-License-Identifier: ISC */
/* Times as object stores write them. */
#ifndef STORE_S3_TIME_H
#define STORE_S3_TIME_H

#include "base/span.h"

/* "2026-01-02T03:04:05.678Z" as wall ns; 0 when it is none. */
int64_t s3_time_iso(struct span text);
/* "Fri, 02 Jan 2026 03:04:05 GMT" as wall ns; 0 when it is none. */
int64_t s3_time_http(struct span text);
/* "2026-01-02T03:04:05Z" */
#define S3_TIME_ISO 21
void s3_time_iso_text(char out[S3_TIME_ISO], int64_t wall_ns);

#endif
