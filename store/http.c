/* SPDX-License-Identifier: ISC */
/* The only file that knows libcurl.  A thread keeps one handle from request to request, and
 * with it the connections that servers leave open; everything else is set anew each time. */
#include "store/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define CONNECT_NS ((int64_t)15 * 1000000000)
#define STALL_NS   ((int64_t)60 * 1000000000)

/* Bytes out of a source, on their way. */
struct feed {
	struct src *s;
	uint64_t from, size, at;
	struct err *why;
};

struct call {
	const struct http_request *r;
	struct http_answer *a;
	CURL *h;
	struct curl_slist *headers;
	curl_mime *form;
	struct feed body, parts[HTTP_PARTS_MAX];
	bool whole;     /* the headers came to their end */
	struct err why; /* of our own callbacks */
	char text[CURL_ERROR_SIZE];
};

static pthread_key_t handles;
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static unsigned users; /* who started and did not stop */

/* --- one handle a thread --- */

static void
drop_handle(void *h)
{
	curl_easy_cleanup(h);
}

static int
start(struct err *e)
{
	int r;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(e, ERR_STATE, "cannot start libcurl");
	r = pthread_key_create(&handles, drop_handle);
	if (r == 0)
		return 0;
	curl_global_cleanup();
	return err_set(e, ERR_NOMEM, "cannot start libcurl: %s", strerror(r));
}

int
http_start(struct err *e)
{
	int r = 0;

	pthread_mutex_lock(&starting);
	if (!users)
		r = start(e);
	users += r == 0;
	pthread_mutex_unlock(&starting);
	return r;
}

void
http_stop(void)
{
	pthread_mutex_lock(&starting);
	if (users && --users == 0) {
		drop_handle(pthread_getspecific(handles));
		pthread_key_delete(handles);
		curl_global_cleanup();
	}
	pthread_mutex_unlock(&starting);
}

static CURL *
take_handle(void)
{
	CURL *h = pthread_getspecific(handles);

	if (h) {
		curl_easy_reset(h);
		return h;
	}
	h = curl_easy_init();
	if (h && pthread_setspecific(handles, h) != 0) {
		curl_easy_cleanup(h);
		h = NULL;
	}
	return h;
}

/* --- bytes out --- */

static size_t
read_feed(char *to, size_t size, size_t count, void *ctx)
{
	struct feed *f = ctx;
	uint64_t left = f->size - f->at;
	size_t n = size * count;
	ssize_t r;

	if (n > left)
		n = (size_t)left;
	if (n == 0)
		return 0;
	r = src_read_at(f->s, f->from + f->at, to, n, f->why);
	if (r == 0)
		err_set(f->why, ERR_TRUNCATED, "became shorter while it was sent");
	if (r <= 0)
		return CURL_READFUNC_ABORT;
	f->at += (uint64_t)r;
	return (size_t)r;
}

static int
seek_feed(void *ctx, curl_off_t off, int whence)
{
	struct feed *f = ctx;

	if (whence != SEEK_SET || off < 0 || (uint64_t)off > f->size)
		return CURL_SEEKFUNC_FAIL;
	f->at = (uint64_t)off;
	return CURL_SEEKFUNC_OK;
}

/* --- the answer --- */

static size_t
keep(struct call *c, struct buf *to, const char *p, size_t n, const char *what)
{
	if (buf_add(to, p, n) == 0)
		return n;
	if (to->failed == ERR_NOMEM)
		err_set(&c->why, ERR_NOMEM, "out of memory");
	else
		err_set(&c->why, ERR_LIMIT, "the %s of the answer are over %zu bytes",
			what, to->max);
	return 0;
}

static size_t
take_header(char *p, size_t size, size_t count, void *ctx)
{
	struct call *c = ctx;
	size_t n = size * count;

	/* each answer begins anew: "100 Continue" is none of ours */
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0) {
		buf_clear(&c->a->headers);
		c->whole = false;
	}
	c->whole = c->whole || p[0] == '\n' || (n == 2 && memcmp(p, "\r\n", 2) == 0);
	return keep(c, &c->a->headers, p, n, "headers");
}

static size_t
take_body(char *p, size_t size, size_t count, void *ctx)
{
	struct call *c = ctx;

	return keep(c, &c->a->body, p, size * count, "contents");
}

static int
take_progress(
	void *ctx, curl_off_t all_down, curl_off_t down, curl_off_t all_up, curl_off_t up)
{
	struct call *c = ctx;

	(void)all_down;
	(void)all_up;
	return !c->r->progress(c->r->ctx, (uint64_t)up, (uint64_t)down);
}

/* --- the request --- */

static int
set_text(struct call *c, CURLoption option, const char *text, struct err *e)
{
	CURLcode r = text ? curl_easy_setopt(c->h, option, text) : CURLE_OK;

	if (r == CURLE_OK)
		return 0;
	return err_set(e, r == CURLE_OUT_OF_MEMORY ? ERR_NOMEM : ERR_UNSUPPORTED,
		"libcurl: %s", curl_easy_strerror(r));
}

static long
whole_seconds(int64_t ns, int64_t otherwise)
{
	return (long)(((ns > 0 ? ns : otherwise) + 999999999) / 1000000000);
}

/* What is the same for every request: where it may go, how long it may stand still. */
static int
set_manners(struct call *c, struct err *e)
{
	CURL *h = c->h;
	const struct http_request *r = c->r;

	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, c->text);
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L); /* what is signed is what is sent */
	curl_easy_setopt(h, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(
		h, CURLOPT_CONNECTTIMEOUT, whole_seconds(r->connect_ns, CONNECT_NS));
	curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, whole_seconds(r->stall_ns, STALL_NS));
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, r->once ? 1L : 0L);
	if (r->progress) {
		curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, take_progress);
		curl_easy_setopt(h, CURLOPT_XFERINFODATA, c);
	}
	if (set_text(c, CURLOPT_PROTOCOLS_STR, "http,https", e) < 0 ||
		set_text(c, CURLOPT_CAINFO, r->cacert, e) < 0 ||
		set_text(c, CURLOPT_USERAGENT,
			r->user_agent ? r->user_agent : "auditrec/" PACKAGE_VERSION,
			e) < 0)
		return e->code;
	return set_text(c, CURLOPT_URL, r->url, e);
}

static int
add_header(struct call *c, const char *line, struct err *e)
{
	struct curl_slist *more;

	for (const char *p = line; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(e, ERR_USAGE,
				"control character in the header %.*s",
				(int)strcspn(line, ":\r\n"), line);
	more = curl_slist_append(c->headers, line);
	if (!more)
		return err_set(e, ERR_NOMEM, "out of memory");
	c->headers = more;
	return 0;
}

static int
add_token(struct call *c, struct err *e)
{
	struct buf line = { 0 };
	const char *text;
	int r;

	buf_addf(&line, "X-Amz-Security-Token: %s", c->r->auth.token);
	text = buf_cstr(&line);
	r = text ? add_header(c, text, e) : err_set(e, ERR_NOMEM, "out of memory");
	buf_free(&line);
	return r;
}

static int
set_headers(struct call *c, struct err *e)
{
	for (const char *const *line = c->r->headers; line && *line; line++)
		if (add_header(c, *line, e) < 0)
			return e->code;
	if (c->r->auth.kind == HTTP_AUTH_SIGV4 && c->r->auth.token && add_token(c, e) < 0)
		return e->code;
	curl_easy_setopt(c->h, CURLOPT_HTTPHEADER, c->headers);
	return 0;
}

static int
set_sigv4(struct call *c, const struct http_auth *a, struct err *e)
{
	char what[256];

	if (snprintf(what, sizeof what, "%s:%s:%s", a->provider, a->region, a->service) >=
		(int)sizeof what)
		return err_set(e, ERR_LIMIT, "the name of the region is too long");
	return set_text(c, CURLOPT_AWS_SIGV4, what, e);
}

static int
set_auth(struct call *c, struct err *e)
{
	const struct http_auth *a = &c->r->auth;

	if (a->kind == HTTP_AUTH_NONE)
		return 0;
	if (a->kind == HTTP_AUTH_BASIC)
		curl_easy_setopt(c->h, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	else if (set_sigv4(c, a, e) < 0)
		return e->code;
	if (set_text(c, CURLOPT_USERNAME, a->user, e) < 0)
		return e->code;
	return set_text(c, CURLOPT_PASSWORD, a->password, e);
}

static CURLcode
add_part(struct call *c, const struct http_part *p, struct feed *f)
{
	curl_mimepart *part = curl_mime_addpart(c->form);
	CURLcode r;

	if (!part)
		return CURLE_OUT_OF_MEMORY;
	*f = (struct feed){ .s = p->file, .size = p->file_size, .why = &c->why };
	r = curl_mime_name(part, p->name);
	if (r == CURLE_OK && p->filename)
		r = curl_mime_filename(part, p->filename);
	if (r == CURLE_OK && p->type)
		r = curl_mime_type(part, p->type);
	if (r != CURLE_OK)
		return r;
	if (!p->file)
		return curl_mime_data(part, (const char *)p->text.p, p->text.n);
	return curl_mime_data_cb(
		part, (curl_off_t)p->file_size, read_feed, seek_feed, NULL, f);
}

static int
set_form(struct call *c, struct err *e)
{
	if (c->r->nparts > HTTP_PARTS_MAX)
		return err_set(
			e, ERR_LIMIT, "a form of more than %d parts", HTTP_PARTS_MAX);
	c->form = curl_mime_init(c->h);
	for (size_t i = 0; i < c->r->nparts; i++)
		if (!c->form || add_part(c, &c->r->parts[i], &c->parts[i]) != CURLE_OK)
			return err_set(e, ERR_NOMEM, "out of memory");
	curl_easy_setopt(c->h, CURLOPT_MIMEPOST, c->form);
	return 0;
}

/* Some methods send a body even when it is empty, the others only when there is one. */
static bool
sends_body(const struct http_request *r)
{
	return r->body || strcmp(r->method, "PUT") == 0 ||
	       strcmp(r->method, "POST") == 0 || strcmp(r->method, "PATCH") == 0;
}

static int
set_body(struct call *c, struct err *e)
{
	const struct http_request *r = c->r;

	if (r->nparts) {
		if (set_form(c, e) < 0)
			return e->code;
	} else if (sends_body(r)) {
		c->body = (struct feed){ r->body, r->body_off, r->body_size, 0, &c->why };
		curl_easy_setopt(c->h, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(
			c->h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->body_size);
		curl_easy_setopt(c->h, CURLOPT_READFUNCTION, read_feed);
		curl_easy_setopt(c->h, CURLOPT_READDATA, &c->body);
		curl_easy_setopt(c->h, CURLOPT_SEEKFUNCTION, seek_feed);
		curl_easy_setopt(c->h, CURLOPT_SEEKDATA, &c->body);
	} else if (strcmp(r->method, "HEAD") == 0) {
		curl_easy_setopt(c->h, CURLOPT_NOBODY, 1L);
	}
	return set_text(c, CURLOPT_CUSTOMREQUEST, r->method, e);
}

/* --- doing it --- */

/* A connection that breaks while we write to it raises SIGPIPE in some builds of libcurl; the
 * program may want that signal for its own output. */
static CURLcode
perform(CURL *h)
{
	const struct timespec now = { 0 };
	sigset_t pipe, before, pending;
	bool was_pending;
	CURLcode r;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	r = curl_easy_perform(h);
	if (!was_pending)
		sigtimedwait(&pipe, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* What each failure of libcurl means; those that are not here are the network's. */
static int
code_of(CURLcode r)
{
	static const struct {
		CURLcode from;
		int to;
	} codes[] = {
		{ CURLE_OUT_OF_MEMORY, ERR_NOMEM },
		{ CURLE_ABORTED_BY_CALLBACK, ERR_CANCELLED },
		{ CURLE_URL_MALFORMAT, ERR_USAGE },
		{ CURLE_UNSUPPORTED_PROTOCOL, ERR_USAGE },
		{ CURLE_LOGIN_DENIED, ERR_USAGE },
		{ CURLE_BAD_FUNCTION_ARGUMENT, ERR_USAGE },
		{ CURLE_SSL_CACERT_BADFILE, ERR_USAGE },
		{ CURLE_SSL_ISSUER_ERROR, ERR_STATE },
		{ CURLE_SSL_CIPHER, ERR_STATE },
		{ CURLE_PEER_FAILED_VERIFICATION, ERR_STATE },
		{ CURLE_SSL_INVALIDCERTSTATUS, ERR_STATE },
		{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, ERR_STATE },
		{ CURLE_NOT_BUILT_IN, ERR_UNSUPPORTED },
		{ CURLE_UNKNOWN_OPTION, ERR_UNSUPPORTED },
		{ CURLE_FAILED_INIT, ERR_STATE },
	};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].from == r)
			return codes[i].to;
	return ERR_NET;
}

static int
finish(struct call *c, CURLcode r, struct err *e)
{
	curl_off_t sent = 0;
	long status = 0;

	curl_easy_getinfo(c->h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c->h, CURLINFO_SIZE_UPLOAD_T, &sent);
	c->a->sent = (uint64_t)sent;
	if (c->why.code) {
		if (e)
			*e = c->why;
		return c->why.code;
	}
	/* libcurl is content with headers that a closed connection cut off */
	if (r == CURLE_OK && !c->whole)
		return err_set(e, ERR_NET, "the answer ended within its headers");
	/* who refuses before everything was sent may hang up on the rest: an answer, too */
	if (r == CURLE_OK || (status >= 400 && r == CURLE_SEND_ERROR && c->whole)) {
		c->a->status = (int)status;
		return 0;
	}
	if (r == CURLE_SSL_CACERT_BADFILE)
		return err_set(e, ERR_USAGE,
			"cacert: no certificates can be read from %.200s",
			c->r->cacert ? c->r->cacert : "the system's file");
	if (r == CURLE_LOGIN_DENIED)
		return err_set(e, ERR_USAGE, "the address holds a user name or password");
	return err_set(e, code_of(r), "%s", c->text[0] ? c->text : curl_easy_strerror(r));
}

int
http_do(const struct http_request *r, struct http_answer *a, struct err *e)
{
	struct call c = { .r = r, .a = a };
	struct err own = { 0 };
	int result;

	e = e ? e : &own;
	*a = (struct http_answer){ .status = 0 };
	buf_init(&a->headers, HTTP_HEADERS_MAX);
	buf_init(&a->body, r->answer_max ? (size_t)r->answer_max : BUF_MAX_DEFAULT);
	c.h = take_handle();
	if (!c.h)
		return err_set(e, ERR_NOMEM, "out of memory");
	result = set_manners(&c, e);
	if (result == 0)
		result = set_headers(&c, e);
	if (result == 0)
		result = set_auth(&c, e);
	if (result == 0)
		result = set_body(&c, e);
	if (result == 0)
		result = finish(&c, perform(c.h), e);
	curl_easy_reset(c.h); /* forgets what points into this call */
	curl_mime_free(c.form);
	curl_slist_free_all(c.headers);
	return result;
}
