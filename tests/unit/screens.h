/* SPDX-License-Identifier: ISC */
/* Do two terminals look the same, with all that a person can see or scroll to? */
#ifndef TESTS_SCREENS_H
#define TESTS_SCREENS_H

#include "term/emu.h"

#define SCREENS_WHY 160

/* False: WHY tells the first difference.  A cell written with a blank is one never written. */
bool screens_same(const struct emu *a, const struct emu *b, char why[SCREENS_WHY]);

#endif
