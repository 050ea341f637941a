/* SPDX-License-Identifier: ISC */
/* auditlog upload: a recording to an asciinema server.  Prepared, shown, asked about, sent. */
#include "log/cmd.h"

#include "base/diag.h"
#include "format/seemly.h"
#include "log/deliver.h"
#include "log/out.h"
#include "log/publish.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	OPT_SERVER = 1,
	OPT_TITLE,
	OPT_DESCRIPTION,
	OPT_VISIBILITY,
	OPT_INPUT,
	OPT_ENV,
	OPT_MAX,
	OPT_CACERT,
	OPT_DRY,
	OPT_YES,
	OPT_JSON
};

static const struct opt options[] = {
	{ OPT_SERVER, "server-url", 0, "URL",
		"the asciinema server; without it the one that asciinema's own\n"
		"settings name, else, after a question, https://asciinema.org" },
	{ OPT_TITLE, "title", 't', "TEXT", "title; without it that of the recording" },
	{ OPT_DESCRIPTION, "description", 0, "TEXT", "description, in Markdown" },
	{ OPT_VISIBILITY, "visibility", 0, "WHO",
		"who may see it; public: everybody, unlisted: who has the link\n"
		"(default), private: your account only",
		"public|unlisted|private" },
	{ OPT_INPUT, "input", 0, NULL,
		"send what was typed, too; without it, it is left out" },
	{ OPT_ENV, "env", 0, "NAMES",
		"environment variables to send, with commas between them, or all\n"
		"(default " PUBLISH_ENV ")" },
	{ OPT_MAX, "max-size", 0, "MB",
		"how large an upload the server takes (default 8, as servers do)" },
	{ OPT_CACERT, "cacert", 0, "FILE",
		"certificates to trust instead of the system's" },
	{ OPT_DRY, "dry-run", 'n', NULL, "print what would be sent, send nothing" },
	{ OPT_YES, "yes", 'y', NULL, "do not ask" },
	{ OPT_JSON, "json", 'j', NULL, "print one JSON object" },
	CMD_OPTIONS_END,
};

struct upload {
	struct publish what;
	struct account account;
	const char *server, *cacert;
	bool dry, yes, json;
	const struct clk *clk;
	struct progress progress;
};

/* --- options --- */

static int
take_size(struct upload *u, const char *value, struct err *e)
{
	double mb;
	int r = opt_double(value, "--max-size", 0.01, 1e6, &mb, e);

	if (r == 0)
		u->what.max_bytes = (uint64_t)(mb * 1e6);
	return r;
}

static int
take_option(struct upload *u, int id, const char *value, struct err *e)
{
	switch (id) {
	case OPT_SERVER:
		u->server = value;
		return 0;
	case OPT_TITLE:
		u->what.title = value;
		return castcheck_form("title", value, e);
	case OPT_DESCRIPTION:
		u->what.description = value;
		return castcheck_form("description", value, e);
	case OPT_VISIBILITY:
		u->what.visibility = value;
		id = opt_choice(value, "--visibility", castcheck_visibilities, e);
		return id < 0 ? id : 0;
	case OPT_INPUT:
		u->what.input = true;
		return 0;
	case OPT_ENV:
		u->what.env = value;
		return 0;
	case OPT_MAX:
		return take_size(u, value, e);
	case OPT_CACERT:
		u->cacert = value;
		return 0;
	case OPT_DRY:
		u->dry = true;
		return 0;
	case OPT_YES:
		u->yes = true;
		return 0;
	case OPT_JSON:
		u->json = true;
		return 0;
	default:
		return 0;
	}
}

/* --- asking --- */

/* What a person at the terminal answers, whatever standard input is. */
static bool
says_yes(void)
{
	int tty = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char first = 0, c = 0;
	ssize_t n;

	if (tty < 0)
		return false;
	while ((n = read(tty, &c, 1)) == 1 && c != '\n')
		first = first ? first : c;
	close(tty);
	return n == 1 && (first == 'y' || first == 'Y');
}

/* 0: go on; else the exit status. */
static int
ask(struct upload *u)
{
	struct buf text = { 0 };

	if (u->yes || !isatty(STDERR_FILENO)) {
		if (u->account.chosen) {
			if (!u->json)
				publish_note(&u->what);
			return 0;
		}
		diag_error("no asciinema server is set: use --server-url " ACCOUNT_PUBLIC
			   ", or that of another");
		return CMD_WRONG;
	}
	buf_add_str(&text, "This will be published:\n\n");
	publish_tell(&u->what, &u->account, &text);
	buf_add_str(&text, "\nPublish it? [y/N] ");
	fputs(buf_cstr(&text), stderr);
	buf_free(&text);
	if (says_yes())
		return 0;
	diag_note("nothing was sent");
	return CMD_FAILED;
}

/* --- sending --- */

static bool
show_progress(void *ctx, uint64_t sent, uint64_t received)
{
	struct upload *u = ctx;

	(void)received;
	if (progress_due(&u->progress, PROGRESS_LOOK))
		progress_draw(&u->progress,
			(double)sent /
				(double)(u->what.check.bytes + CASTCHECK_FORM_BYTES));
	return true;
}

static void
wait_and_say(void *ctx, const struct err *e, int64_t ns)
{
	struct upload *u = ctx;
	const struct timespec t = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	progress_end(&u->progress);
	diag_note("%s; trying again", e->text);
	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
	progress_start(&u->progress, u->clk, STDERR_FILENO);
}

/* TEXT of the server, line by line. */
static void
put_lines(struct buf *out, struct span text)
{
	while (text.n) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		seemly_put(out, span_of(text.p, n), DELIVER_ERROR_MAX);
		buf_add_byte(out, '\n');
		n += end != NULL;
		text = span_of(text.p + n, text.n - n);
	}
}

static void
tell_visibility(const struct upload *u, const struct castreply *r)
{
	struct buf is = { 0 };

	if (!r->visibility.n || span_is(buf_span(&r->visibility), u->what.visibility))
		return;
	seemly_put(&is, buf_span(&r->visibility), 20);
	diag_note("%s made it %s, not %s: change that there", u->account.host,
		buf_cstr(&is), u->what.visibility);
	buf_free(&is);
}

static int
print(struct upload *u, const struct castreply *r)
{
	struct out out;
	struct jsonw w;
	struct err e;
	int status = CMD_OK;

	out_init(&out, STDOUT_FILENO);
	if (u->json) {
		jsonw_init(&w, &out.buf);
		jsonw_object(&w);
		publish_json(&u->what, &u->account, &w);
		if (r) {
			jsonw_ktext(&w, "url", buf_span(&r->url));
			jsonw_ktext(&w, "message", buf_span(&r->message));
		}
		jsonw_object_end(&w);
		buf_add_byte(&out.buf, '\n');
	} else if (r) {
		put_lines(&out.buf, buf_span(r->message.n ? &r->message : &r->url));
	} else {
		buf_add_str(&out.buf, "This would be published:\n\n");
		publish_tell(&u->what, &u->account, &out.buf);
	}
	if (out_flush(&out, &e) < 0)
		status = diag_fail(&e, NULL);
	out_free(&out);
	return status;
}

static int
send_it(struct upload *u)
{
	const struct deliver d = { .account = &u->account,
		.cast = u->what.cast,
		.size = u->what.check.bytes,
		.title = u->what.title,
		.description = u->what.description,
		.visibility = u->what.visibility,
		.cacert = u->cacert,
		.progress = show_progress,
		.wait = wait_and_say,
		.ctx = u,
		.send = http_do };
	struct castreply reply;
	struct buf why = { 0 };
	int status;

	progress_start(&u->progress, u->clk, STDERR_FILENO);
	status = deliver(&d, &reply, &why);
	progress_end(&u->progress);
	if (status)
		diag_error("%s: %s", input_name(u->what.file), buf_cstr(&why));
	else {
		tell_visibility(u, &reply);
		status = print(u, &reply);
	}
	castreply_free(&reply);
	buf_free(&why);
	return status;
}

static int
upload(struct upload *u)
{
	struct err e;
	int status;

	if (account_server(&u->account, u->server, &e) < 0)
		return diag_fail(&e, NULL);
	status = publish_prepare(&u->what, u->clk);
	if (status)
		return status;
	if (u->dry)
		return print(u, NULL);
	status = ask(u);
	if (status)
		return status;
	if (account_id(&u->account, true, &e) < 0 || http_start(&e) < 0)
		return diag_fail(&e, NULL);
	status = send_it(u);
	http_stop();
	return status;
}

static int
run(struct cmd_run *r)
{
	struct upload u = { .clk = r->clk };
	struct err e;
	int id, status;

	u.what.visibility = "unlisted";
	u.what.env = PUBLISH_ENV;
	u.what.max_bytes = CASTCHECK_BYTES;
	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&u, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0)
		return cmd_wrong(&e);
	u.what.file = r->operands[0];
	status = upload(&u);
	publish_free(&u.what);
	return status;
}

const struct cmd cmd_upload = {
	.name = "upload",
	.args = "FILE",
	.help = "publish a recording on an asciinema server",
	.options = options,
	.run = run,
	.least = 1,
	.most = 1,
};
