/* SPDX-License-Identifier: ISC */
/* The insides of a session, shared by its beginning (setup.c) and its course (session.c). */
#ifndef REC_SESSION_IMPL_H
#define REC_SESSION_IMPL_H

#include "rec/ident.h"
#include "rec/proxy.h"
#include "rec/session.h"
#include "rec/writer.h"
#include "sys/pty.h"
#include "sys/tty.h"

#include <limits.h>

enum session_state { RUNNING, DRAINING, CLOSING };

struct session {
	const struct conf *conf;
	const struct clk *clk;
	struct loop loop;
	struct ring ring;
	struct recorder rec;
	struct writer writer;
	struct sink sinks[SINK_MAX + 2]; /* what was asked for, and the usual ones */
	struct events events;
	struct proxy proxy;
	struct ran ran;
	struct digest digest;
	struct proc_facts facts;
	struct auth auth;
	struct sig_saved signals;
	struct tty tty;
	bool claimed; /* nobody else may open it */
	struct pty pty, pty_err;
	struct winsize size;
	enum ident_mode mode;
	enum session_state state;
	int sig_fd, news_fd;
	int end_timer, drain_timer;
	int first_signal, step; /* of ending; step 0: not ending */
	pid_t pid;              /* 0 once it was waited for */
	int wait_status;
	bool incomplete;
	bool abandoned;         /* the writing thread still runs */
	char path[PATH_MAX];    /* default place */
	uint8_t deposit_id[16]; /* the connection id as bytes */
	char env_session[64], env_nonce[64], env_mark[80];
};

/* In the order in which they are called.  All return 0 or a negative code. */
int setup_mode(struct session *s, struct err *e); /* terminal, pipes or headless; size */
int setup_recorder(struct session *s, struct err *e); /* id, queue, outputs */
int setup_ptys(struct session *s, struct err *e);
/* The first messages must be in the file before anything is run. */
int setup_first_messages(struct session *s, struct err *e);
/* What the proxy moves between, and what the program gets as its descriptors 0 to 2. */
int setup_descriptors(
	struct session *s, struct proxy_fds *f, int theirs[3], struct err *e);
/* The user's descriptors 0 and 1 are the proxy's alone now. */
void setup_let_go(struct session *s);
/* News of the writing thread; true when the session must end. */
bool session_news(struct session *s);
/* As child_start(). */
pid_t setup_program(struct session *s, const int theirs[3], int *status, struct err *e);

#endif
