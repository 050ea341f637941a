/* SPDX-License-Identifier: ISC */
/* Folders for what programs keep. */
#ifndef STORE_FOLDERS_H
#define STORE_FOLDERS_H

/* Every folder in front of the last name of PATH (absolute); those that are made are private.
 * What is missing in the end, opening tells. */
void folders_make(const char *path);

#endif
