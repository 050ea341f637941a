/* SPDX-License-Identifier: ISC */
/* The request as asciinema 3 makes it, and the table of answers. */
#include "log/deliver.h"

#include "format/seemly.h"

#include <stdio.h>

#define PARTS_MAX 4

const struct deliver_answer deliver_answers[] = {
	{ 400, NULL, "%H does not understand the upload; is it an asciinema server?" },
	{ 401, "account_required",
		"%H takes recordings of known accounts only: run 'auditlog auth "
		"--server-url "
		"%S' and open the address it prints" },
	{ 401, NULL,
		"%H does not accept the install id of %F: remove it, so that a new one "
		"is made, "
		"then run 'auditlog auth --server-url %S'" },
	{ 403, "upload_limit_reached",
		"%H takes no more recordings from who has no account: run 'auditlog auth "
		"--server-url %S' and open the address it prints" },
	{ 403, NULL, "%H does not allow it" },
	{ 404, NULL,
		"%H has no place for uploads; is it an asciinema server of 2025 or "
		"later?" },
	{ 406, NULL, "%H cannot answer in JSON; is it an asciinema server?" },
	{ 407, NULL, "the proxy on the way to %H wants a password: set https_proxy" },
	{ 413, NULL,
		"%H takes no recordings as large as this: cut a part out (auditlog "
		"cut)" },
	{ 422, "validation_failed",
		"%H refuses the recording or what was written about it" },
	{ 422, NULL, "%H refuses the recording" },
	{ 429, NULL,
		"%H takes no more uploads from this address for now: try again in a "
		"minute" },
	{ 503, NULL, "%H is being worked on: try again in some minutes" },
	{ 0, NULL, NULL },
};

/* For whole classes of answers. */
static const struct deliver_answer classes[] = {
	{ 2, NULL,
		"%H took it, but does not say where it is (status %N): look there before "
		"you "
		"try again" },
	{ 3, NULL, "%H has moved to %L: use --server-url with that one" },
	{ 4, NULL, "%H refuses it with status %N" },
	{ 5, NULL, "%H has trouble of its own (status %N): try again later" },
	{ 0, NULL,
		"%H gives an answer nobody understands (status %N); is it an asciinema "
		"server?" },
};

const struct deliver_answer *
deliver_find(int status, struct span type)
{
	const struct deliver_answer *a;

	for (a = deliver_answers; a->status; a++)
		if (a->status == status && (!a->type || span_is(type, a->type)))
			return a;
	for (a = classes; a->status && a->status != status / 100; a++)
		continue;
	return a;
}

/* --- the sentence --- */

/* What the server itself says, without the install id and without orders to the terminal. */
static void
put_theirs(const struct account *a, struct span text, struct buf *out)
{
	struct buf hidden = { 0 };

	account_hide(a, &hidden, text);
	seemly_put(out, buf_span(&hidden), DELIVER_ERROR_MAX);
	buf_free(&hidden);
}

static void
put_word(const struct account *a, const struct http_answer *h, char what, struct buf *out)
{
	switch (what) {
	case 'H':
		buf_add_str(out, a->host);
		break;
	case 'L':
		put_theirs(a, http_header(h, "Location"), out);
		break;
	case 'F':
		seemly_put(out, span_str(a->id_from), SEEMLY_ALL);
		break;
	case 'S':
		buf_add_str(out, a->server);
		break;
	case 'N':
		buf_addf(out, "%d", h->status);
		break;
	default:
		break;
	}
}

static void
explain(const struct account *a, const struct http_answer *h, const struct castreply *r,
	struct buf *why)
{
	const char *p = deliver_find(h->status, buf_span(&r->type))->text;

	for (; *p; p++)
		if (*p == '%')
			put_word(a, h, *++p, why);
		else
			buf_add_byte(why, (uint8_t)*p);
	if (r->message.n) {
		buf_add_str(why, "; it says: ");
		put_theirs(a, buf_span(&r->message), why);
	}
	if (r->details.n) {
		buf_add_str(why, r->message.n ? ": " : "; it says: ");
		put_theirs(a, buf_span(&r->details), why);
	}
}

/* --- the request --- */

static size_t
make_parts(const struct deliver *d, struct http_part parts[PARTS_MAX])
{
	const struct {
		const char *name, *text;
	} texts[] = {
		{ "title", d->title },
		{ "description", d->description },
		{ "visibility", d->visibility },
	};
	size_t n = 1;

	parts[0] = (struct http_part){ .name = "file",
		.filename = "recording.cast",
		.type = "application/x-asciicast",
		.file = d->cast,
		.file_size = d->size };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].text)
			parts[n++] = (struct http_part){ .name = texts[i].name,
				.text = span_str(texts[i].text) };
	return n;
}

static int
send_once(const struct deliver *d, struct http_answer *answer, struct err *e)
{
	static const char *const headers[] = { "Accept: application/json", NULL };
	char url[ACCOUNT_URL_MAX + 32];
	struct http_part parts[PARTS_MAX];
	struct http_request r = { .method = "POST",
		.url = url,
		.headers = headers,
		.auth = { .kind = HTTP_AUTH_BASIC,
			.user = account_user(),
			.password = d->account->id },
		.parts = parts,
		.nparts = make_parts(d, parts),
		.cacert = d->cacert,
		.answer_max = CASTREPLY_MAX,
		.progress = d->progress,
		.ctx = d->ctx };

	snprintf(url, sizeof url, "%s/api/v1/recordings", d->account->server);
	return d->send(&r, answer, e);
}

/* Tries until there is an answer. */
static int
send_at_last(const struct deliver *d, struct http_answer *answer, struct err *e)
{
	int64_t wait = DELIVER_WAIT_NS;

	for (int i = 1;; i++, wait *= 2) {
		int r = send_once(d, answer, e);

		if (r != ERR_NET || i == DELIVER_TRIES || answer->sent >= d->size)
			return r;
		http_answer_free(answer);
		d->wait(d->ctx, e, wait);
	}
}

static int
no_answer(const struct deliver *d, const struct http_answer *answer, const struct err *e,
	struct buf *why)
{
	put_theirs(d->account, span_str(e->text), why);
	if (e->code == ERR_NET && answer->sent >= d->size)
		buf_addf(why,
			"; everything had been sent, so look at %s before you try again",
			d->account->server);
	else if (e->code == ERR_NET)
		buf_addf(why, "; after %d tries, nothing was published", DELIVER_TRIES);
	return err_exit_status(e->code);
}

/* Is it published?  Where it is stands in the answer, at least in its headers. */
static bool
is_published(const struct http_answer *answer, struct castreply *reply)
{
	struct span where = http_header(answer, "Location");

	if (answer->status / 100 != 2)
		return false;
	if (!reply->url.n && where.n > 4 && memcmp(where.p, "http", 4) == 0)
		buf_add_span(&reply->url, where);
	return reply->url.n > 0;
}

int
deliver(const struct deliver *d, struct castreply *reply, struct buf *why)
{
	struct http_answer answer;
	struct err e = { 0 };
	int status = 0;

	*reply = (struct castreply){ .url = { 0 } };
	if (send_at_last(d, &answer, &e) < 0) {
		status = no_answer(d, &answer, &e, why);
	} else {
		castreply_parse(reply, buf_span(&answer.body));
		if (!is_published(&answer, reply)) {
			explain(d->account, &answer, reply, why);
			status = 1;
		}
	}
	http_answer_free(&answer);
	return status;
}
