/* SPDX-License-Identifier: ISC */
/* What a store knows of a recording besides its bytes: ContainerSSH's five facts.  Beside a
 * file they are ID.metadata.json, at an object its user metadata.  Texts are hostile: they
 * come from whoever logs in, and back from files and servers. */
#ifndef STORE_META_H
#define STORE_META_H

#include "base/buf.h"
#include "base/err.h"

#define META_ADDR_MAX    64
#define META_USER_MAX    256
#define META_COUNTRY_MAX 8
#define META_SUFFIX      ".metadata.json"
#define META_FILE_MAX    ((size_t)16 << 10) /* bytes of a side file that is read */

struct meta {
	int64_t start_s; /* UNIX seconds */
	bool authenticated;
	char remote_addr[META_ADDR_MAX];
	char username[META_USER_MAX]; /* "" unless authenticated */
	char country[META_COUNTRY_MAX];
};

/* As much of TEXT as fits into OUT of SIZE, no character cut. */
void meta_text(char *out, size_t size, struct span text);
/* The side file, with a line end. */
int meta_write(struct buf *out, const struct meta *m);
/* The other way; what is not there or of another kind stays empty, what is too long is cut.
 * ERR_FORMAT: this is no side file, *M is empty then. */
int meta_read(struct meta *m, struct span json, struct err *e);
/* TEXT as the value of a header: visible ASCII as it is, all else as one RFC 2047 word. */
int meta_header(struct buf *out, const char *text);
/* The other way, into OUT of SIZE; other words than ours stay as they are. */
void meta_from_header(char *out, size_t size, struct span value);

#endif
