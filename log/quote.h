/* SPDX-License-Identifier: ISC */
/* A word as a shell takes it back, without anything in it that is an order to a terminal. */
#ifndef LOG_QUOTE_H
#define LOG_QUOTE_H

#include "base/buf.h"

int quote_word(struct buf *out, const char *word);

#endif
