/* SPDX-License-Identifier: ISC */
#include "rec/entry.h"

#include "base/diag.h"
#include "rec/nest.h"
#include "rec/notice.h"
#include "rec/session.h"

#include <signal.h>
#include <stdarg.h>
#include <syslog.h>
#include <unistd.h>

#define REFUSED 1

struct entry {
	struct conf *conf;
	struct login *login;
	const struct match_who *who;
	bool talks; /* somebody sits at a terminal */
};

static void say(const struct entry *en, int priority, bool user, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* To the system log; to the user as well when that is wanted. */
static void
say(const struct entry *en, int priority, bool user, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX + 200], clean[sizeof text + 100];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	diag_clean(clean, sizeof clean, text);
	syslog(LOG_AUTHPRIV | priority, "%s: %s", en->who->user, clean);
	if (user)
		diag_error("%s", text);
}

static int
refuse(const struct entry *en, const char *why)
{
	say(en, LOG_ERR, true, "this login is refused: %.250s", why);
	return REFUSED;
}

static int
become_shell(const struct entry *en)
{
	struct err e = { .code = 0 };
	int status;

	if (en->login->forced)
		nest_set_forced();
	status = login_exec(en->login, &e);
	say(en, LOG_ERR, true, "%s", e.text);
	return status;
}

static void
say_notes(const struct entry *en)
{
	const struct notes *n = en->conf->notes;

	for (int i = 0; i < n->n && i < NOTES_MAX; i++)
		say(en, LOG_WARNING, false, "%s", n->text[i]);
	if (n->n > NOTES_MAX)
		say(en, LOG_WARNING, false, "%d more errors in the configuration",
			n->n - NOTES_MAX);
}

static bool
breaks_glass(const struct entry *en)
{
	return match_member(settings_text(&en->conf->set, OPT_BREAK_GLASS), en->who);
}

/* False: the user does not agree. */
static bool
show_notice(const struct entry *en)
{
	const struct settings *s = &en->conf->set;
	struct err e = { .code = 0 };

	if (!en->talks)
		return true;
	if (notice_show(STDERR_FILENO, settings_text(s, OPT_NOTICE), &e) < 0)
		say(en, LOG_WARNING, false, "%s", e.text);
	if (!settings_is(s, OPT_CONSENT, "yes"))
		return true;
	en->conf->consented = notice_consent(STDIN_FILENO, STDERR_FILENO);
	return en->conf->consented;
}

static int
run_unrecorded(const struct entry *en, const char *why)
{
	bool broken = breaks_glass(en);

	if (!broken && settings_is(&en->conf->set, OPT_UNAVAILABLE, "deny"))
		return refuse(en, why);
	say(en, LOG_ALERT, en->talks, "this session is NOT recorded%s: %.250s",
		broken ? " (break-glass)" : "", why);
	return become_shell(en);
}

/* As the shell has ended: sshd tells its client of the signal, su the user. */
static int
die_by(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	signal(signo, SIG_DFL);
	raise(signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return 128 + signo;
}

static int
run_recorded(struct entry *en)
{
	struct conf *c = en->conf;
	struct err e = { .code = 0 };
	int rc;

	if (!show_notice(en))
		return refuse(en, "the user does not agree to being recorded");
	if (c->on_error != ON_ERROR_CONTINUE && breaks_glass(en))
		c->on_error = ON_ERROR_CONTINUE;
	c->headless = false;
	c->digest = !en->talks && c->noninteractive == CONF_METADATA;
	rc = session_run(c, &e);
	if (rc > SESSION_KILLED)
		return die_by(rc - SESSION_KILLED);
	return rc < 0 ? run_unrecorded(en, e.text) : rc;
}

int
entry_run(struct conf *c, struct login *l, const struct match_who *who)
{
	struct entry en = { .conf = c, .login = l, .who = who, .talks = who->tty };
	struct err e = { .code = 0 };
	int rc;

	openlog("auditrec", LOG_PID, LOG_AUTHPRIV);
	rc = login_choose_shell(l, c, c->facts->shell, c->notes, &e);
	if (nest_inside() && rc == 0) {
		if (en.talks && !l->command)
			diag_note("this session is recorded already");
		return become_shell(&en);
	}
	say_notes(&en);
	if (rc < 0)
		return refuse(&en, e.text);
	if (!en.talks && c->noninteractive == CONF_NONE) {
		say(&en, LOG_INFO, false,
			"not recorded, as the configuration says: %.200s",
			l->command ? l->command : l->name);
		return become_shell(&en);
	}
	return run_recorded(&en);
}
