/* SPDX-License-Identifier: ISC */
/* What can go wrong with an object store, as a table: what it is for a person and a metric,
 * and what is to be done about it. */
#ifndef STORE_S3_FAULT_H
#define STORE_S3_FAULT_H

#include "base/err.h"
#include "base/span.h"

enum s3_action {
	S3_RETRY,   /* again, soon and then less often */
	S3_SLOW,    /* again, but first leave the server alone for a while */
	S3_KEYS,    /* again, with fresh keys if there are any */
	S3_PERSON,  /* again now and then: a person has to mend something */
	S3_RESTART, /* the upload is gone: begin anew */
	S3_GONE,    /* there is no such object */
	S3_CHANGED, /* it is not the one that was asked for */
	S3_GIVE_UP  /* these bytes will never be taken; they stay where they are */
};

struct s3_fault {
	const char *code;   /* of the server's answer; NULL: any with that status */
	int status;         /* 0: any */
	int err;            /* negative code of base/err.h */
	const char *metric; /* a label */
	const char *text;   /* for a person; what to do */
	enum s3_action action;
};

/* By the code of the answer, else by its status; never NULL. */
const struct s3_fault *s3_fault_find(struct span code, int status);
/* When no answer came: by the error. */
const struct s3_fault *s3_fault_of_error(int err);
/* All rows, ended by one with a NULL text. */
extern const struct s3_fault s3_faults[];

#endif
