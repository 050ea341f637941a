/* SPDX-License-Identifier: ISC */
/* Beginning and end of a recording, without what lies between where its own index allows that:
 * who, where, when and how it ended, in a time that does not grow with it. */
#ifndef LOG_GLANCE_H
#define LOG_GLANCE_H

#include "format/facts.h"

/* Takes in what stands before the first input or output; what cannot be read ends it. */
void glance_head(struct tape *t, struct facts *f);
/* To the last place that the index knows, if that lies ahead.  True: something was passed over,
 * and messages that are read from now on are those of the end. */
bool glance_jump(struct tape *t);

#endif
