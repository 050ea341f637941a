/* SPDX-License-Identifier: ISC */
/* Reading asciicast: not written yet. */
#include "format/tape_impl.h"

bool
tape_cast_sniff(struct span head, bool whole)
{
	(void)head;
	(void)whole;
	return false;
}

int
tape_cast_open(struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	(void)t;
	(void)src;
	(void)o;
	return err_set(e, ERR_UNSUPPORTED, "asciicast cannot be read yet");
}
