/* SPDX-License-Identifier: ISC */
/* Whatever FILE means to a program that reads recordings: a file, "-", or s3://BUCKET/KEY.
 *
 * How to reach a bucket is said by $AUDITREC_S3_CONF, else $XDG_CONFIG_HOME/auditrec/s3.conf
 * ($HOME/.config), else the system's auditrec/s3.conf (the first that is there), and by the
 * environment of AWS's tools (s3_conf.h). */
#ifndef STORE_OPEN_H
#define STORE_OPEN_H

#include "store/store.h"

bool store_is_url(const char *name); /* begins with s3:// */
/* Is the URL one of a bucket, or of all behind a "/", not of one object? */
bool store_is_prefix(const char *url);
/* A source over NAME; what is a file is opened as fdio_open_src() does.  Of what is encrypted
 * the inside (store/unlock.h). */
int store_open_src(struct src **s, const char *name, struct err *e);
/* What the store knows of NAME besides its bytes: 1; 0: nothing; negative. */
int store_read_meta(struct meta *m, const char *name, struct err *e);
/* The objects that URL means, their names as URLs: the one with that key, or all behind it
 * when it ends with "/" or there is none. */
int store_list_url(const char *url, store_seen *seen, void *ctx, struct err *e);

#endif
