/* SPDX-License-Identifier: ISC */
/* Writing asciicast: not written yet. */
#include "format/tapew_impl.h"

int
tapew_cast_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e)
{
	(void)w;
	(void)f;
	(void)o;
	return err_set(e, ERR_UNSUPPORTED, "asciicast cannot be written yet");
}

int
tapew_cast_continue(struct tapew *w, struct src *src, struct err *e)
{
	(void)w;
	(void)src;
	return err_set(e, ERR_UNSUPPORTED, "asciicast cannot be written yet");
}
