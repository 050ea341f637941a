/* SPDX-License-Identifier: ISC */
/* Constants of the audit file that writer and reader share (docs/format-audit.md,
 * docs/format-index.md).  Sizes are in bytes. */
#ifndef FORMAT_WIRE_H
#define FORMAT_WIRE_H

#include "base/octets.h"
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

#endif
