/* SPDX-License-Identifier: ISC */
#include "format/tapew_audit.h"

int
tapew_audit_continue(struct tapew *w, struct src *src, struct err *e)
{
	(void)w;
	(void)src;
	return err_set(e, ERR_UNSUPPORTED, "not yet");
}
