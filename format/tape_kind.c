/* SPDX-License-Identifier: ISC */
/* The formats by name, in one table. */
#include "format/tape.h"

#include <stdio.h>
#include <string.h>

#define H(what) TAPE_HOLDS_##what
#define SCREEN  (H(INPUT) | H(SIZES) | H(DATE) | H(COMMAND))
#define WHOLE   (SCREEN | H(ERROR) | H(EXIT) | H(WHO) | H(EVENTS) | H(ALL))

static const struct tape_kind kinds[TAPE_FORMATS] = {
	[TAPE_AUDIT_V1] = { "audit-v1", NULL, WHOLE, NULL, "1 ns",
		"audit log of ContainerSSH, version 1" },
	[TAPE_AUDIT_V2] = { "audit", " .audit ", WHOLE, NULL, "1 ns",
		"audit log of ContainerSSH, version 2, our own" },
	[TAPE_CAST_V1] = { "asciicast-v1", NULL, H(TEXT) | H(FIRST) | H(COMMAND), NULL,
		"1 us", "asciinema's format, version 1" },
	[TAPE_CAST_V2] = { "asciicast-v2", " .cast ",
		H(TEXT) | SCREEN | H(EVENTS) | H(EXIT), NULL, "1 us",
		"asciinema's format, version 2" },
	[TAPE_CAST_V3] = { "asciicast-v3", NULL, H(TEXT) | SCREEN | H(EVENTS) | H(EXIT),
		NULL, "1 ms", "asciinema's format, version 3" },
	[TAPE_TTYREC] = { "ttyrec", " .ttyrec .tty ", H(SIZES) | H(DATE), NULL, "1 us",
		"for ttyplay, termplay" },
	[TAPE_RAW] = { "raw", " .raw ", 0, NULL, "none",
		"the bytes of output alone; read when --from says so" },
	[TAPE_SCRIPT] = { "typescript", " .typescript .script ", SCREEN | H(EXIT), NULL,
		"1 us", "for scriptreplay: OUT, OUT.timing, OUT.input if there is any" },
	[TAPE_SCRIPT_CLASSIC] = { "typescript-classic", NULL,
		H(FIRST) | H(DATE) | H(COMMAND) | H(EXIT), NULL, "1 us",
		"with times as older ones read them: OUT, OUT.timing" },
	[TAPE_SUDO] = { "sudo", NULL, SCREEN | H(ERROR) | H(EXIT) | H(WHO), "log.json",
		"1 ns", "I/O log of sudo, for sudoreplay: a folder" },
	[TAPE_TLOG] = { "tlog", " .tlog ", H(INPUT) | H(SIZES) | H(DATE) | H(WHO), NULL,
		"1 ms", "messages of tlog, for tlog-play" },
	[TAPE_TEXT] = { "txt", " .txt ", H(TEXT), NULL, "none",
		"what was shown, as lines of text; only written, by convert" },
};

const struct tape_kind *
tape_kind(enum tape_format f)
{
	return &kinds[f];
}

const char *
tape_format_name(enum tape_format f)
{
	return f > TAPE_UNKNOWN && f < TAPE_FORMATS ? kinds[f].name : "unknown";
}

const char *
tape_format_at(size_t i)
{
	return i < TAPE_FORMATS - 1 ? kinds[i + 1].name : NULL;
}

int
tape_format_parse(const char *name, enum tape_format *f, struct err *e)
{
	char names[ERR_TEXT_MAX] = "";
	size_t n = 0;

	for (int i = TAPE_UNKNOWN + 1; i < TAPE_FORMATS; i++) {
		if (strcmp(name, kinds[i].name) == 0) {
			*f = (enum tape_format)i;
			return 0;
		}
		n += (size_t)snprintf(names + n, sizeof names - n, "%s%s",
			!n                      ? ""
			: i == TAPE_FORMATS - 1 ? " or "
						: ", ",
			kinds[i].name);
	}
	if (strcmp(name, "audit-v2") == 0) {
		*f = TAPE_AUDIT_V2;
		return 0;
	}
	return err_set(
		e, ERR_USAGE, "unknown format '%.40s': it is one of %s", name, names);
}

enum tape_format
tape_format_of_name(const char *path)
{
	const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
	char suffix[32];

	if (!dot || dot == path || (slash && dot <= slash + 1))
		return TAPE_UNKNOWN;
	if (snprintf(suffix, sizeof suffix, " %s ", dot) >= (int)sizeof suffix)
		return TAPE_UNKNOWN;
	for (int i = TAPE_UNKNOWN + 1; i < TAPE_FORMATS; i++)
		if (kinds[i].suffixes && strstr(kinds[i].suffixes, suffix))
			return (enum tape_format)i;
	return TAPE_UNKNOWN;
}
