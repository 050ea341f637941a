/* SPDX-License-Identifier: ISC */
/* A session begins, or goes on from what an earlier run of the daemon has left. */
#include "recd/keep_impl.h"

#include "base/hex.h"
#include "format/tape.h"

#include <stdlib.h>

#define FIRST_WRITE 50 /* bytes of a file's header and its first member's */

/* ---- life ---- */

void
keep_release(struct keep *k)
{
	if (!k)
		return;
	msg_decoder_free(&k->dec);
	buf_free(&k->in);
	buf_free(&k->canon);
	buf_free(&k->json);
	free(k);
}

void
keep_name(char out[KEEP_NAME_SIZE], const uint8_t id[DEPOSIT_ID_SIZE])
{
	hex_put(out, id, DEPOSIT_ID_SIZE);
}

struct keep *
keep_new(const struct keep_opts *o, const uint8_t id[DEPOSIT_ID_SIZE],
	const struct peer *peer, int64_t wall_ns)
{
	struct keep *k = calloc(1, sizeof *k);

	if (!k)
		return NULL;
	k->o = *o;
	sealer_init(&k->sealer, o->key);
	keep_name(k->id, id);
	if (peer) {
		k->peer = *peer;
		k->have_peer = true;
	}
	k->begun_ns = wall_ns;
	k->meta.start_s = wall_ns / INT64_C(1000000000);
	msg_decoder_init(&k->dec);
	buf_init(&k->in, KEEP_MESSAGE_MAX + DEPOSIT_DATA_MAX);
	buf_init(&k->canon, 2 * KEEP_MESSAGE_MAX);
	buf_init(&k->json, KEEP_MESSAGE_MAX);
	return k;
}

static struct dst *
file_dst(struct keep *k)
{
	struct dst *d = store_file_dst(k->file);

	return k->o.key ? sealer_dst(&k->sealer, d) : d;
}

int
keep_begin(struct keep *k, struct err *e)
{
	struct tapew_opts wo = { .level = k->o.level };
	int rc = store_create(k->o.store, k->id, &k->meta, &k->file, e);

	if (rc < 0) {
		keep_release(k);
		return rc;
	}
	rc = tapew_open(&k->w, TAPE_AUDIT_V2, file_dst(k), &wo, e);
	if (rc < 0)
		keep_drop(k);
	return rc;
}

/* ---- going on with one ---- */

/* What a recording that was left open holds of the client's messages. */
static int
count_messages(struct keep *k, struct err *e)
{
	const struct msg *m;
	struct seal seal;
	struct src *src;
	struct tape *t;
	int64_t at;
	int rc = store_open(k->o.store, k->id, &src, e);

	if (rc < 0)
		return rc;
	rc = tape_open(&t, src, NULL, e);
	if (rc < 0)
		return rc;
	while ((rc = tape_next(t, &m, &at, e)) > 0) {
		if (m->time_ns > k->last_ns)
			k->last_ns = m->time_ns;
		if (keep_is_ours(m)) {
			k->requests++;
			if (seal_get(&seal, m))
				sealer_take(&k->sealer, &seal);
			continue;
		}
		k->ended = m->type == MSG_DISCONNECT;
		buf_clear(&k->canon);
		msg_encode(&k->canon, m);
		k->taken += k->canon.n;
		keep_learn(k, m);
		k->messages++;
	}
	tape_close(t);
	return rc == ERR_TRUNCATED ? 0 : rc;
}

static int
append(struct keep *k, const struct tapew_opts *wo, struct err *e)
{
	struct src *src;
	int rc = store_open(k->o.store, k->id, &src, e);

	if (rc < 0)
		return rc;
	rc = tapew_append(&k->w, TAPE_AUDIT_V2, src, file_dst(k), wo, e);
	if (rc == 0 && k->o.key)
		rc = sealer_catch_up(&k->sealer, src, k->file->size, e);
	src_close(src);
	return rc;
}

static int
look_boxed(struct keep *k, struct err *e)
{
	uint8_t head[BOX_MAGIC];
	struct src *src;
	int rc = store_open(k->o.store, k->id, &src, e);

	if (rc < 0)
		return rc;
	k->boxed =
		src_read_at(src, 0, head, sizeof head, e) == sizeof head && box_is(head);
	src_close(src);
	return 0;
}

static int
reopen(struct keep *k, struct err *e)
{
	struct tapew_opts wo = { .level = k->o.level };
	int rc = store_resume(k->o.store, k->id, &k->file, e);

	if (rc == 0)
		rc = look_boxed(k, e);
	if (rc == 0 && k->boxed)
		return 0;

	/* not even the first write came whole */
	if (rc == 0 && k->file->size < FIRST_WRITE && k->file->size > 0)
		rc = store_cut(k->file, 0, e);
	if (rc == 0 && k->file->size == 0)
		return tapew_open(&k->w, TAPE_AUDIT_V2, file_dst(k), &wo, e);
	if (rc == 0)
		rc = count_messages(k, e);
	return rc < 0 ? rc : append(k, &wo, e);
}

int
keep_resume(struct keep **out, const struct keep_opts *o,
	const uint8_t id[DEPOSIT_ID_SIZE], const struct peer *peer, struct err *e)
{
	struct keep *k = keep_new(o, id, peer, 0);
	int rc;

	*out = NULL;
	if (!k)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	rc = reopen(k, e);
	if (rc < 0) {
		tapew_leave(k->w);
		store_leave(k->file);
		keep_release(k);
		return rc;
	}
	k->flushed = k->taken;
	k->found = true;
	/* a crash may have taken what stood behind the first message */
	k->owes_peer = k->messages && !k->requests;
	if (peer && keep_meet(k, peer, e) < 0) {
		keep_leave(k);
		return e->code;
	}
	*out = k;
	return 0;
}

int
keep_meet(struct keep *k, const struct peer *peer, struct err *e)
{
	if (k->boxed)
		return err_set(e, ERR_STATE, "it is finished");
	k->peer = *peer;
	k->have_peer = true;
	return 0;
}
