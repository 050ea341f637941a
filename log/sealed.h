/* SPDX-License-Identifier: ISC */
/* The seals of a recording for `verify`: the key to check them with, and what is told of them. */
#ifndef LOG_SEALED_H
#define LOG_SEALED_H

#include "base/jsonw.h"
#include "log/verdict.h"

/* The public key in the file PATH. */
int sealed_read_key(uint8_t public[SIGN_PUBLIC], const char *path, struct err *e);
/* ", sealed ..." behind a verdict; nothing when there is nothing to say. */
void sealed_text(const struct verdict *v, struct buf *out);
void sealed_json(const struct verdict *v, struct jsonw *w);

#endif
