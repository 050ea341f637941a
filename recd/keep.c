/* SPDX-License-Identifier: ISC */
/* Bytes of a client are cut into messages, each is held against what the encoder would have
 * made of it, and goes to a writer of audit files on a file of the store.  What the client may
 * forget are whole messages that are in that file. */
#include "recd/keep_impl.h"

#define SMALL ((size_t)128 << 10) /* bytes that a buffer keeps when it is empty */

/* ---- what the daemon itself has to say ---- */

static int
put_event(struct keep *k, struct msg *m, struct err *e)
{
	m->connection_id = span_str(k->id);
	m->time_ns = k->last_ns;
	m->p.channel_request_unknown.request_id = KEEP_REQUEST + k->requests;
	if (tapew_put(k->w, m, e) < 0)
		return e->code;
	k->requests++;
	return 0;
}

static int
put_peer(struct keep *k, struct err *e)
{
	struct jsonw w;
	struct msg m;

	if (!k->have_peer)
		return 0;
	vendor_begin(&m, VENDOR_SESSION, &w, &k->json);
	peer_json(&w, &k->peer);
	/* all other times are the client's word */
	if (k->begun_ns)
		jsonw_kint(&w, "time", k->begun_ns);
	if (vendor_end(&m, &w) < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	return put_event(k, &m, e);
}

static int
put_seal(struct keep *k, int64_t wall_ns, bool final, struct err *e)
{
	struct seal seal;
	struct msg m;

	/* the bytes it vouches for must have passed the sealer */
	if (tapew_flush(k->w, e) < 0)
		return e->code;
	sealer_make(&k->sealer, &seal, span_str(k->id), wall_ns, final);
	if (seal_put(&m, &seal, &k->json) < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	return put_event(k, &m, e);
}

bool
keep_wants_seal(const struct keep *k)
{
	return k->o.key && k->taken != k->sealed;
}

int
keep_seal(struct keep *k, int64_t wall_ns, struct err *e)
{
	int rc = put_seal(k, wall_ns, false, e);

	if (rc == 0) {
		k->sealed = k->taken;
		rc = tapew_flush(k->w, e);
	}
	return rc;
}

/* ---- what comes from the client ---- */

/* Is M, which came as RAW, what our encoder writes, and of this session? */
static int
check(struct keep *k, const struct msg *m, struct span raw, struct err *e)
{
	if (k->dec.flaw.code)
		return err_set(e, ERR_FORMAT, "%s", k->dec.flaw.text);
	if (!span_is(m->connection_id, k->id))
		return err_set(e, ERR_FORMAT, "a message of another connection");
	if (k->ended)
		return err_set(e, ERR_FORMAT, "a message behind the end");
	/* readers take the first word about who it was: ours, which comes behind it */
	if (!k->messages && m->type != MSG_CONNECT)
		return err_set(
			e, ERR_FORMAT, "a session that does not begin with a connect");
	if (keep_is_ours(m) || vendor_of(m) == VENDOR_SEAL)
		return err_set(e, ERR_FORMAT, "an event that is the daemon's to tell");
	buf_clear(&k->canon);
	if (msg_encode(&k->canon, m) < 0 || !span_eq(buf_span(&k->canon), raw))
		return err_set(e, ERR_FORMAT, "a message that is not in canonical form");
	return 0;
}

bool
keep_learn(struct keep *k, const struct msg *m)
{
	if (m->payload_null)
		return false;
	if (m->type == MSG_CONNECT && !k->messages) {
		k->meta.start_s = m->time_ns / INT64_C(1000000000);
		meta_text(k->meta.remote_addr, sizeof k->meta.remote_addr,
			m->p.connect.remote_addr);
		meta_text(k->meta.country, sizeof k->meta.country, m->p.connect.country);
		return true;
	}
	if (m->type == MSG_HANDSHAKE_SUCCESSFUL && !k->meta.authenticated) {
		k->meta.authenticated = true;
		meta_text(k->meta.username, sizeof k->meta.username,
			m->p.handshake_successful.username);
		return true;
	}
	return false;
}

static int
take_message(struct keep *k, const struct msg *m, size_t n, struct err *e)
{
	int rc = tapew_put(k->w, m, e);

	if (rc < 0)
		return rc;
	if (m->time_ns > k->last_ns)
		k->last_ns = m->time_ns;
	if (keep_learn(k, m))
		k->owes_facts = true;
	if (k->messages++ == 0)
		k->owes_peer = true;
	k->taken += n;
	k->ended = m->type == MSG_DISCONNECT;
	return 0;
}

/* What the messages so far call for in the recording; no other is taken before. */
static int
pay(struct keep *k, struct err *e)
{
	int rc = k->owes_peer ? put_peer(k, e) : 0;

	if (rc < 0)
		return rc;
	k->owes_peer = false;
	return 0;
}

/* All whole messages in k->in. */
static int
take_messages(struct keep *k, enum deposit_reason *why, struct err *e)
{
	int rc = pay(k, e);
	struct msg m;
	ssize_t n;

	while (rc == 0 && k->in.n > 0 && k->in.n >= k->dec.need) {
		n = msg_decode(&k->dec, buf_span(&k->in), &m);
		if (n == 0 && k->in.n < KEEP_MESSAGE_MAX &&
			k->dec.need <= KEEP_MESSAGE_MAX)
			break;
		*why = DEPOSIT_R_CONTENT;
		if (n <= 0 || (size_t)n > KEEP_MESSAGE_MAX)
			return err_set(e, ERR_FORMAT, "%s",
				n < 0 && n != ERR_LIMIT ? "bytes that are no message"
							: "a message that is too long");
		if (check(k, &m, span_of(k->in.p, (size_t)n), e) < 0)
			return e->code;
		rc = take_message(k, &m, (size_t)n, e);
		if (rc < 0)
			break;
		buf_consume(&k->in, (size_t)n);
		k->dec.need = 0;
		rc = pay(k, e);
	}
	if (rc < 0)
		*why = rc == ERR_NOSPACE ? DEPOSIT_R_FULL : DEPOSIT_R_FAILED;
	return rc;
}

static void
give_back(struct buf *b)
{
	size_t max = b->max;

	if (b->cap <= SMALL)
		return;
	buf_free(b);
	buf_init(b, max);
}

int
keep_take(struct keep *k, uint64_t offset, struct span bytes, enum deposit_reason *why,
	struct err *e)
{
	if (offset != keep_wanted(k)) {
		*why = DEPOSIT_R_ORDER;
		return err_set(e, ERR_FORMAT, "bytes from %llu on where %llu follows",
			(unsigned long long)offset, (unsigned long long)keep_wanted(k));
	}
	if (k->o.max_bytes && offset + bytes.n > k->o.max_bytes) {
		*why = DEPOSIT_R_LIMIT;
		return err_set(e, ERR_LIMIT, "a session may have %llu bytes",
			(unsigned long long)k->o.max_bytes);
	}
	/* what could not be written goes first: it does not pile up here */
	if (take_messages(k, why, e) < 0)
		return e->code;
	if (buf_add_span(&k->in, bytes) < 0) {
		*why = DEPOSIT_R_FAILED;
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	if (take_messages(k, why, e) < 0)
		return e->code;
	/* one large message is no reason to stay large */
	if (!k->in.n)
		give_back(&k->in);
	give_back(&k->canon);
	return 0;
}

/* ---- keeping ---- */

/* What is durable may go on its way; what will be encrypted only when it is. */
static int
ship(struct keep *k, bool last, struct err *e)
{
	uint64_t durable = k->file->durable;

	if (!k->o.ship || !durable || (k->o.recipients && !last))
		return 0;
	/* parts of an earlier run count as far as they are what the file says now */
	if (!k->item && ship_add(k->o.ship, k->id, k->found, &k->item, e) < 0)
		return e->code;
	ship_grown(k->o.ship, k->item, durable);
	return 0;
}

/* What the messages call for beside the recording, which may wait for the disk, too. */
static int
describe(struct keep *k, struct err *e)
{
	int rc = k->owes_facts ? store_describe(k->file, &k->meta, e) : 0;

	if (rc == 0)
		k->owes_facts = false;
	return rc;
}

bool
keep_waits(const struct keep *k, int64_t now_ns, bool must)
{
	return keep_is_dirty(k) && store_waits(k->file, now_ns, must || k->owes_facts);
}

int
keep_commit(struct keep *k, int64_t now_ns, bool must, struct err *e)
{
	int rc = 0;

	if (k->flushed != k->taken) {
		rc = tapew_flush(k->w, e);
		if (rc < 0)
			return rc;
		k->flushed = k->taken;
	}
	rc = describe(k, e);
	if (rc == 0)
		rc = store_commit(k->file, now_ns, must, e);
	if (rc == 0 && k->file->durable >= k->file->size)
		k->durable = k->flushed;
	return rc < 0 ? rc : ship(k, false, e);
}

bool
keep_is_doubtful(const struct keep *k)
{
	return k->file->doubtful;
}

uint64_t
keep_wanted(const struct keep *k)
{
	return k->taken + k->in.n;
}

bool
keep_is_empty(const struct keep *k)
{
	return !k->boxed && keep_wanted(k) == 0;
}

uint64_t
keep_durable(const struct keep *k)
{
	return k->durable;
}

size_t
keep_waiting(const struct keep *k)
{
	return k->in.n;
}

bool
keep_has_ended(const struct keep *k)
{
	return k->ended || k->boxed;
}

bool
keep_is_dirty(const struct keep *k)
{
	return k->durable != k->taken;
}

const char *
keep_id(const struct keep *k)
{
	return k->id;
}

uint64_t
keep_size(const struct keep *k)
{
	return k->file->size;
}

/* ---- the end ---- */

/* The file is closed and stays open in the store. */
static void
leave(struct keep *k)
{
	if (k->item)
		ship_left(k->o.ship, k->item);
	store_leave(k->file);
	keep_release(k);
}

struct fill {
	const struct keep *k;
	struct src *src;
};

static int
fill_box(void *ctx, struct dst *out, struct err *e)
{
	struct fill *f = ctx;

	return box_put(out, f->src, f->k->file->size, f->k->o.recipients, e);
}

int
keep_encrypt(struct keep *k, struct err *e)
{
	struct fill f = { .k = k };
	int rc = store_open(k->o.store, k->id, &f.src, e);

	if (rc < 0)
		return rc;
	rc = store_replace(k->file, fill_box, &f, e);
	src_close(f.src);
	return rc;
}

static int
hand_over(struct keep *k, struct err *e)
{
	uint64_t size = k->file->size;
	int rc = ship(k, true, e);

	if (rc < 0) {
		leave(k);
		return rc;
	}
	rc = store_finish(k->file, e);
	if (k->item && rc == 0)
		ship_finished(k->o.ship, k->item, size);
	else if (k->item)
		ship_left(k->o.ship, k->item);
	keep_release(k);
	return rc;
}

static int
put_abandoned(struct keep *k, const char *why, int64_t wall_ns, struct err *e)
{
	struct jsonw w;
	struct msg m;
	int rc;

	vendor_begin(&m, VENDOR_GAP, &w, &k->json);
	jsonw_kstr(&w, "what", "the end of the session");
	if (k->in.n)
		jsonw_kuint(&w, "bytes", k->in.n);
	jsonw_kint(&w, "from", k->last_ns);
	jsonw_kint(&w, "to", wall_ns);
	jsonw_kstr(&w, "why", why);
	if (vendor_end(&m, &w) < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	rc = put_event(k, &m, e);
	if (rc < 0)
		return rc;
	msg_init(&m, MSG_DISCONNECT);
	m.connection_id = span_str(k->id);
	m.time_ns = k->last_ns;
	return tapew_put(k->w, &m, e);
}

/* WHY its end is missing, if it is. */
static int
finish(struct keep *k, const char *why, int64_t wall_ns, struct err *e)
{
	int rc = pay(k, e);

	if (rc == 0 && !k->ended)
		rc = put_abandoned(k, why, wall_ns, e);
	if (rc == 0 && k->o.key)
		rc = put_seal(k, wall_ns, true, e);
	if (rc < 0) {
		keep_leave(k);
		return rc;
	}
	rc = tapew_close(k->w, e);
	k->w = NULL;
	if (rc == 0)
		rc = describe(k, e);
	if (rc == 0)
		rc = store_commit(k->file, 0, true, e);
	if (rc < 0) {
		leave(k);
		return rc;
	}
	return k->o.recipients ? 1 : hand_over(k, e);
}

int
keep_hand_over(struct keep *k, int rc, struct err *e)
{
	if (rc == 0)
		return hand_over(k, e);
	leave(k);
	return rc;
}

int
keep_end(struct keep *k, int64_t wall_ns, struct err *e)
{
	return finish(k, KEEP_CUT_SHORT, wall_ns, e);
}

int
keep_abandon(struct keep *k, const char *why, int64_t wall_ns, struct err *e)
{
	return k->boxed ? hand_over(k, e) : finish(k, why, wall_ns, e);
}

void
keep_drop(struct keep *k)
{
	struct store *store = k->o.store;
	struct err ignored;

	if (k->w)
		tapew_leave(k->w);
	if (k->item)
		ship_left(k->o.ship, k->item);
	store_leave(k->file);
	store_remove(store, k->id, &ignored);
	keep_release(k);
}

void
keep_leave(struct keep *k)
{
	struct err ignored;

	if (k->w) {
		tapew_flush(k->w, &ignored);
		tapew_leave(k->w);
	}
	describe(k, &ignored);
	store_commit(k->file, 0, true, &ignored);
	leave(k);
}
