/* SPDX-License-Identifier: ISC */
#include "format/tapew_impl.h"

int
tapew_audit_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e)
{
	(void)w;
	(void)f;
	(void)o;
	return err_set(e, ERR_UNSUPPORTED, "not yet");
}

int
tapew_audit_continue(struct tapew *w, struct src *src, struct err *e)
{
	(void)w;
	(void)src;
	return err_set(e, ERR_UNSUPPORTED, "not yet");
}
