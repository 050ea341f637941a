/* SPDX-License-Identifier: ISC */
#include "format/kind.h"

#include "format/vendor.h"

static const struct event_kind kinds[KIND_COUNT] = {
	[KIND_OTHER] = { "other", 0x00B7, '-', KIND_SESSION, "all the rest" },
	[KIND_CONNECT] = { "connect", 0x25CB, '@', KIND_SESSION,
		"connection, handshake, channels, the session itself" },
	[KIND_AUTH] = { "auth", 0x25C7, '%', KIND_SESSION, "passwords, keys, questions" },
	[KIND_ENV] = { "env", '=', '=', KIND_SESSION, "environment variables" },
	[KIND_SIZE] = { "size", 0x25AB, 'r', KIND_SESSION,
		"the terminal and changes of its size" },
	[KIND_RUN] = { "run", 0x25B7, '>', KIND_RAN, "shell, program, subsystem" },
	[KIND_SIGNAL] = { "signal", 0x21AF, 's', KIND_WARN, "signals to the program" },
	[KIND_EXIT] = { "exit", 0x25A0, 'E', KIND_RAN, "how it ended" },
	[KIND_MARKER] = { "marker", 0x25C6, 'M', KIND_MARKS, "marks of the user" },
	[KIND_PAUSE] = { "pause", 0x2016, 'p', KIND_WARN,
		"the recording was paused, or went on" },
	[KIND_GAP] = { "gap", '!', '!', KIND_WARN, "something was lost" },
	[KIND_MASKED] = { "masked", 0x2217, 'o', KIND_WARN,
		"input that was not recorded" },
	[KIND_COMMAND] = { "command", '$', '$', KIND_RAN, "command lines of the shell" },
	[KIND_PROCESS] = { "process", 0x2022, 'x', KIND_DID, "programs began and ended" },
	[KIND_FILE] = { "file", 0x25AA, 'f', KIND_DID, "files were opened" },
	[KIND_NETWORK] = { "network", 0x2194, '^', KIND_DID,
		"connections, forwarded ports and sockets" },
};

static const struct {
	int32_t first, last;
	enum kind_id kind;
} types[] = {
	{ MSG_CONNECT, MSG_DISCONNECT, KIND_CONNECT },
	{ MSG_AUTH_PASSWORD, MSG_KBDINT_BACKEND_ERROR, KIND_AUTH },
	{ MSG_HANDSHAKE_FAILED, MSG_HANDSHAKE_SUCCESSFUL, KIND_CONNECT },
	{ MSG_GLOBAL_REQUEST_UNKNOWN, MSG_CANCEL_FORWARD_STREAMLOCAL, KIND_NETWORK },
	{ MSG_NEW_CHANNEL, MSG_NEW_CHANNEL_FAILED, KIND_CONNECT },
	{ MSG_NEW_CHANNEL_DIRECT_TCPIP, MSG_NEW_CHANNEL_FORWARDED_STREAMLOCAL,
		KIND_NETWORK },
	{ MSG_SETENV, MSG_SETENV, KIND_ENV },
	{ MSG_EXEC, MSG_EXEC, KIND_RUN },
	{ MSG_PTY, MSG_PTY, KIND_SIZE },
	{ MSG_SHELL, MSG_SHELL, KIND_RUN },
	{ MSG_SIGNAL, MSG_SIGNAL, KIND_SIGNAL },
	{ MSG_SUBSYSTEM, MSG_SUBSYSTEM, KIND_RUN },
	{ MSG_WINDOW, MSG_WINDOW, KIND_SIZE },
	{ MSG_X11_REQUEST, MSG_X11_REQUEST, KIND_NETWORK },
	{ MSG_CLOSE_WRITE, MSG_EXIT, KIND_EXIT },
};

static const enum kind_id vendors[VENDOR_COUNT] = {
	[VENDOR_SESSION] = KIND_CONNECT,
	[VENDOR_MARKER] = KIND_MARKER,
	[VENDOR_PAUSE] = KIND_PAUSE,
	[VENDOR_RESUME] = KIND_PAUSE,
	[VENDOR_INPUT_MASKED] = KIND_MASKED,
	[VENDOR_GAP] = KIND_GAP,
	[VENDOR_COMMAND] = KIND_COMMAND,
	[VENDOR_PROCESS_EXEC] = KIND_PROCESS,
	[VENDOR_PROCESS_EXIT] = KIND_PROCESS,
	[VENDOR_FILE_OPEN] = KIND_FILE,
	[VENDOR_CONNECT_OUT] = KIND_NETWORK,
};

enum kind_id
kind_of(int32_t type, int vendor)
{
	if (vendor > VENDOR_NONE && vendor < VENDOR_COUNT)
		return vendors[vendor];
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (type >= types[i].first && type <= types[i].last)
			return types[i].kind;
	return KIND_OTHER;
}

const struct event_kind *
kind_row(enum kind_id id)
{
	return &kinds[id];
}
