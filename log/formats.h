/* SPDX-License-Identifier: ISC */
/* The formats of recordings as a table: what each can hold, for --help and the manual. */
#ifndef LOG_FORMATS_H
#define LOG_FORMATS_H

#include <stdio.h>

void formats_help(FILE *out);
void formats_mdoc(FILE *out);

#endif
