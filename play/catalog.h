/* SPDX-License-Identifier: ISC */
/* Recordings in files and folders, and what they say about themselves, found out in slices:
 * first which files there are, then who and when of each from its first messages, then how
 * long it is and how it ends.  Folders are read with all that is in them, but for links to
 * folders.  Names and contents of the files are hostile; only regular files are opened. */
#ifndef PLAY_CATALOG_H
#define PLAY_CATALOG_H

#include "base/err.h"
#include "format/tape.h"

#include <dirent.h>

#define CATALOG_MAX         65536
#define CATALOG_FOLDERS_MAX 16384
#define CATALOG_TEXT_MAX    64
#define CATALOG_COMMAND_MAX 128

enum catalog_known {
	CATALOG_NOTHING,
	CATALOG_HEAD, /* its first messages */
	CATALOG_ALL,
	CATALOG_BAD,    /* cannot be read: COMMAND says why */
	CATALOG_FOREIGN /* stands in a folder and is no recording at all */
};

struct catalog_entry {
	char *path;
	const char *name; /* the end of PATH, behind the folder that was given */
	int64_t size, mtime_ns;
	bool named; /* as a root, not found in a folder */
	enum catalog_known known;
	int64_t start_ns;    /* of the session, else of the file */
	int64_t duration_ns; /* -1 unknown */
	bool longer;         /* than that: it was too much to read */
	char user[CATALOG_TEXT_MAX], host[CATALOG_TEXT_MAX];
	char command[CATALOG_COMMAND_MAX];
	char end[CATALOG_TEXT_MAX]; /* "exit 0", "truncated", "" while unknown */
};

struct catalog {
	struct catalog_entry *v;
	size_t n, cap;
	size_t left_out; /* for which there was no room */
	size_t foreign;  /* of the N */
	char **roots;    /* as given; not owned */
	int nroots, root;
	char **folders; /* still to be read, those inside included */
	size_t nfolders, folders_cap;
	char *folder; /* that is being read, and its DIR */
	DIR *dir;
	size_t root_n;     /* bytes of its path that are the root's */
	size_t heads;      /* entries whose first messages were read */
	size_t tails;      /* ... that are done */
	struct tape *tape; /* of entry TAILS, when that takes more than a slice */
	uint64_t tape_bytes;
	unsigned changes;         /* grows with every entry that says more */
	char error[ERR_TEXT_MAX]; /* a root that cannot be read; "" */
};

/* ROOTS: files and folders; they stay valid as long as the catalogue. */
void catalog_init(struct catalog *c, char **roots, int nroots);
void catalog_free(struct catalog *c);
bool catalog_work(struct catalog *c);    /* one slice; false: all is known */
void catalog_refresh(struct catalog *c); /* read everything again */

#endif
