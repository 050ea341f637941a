/* SPDX-License-Identifier: ISC */
/* Constants of the audit file that writer and reader share (docs/format-audit.md,
 * docs/format-index.md).  Sizes are in bytes. */
#ifndef FORMAT_WIRE_H
#define FORMAT_WIRE_H

#include "base/span.h"

#define AUDIT_MAGIC      "ContainerSSH-Auditlog"
#define AUDIT_MAGIC_TEXT 21 /* without the zeros behind it */
#define AUDIT_MAGIC_SIZE 32
#define AUDIT_HEADER     40 /* magic, version as unsigned 64-bit little endian */

#define AUDIT_V1_MESSAGES_MAX \
	131072 /* more are refused by the archived reference decoder */

#define GZ_HEADER  10
#define GZ_TRAILER 8
#define GZ_FEXTRA  4

static inline void
put_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static inline void
put_le64(uint8_t *p, uint64_t v)
{
	put_le32(p, (uint32_t)v);
	put_le32(p + 4, (uint32_t)(v >> 32));
}

static inline uint32_t
get_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t
get_le64(const uint8_t *p)
{
	return get_le32(p) | (uint64_t)get_le32(p + 4) << 32;
}

#endif
