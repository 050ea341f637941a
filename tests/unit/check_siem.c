/* SPDX-License-Identifier: ISC */
/* Events for other systems: every message has its line, in the words of the other side. */
#include "format/siem.h"

#include "base/clk.h"
#include "format/vendor.h"
#include "tests/unit/cast_util.h"

#include <arpa/inet.h>
#include <jansson.h>

#define SECRET "hunter2-secret"

static struct siem *siem;
static struct buf line;

static void
start(enum siem_format f)
{
	ck_assert_int_eq(siem_new(&siem, f, "dir/one.audit", NULL), 0);
	buf_clear(&line);
}

static void
stop(void)
{
	siem_free(siem);
	buf_free(&line);
}

/* The line of M as JSON, NULL when it has none. */
static json_t *
tell(struct msg *m)
{
	json_t *j;
	int rc;

	m->connection_id = SPAN_LIT("c0ffee");
	m->time_ns = INT64_C(1710000000) * NS_PER_S + 5;
	buf_clear(&line);
	rc = siem_put(siem, &line, m, 5, 7);
	ck_assert_int_ge(rc, 0);
	if (rc == 0) {
		ck_assert_uint_eq(line.n, 0);
		return NULL;
	}
	ck_assert_int_eq(line.p[line.n - 1], '\n');
	ck_assert_ptr_eq(memchr(line.p, '\n', line.n - 1), NULL);
	j = json_loadb(
		(char *)line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	ck_assert_msg(j != NULL, "%s", buf_cstr(&line));
	return j;
}

static json_t *
tell_vendor(enum vendor_id id, const char *payload)
{
	struct msg m;

	vendor_raw(&m, id, span_str(payload));
	return tell(&m);
}

/* The text at PATH ("event.action"), "" when it is missing. */
static const char *
text_at(json_t *j, const char *path)
{
	char key[80];

	while (j && *path) {
		size_t n = strcspn(path, ".");

		snprintf(key, sizeof key, "%.*s", (int)n, path);
		j = json_object_get(j, key);
		path += n + (path[n] == '.');
	}
	return json_is_string(j) ? json_string_value(j) : "";
}

/* A message of this type with something in every field. */
static void
fill(struct msg *m, const struct msg_desc *d)
{
	static const struct msg_pair pair = { SPAN_LIT("question"), SPAN_LIT(SECRET),
		true };
	static const struct msg_list list = { &pair, 1 };

	msg_init(m, (enum msg_type)d->code);
	for (size_t i = 0; i < d->payload->nfields; i++) {
		const struct msg_field *f = &d->payload->fields[i];
		uint8_t *at = (uint8_t *)m + f->offset;
		struct span s =
			f->flags & MSG_F_SECRET ? SPAN_LIT(SECRET) : SPAN_LIT("10.0.0.9");

		if (f->kind == MSG_TEXT || f->kind == MSG_BYTES)
			memcpy(at, &s, sizeof s);
		else if (f->kind == MSG_UINT)
			memcpy(at, &(uint64_t){ 21 }, sizeof(uint64_t));
		else if (f->kind == MSG_U32)
			memcpy(at, &(uint32_t){ 22 }, sizeof(uint32_t));
		else if (f->kind != MSG_BOOL)
			memcpy(at, &list, sizeof list);
	}
}

/* ---- the published list ---- */

/* tests/golden/siem: "field NAME TYPE [array]", "value NAME allowed...", "types CATEGORY
 * expected...". */
struct list {
	json_t *types, *arrays, *values, *expected, *seen;
};

static json_t *
words(char *rest)
{
	json_t *all = json_object();
	char *save = NULL;

	for (char *w = strtok_r(rest, " ", &save); w; w = strtok_r(NULL, " ", &save))
		json_object_set_new(all, w, json_true());
	return all;
}

static void
take_list_line(struct list *l, char *text)
{
	char *save = NULL, *kind = strtok_r(text, " ", &save);
	char *name = kind ? strtok_r(NULL, " ", &save) : NULL;

	if (!name || *kind == '#')
		return;
	if (strcmp(kind, "value") == 0)
		json_object_set_new(l->values, name, words(save));
	if (strcmp(kind, "types") == 0)
		json_object_set_new(l->expected, name, words(save));
	if (strcmp(kind, "field") != 0)
		return;
	json_object_set_new(l->types, name, json_string(strtok_r(NULL, " ", &save)));
	if (strtok_r(NULL, " ", &save))
		json_object_set_new(l->arrays, name, json_true());
}

static struct list
published(void)
{
	struct list l = { json_object(), json_object(), json_object(), json_object(),
		json_object() };
	struct buf text = { 0 };
	char *save = NULL;

	ck_assert(read_file(&text, "tests/golden/siem", "ecs-8.11.0", ".txt"));
	for (char *s = strtok_r((char *)buf_cstr(&text), "\n", &save); s;
		s = strtok_r(NULL, "\n", &save))
		take_list_line(&l, s);
	buf_free(&text);
	return l;
}

static void
list_free(struct list *l)
{
	json_decref(l->types);
	json_decref(l->arrays);
	json_decref(l->values);
	json_decref(l->expected);
	json_decref(l->seen);
}

static void
check_value(const struct list *l, const char *path, const json_t *v)
{
	const char *type = json_string_value(json_object_get(l->types, path));
	const json_t *allowed = json_object_get(l->values, path);
	struct in6_addr raw;

	if (strcmp(type, "long") == 0 || strcmp(type, "boolean") == 0) {
		ck_assert_msg(*type == 'l' ? json_is_integer(v) : json_is_boolean(v),
			"%s is no %s", path, type);
		return;
	}
	ck_assert_msg(json_is_string(v), "%s is no text", path);
	ck_assert_msg(!allowed || json_object_get(allowed, json_string_value(v)),
		"%s may not be %s", path, json_string_value(v));
	if (strcmp(type, "ip") == 0)
		ck_assert_msg(inet_pton(AF_INET, json_string_value(v), &raw) == 1,
			"%s is no address", path);
	if (strcmp(type, "date") == 0)
		ck_assert_msg(strlen(json_string_value(v)) == 30, "%s is no date", path);
}

static void
check_fields(const struct list *l, const char *path, json_t *v)
{
	const char *key;
	char inner[160];
	json_t *member;
	size_t i;

	if (strncmp(path, "auditrec", 8) == 0)
		return;
	if (json_is_object(v)) {
		json_object_foreach(v, key, member)
		{
			snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "." : "",
				key);
			check_fields(l, inner, member);
		}
		return;
	}
	ck_assert_msg(
		json_object_get(l->types, path) != NULL, "%s is no field of ECS", path);
	json_object_set_new(l->seen, path, json_true());
	ck_assert_msg(json_is_array(v) == !!json_object_get(l->arrays, path),
		"%s: array or not", path);
	if (!json_is_array(v))
		check_value(l, path, v);
	json_array_foreach(v, i, member) check_value(l, path, member);
}

/* Each type belongs to one of the categories. */
static void
check_types(const struct list *l, const json_t *event)
{
	const json_t *category = json_object_get(event, "category"), *c, *t;
	size_t i, k;

	json_array_foreach(json_object_get(event, "type"), i, t)
	{
		bool expected = false;

		json_array_foreach(category, k, c) expected |= !!json_object_get(
			json_object_get(l->expected, json_string_value(c)),
			json_string_value(t));
		ck_assert_msg(expected, "type %s of %s", json_string_value(t),
			json_string_value(json_object_get(event, "action")));
	}
}

static void
check_ecs(const struct list *l, json_t *j)
{
	check_fields(l, "", j);
	check_types(l, json_object_get(j, "event"));
}

static const struct {
	enum vendor_id id;
	const char *payload;
} events[] = {
	{ VENDOR_SESSION,
		"{\"user\":\"ann\",\"uid\":1000,\"gid\":100,\"host\":\"box\",\"pid\":7,"
		"\"parent_pid\":6,\"parent_exe\":\"/usr/sbin/"
		"sshd\",\"machine_id\":\"ab\",\"boot_id\":\"cd\",\"mode\":\"terminal\","
		"\"cwd\":\"/\",\"authentication\":[{\"fingerprint\":\"SHA256:abc\"}]}" },
	{ VENDOR_GAP, "{\"what\":\"output\",\"bytes\":9,\"from\":1,\"to\":2,"
		      "\"why\":\"disk full\"}" },
	{ VENDOR_COMMAND, "{\"id\":1,\"phase\":\"start\",\"text\":\"make -j2\","
			  "\"cwd\":\"/src\",\"start\":1,\"trust\":\"nonce\"}" },
	{ VENDOR_COMMAND, "{\"id\":1,\"phase\":\"end\",\"text\":\"make -j2\",\"start\":1,"
			  "\"end\":4,\"duration\":3,\"status\":2,\"trust\":\"nonce\"}" },
	{ VENDOR_PROCESS_EXEC, "{\"pid\":9,\"ppid\":8,\"uid\":0,\"exe\":\"/bin/ls\","
			       "\"argv\":[\"ls\",\"a b\"],\"time\":5}" },
	{ VENDOR_PROCESS_EXIT, "{\"pid\":9,\"signal\":9,\"time\":6}" },
	{ VENDOR_FILE_OPEN, "{\"pid\":9,\"path\":\"/etc/shadow\",\"flags\":0}" },
	{ VENDOR_CONNECT_OUT, "{\"pid\":9,\"address\":\"10.9.8.7\",\"port\":443}" },
};

START_TEST(ecs_uses_published_fields_only)
{
	struct list l = published();
	const char *path;
	struct msg m;
	json_t *j;

	start(SIEM_ECS);
	for (size_t i = 0; i < msg_ndescs; i++) {
		fill(&m, &msg_descs[i]);
		if (m.type == MSG_CONNECT)
			m.p.connect.country = SPAN_LIT("NL");
		j = tell(&m);
		ck_assert_int_eq(j == NULL, m.type == MSG_IO);
		if (j)
			check_ecs(&l, j);
		json_decref(j);
	}
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		j = tell_vendor(events[i].id, events[i].payload);
		check_ecs(&l, j);
		json_decref(j);
	}
	/* the list holds nothing that is never written */
	json_object_foreach(l.types, path, j)
	{
		ck_assert_msg(json_object_get(l.seen, path) != NULL, "%s", path);
	}
	list_free(&l);
	stop();
}
END_TEST

START_TEST(every_event_of_ours_is_told)
{
	for (int f = SIEM_ECS; f <= SIEM_JSON; f++) {
		start((enum siem_format)f);
		for (int id = VENDOR_NONE + 1; id < VENDOR_COUNT; id++) {
			json_t *j = tell_vendor((enum vendor_id)id, "{}");

			ck_assert_msg(j || f == SIEM_TRAIN, "%d", id);
			json_decref(j);
		}
		stop();
	}
}
END_TEST

START_TEST(intention_stands_before_outcome)
{
	json_t *j;

	start(SIEM_ECS);
	j = tell_vendor(events[2].id, events[2].payload);
	ck_assert_str_eq(text_at(j, "event.outcome"), "unknown");
	ck_assert_str_eq(text_at(j, "process.command_line"), "make -j2");
	ck_assert_str_eq(text_at(j, "trace.id"), "c0ffee");
	json_decref(j);
	j = tell_vendor(events[3].id, events[3].payload);
	ck_assert_str_eq(text_at(j, "event.outcome"), "failure");
	json_decref(j);
	j = tell_vendor(VENDOR_COMMAND, "{\"phase\":\"end\",\"status\":0}");
	ck_assert_str_eq(text_at(j, "event.outcome"), "success");
	json_decref(j);
	j = tell_vendor(VENDOR_COMMAND, "{\"phase\":\"end\",\"why\":\"shell ended\"}");
	ck_assert_str_eq(text_at(j, "event.outcome"), "unknown");
	json_decref(j);
	j = tell_vendor(VENDOR_PROCESS_EXIT, "{\"pid\":1,\"signal\":9}");
	ck_assert_str_eq(text_at(j, "event.outcome"), "failure");
	json_decref(j);
	stop();
}
END_TEST

START_TEST(audit_has_its_fields_on_every_line)
{
	static const char *const keys[] = { "type", "request_id", "status", "status_code",
		"status_message", "caller_uid", "caller_gid", "caller_path",
		"caller_addr", "caller_id" };
	struct msg m;
	json_t *j;

	start(SIEM_AUDIT);
	for (size_t i = 0; i < msg_ndescs; i++) {
		fill(&m, &msg_descs[i]);
		j = tell(&m);
		for (size_t k = 0; j && k < sizeof keys / sizeof *keys; k++)
			ck_assert_msg(json_object_get(j, keys[k]) != NULL, "%s of %d",
				keys[k], m.type);
		json_decref(j);
	}
	json_decref(tell_vendor(events[0].id, events[0].payload));
	j = tell_vendor(events[4].id, events[4].payload);
	ck_assert_str_eq(text_at(j, "type"), "audit");
	ck_assert_str_eq(text_at(j, "status"), "success");
	ck_assert_str_eq(text_at(j, "caller_path"), "/bin/ls");
	ck_assert_str_eq(text_at(j, "caller_id"), "SHA256:abc");
	ck_assert_int_eq(json_integer_value(json_object_get(j, "caller_uid")), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "caller_gid")), 100);
	json_decref(j);
	stop();
}
END_TEST

START_TEST(train_tells_commands_and_files)
{
	struct msg m;
	json_t *j;

	start(SIEM_TRAIN);
	json_decref(tell_vendor(events[0].id, events[0].payload));
	j = tell_vendor(events[4].id, events[4].payload);
	ck_assert_str_eq(text_at(j, "type"), "cmd");
	ck_assert_str_eq(text_at(j, "command"), "ls 'a b'");
	ck_assert_str_eq(text_at(j, "user"), "ann");
	ck_assert_str_eq(text_at(j, "hostname"), "box");
	json_decref(j);
	j = tell_vendor(events[6].id, events[6].payload);
	ck_assert_str_eq(text_at(j, "type"), "file");
	ck_assert_str_eq(text_at(j, "path"), "/etc/shadow");
	json_decref(j);
	msg_init(&m, MSG_EXEC);
	m.p.exec.program = SPAN_LIT("scp -r -t /srv/www");
	j = tell(&m);
	ck_assert_str_eq(text_at(j, "type"), "file upload");
	ck_assert_str_eq(text_at(j, "destination"), "/srv/www");
	json_decref(j);
	msg_init(&m, MSG_SHELL);
	ck_assert_ptr_eq(tell(&m), NULL);
	stop();
}
END_TEST

START_TEST(secrets_are_in_no_form)
{
	struct msg m;

	for (int f = SIEM_ECS; f <= SIEM_JSON; f++) {
		start((enum siem_format)f);
		for (size_t i = 0; i < msg_ndescs; i++) {
			fill(&m, &msg_descs[i]);
			json_decref(tell(&m));
			if (!line.n)
				continue;
			ck_assert_ptr_eq(
				memmem(line.p, line.n, SECRET, strlen(SECRET)), NULL);
			/* "aHVudGVyMi1zZWNy" is how it begins in base64 */
			ck_assert_ptr_eq(
				memmem(line.p, line.n, "aHVudGVyMi1z", 12), NULL);
		}
		stop();
	}
}
END_TEST

START_TEST(what_is_too_long_is_cut_and_said)
{
	struct buf long_text = { 0 };
	struct msg m;
	json_t *j;

	start(SIEM_ECS);
	for (size_t i = 0; i < SIEM_TEXT_MAX; i++)
		buf_add_str(&long_text, "\xc3\xa4");
	msg_init(&m, MSG_EXEC);
	m.p.exec.program = buf_span(&long_text);
	j = tell(&m);
	ck_assert_uint_eq(strlen(text_at(j, "process.command_line")), SIEM_TEXT_MAX);
	ck_assert(json_is_true(json_object_get(json_object_get(j, "auditrec"), "cut")));
	json_decref(j);
	buf_free(&long_text);
	stop();
}
END_TEST

START_TEST(odd_payloads_do_no_harm)
{
	static const char *const odd[] = { "", "[]", "{",
		"{\"pid\":-5,\"argv\":[1,{}],"
		"\"phase\":[],\"text\":{},\"uid\":1e300,\"start\":-1}",
		"{\"text\":\"\\u0000\\u001b[2J\\u202e\",\"exe\":\"/\"}" };

	for (int f = SIEM_ECS; f <= SIEM_JSON; f++)
		for (int id = VENDOR_NONE + 1; id < VENDOR_COUNT; id++)
			for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
				start((enum siem_format)f);
				json_decref(tell_vendor((enum vendor_id)id, odd[i]));
				for (size_t k = 0; k + 1 < line.n; k++)
					ck_assert_int_ge(line.p[k], ' ');
				stop();
			}
}
END_TEST

static TCase *
siem_cases(void)
{
	TCase *t = tcase_create("siem");

	tcase_add_test(t, ecs_uses_published_fields_only);
	tcase_add_test(t, every_event_of_ours_is_told);
	tcase_add_test(t, intention_stands_before_outcome);
	tcase_add_test(t, audit_has_its_fields_on_every_line);
	tcase_add_test(t, train_tells_commands_and_files);
	tcase_add_test(t, secrets_are_in_no_form);
	tcase_add_test(t, what_is_too_long_is_cut_and_said);
	tcase_add_test(t, odd_payloads_do_no_harm);
	return t;
}

UNIT_MAIN("siem", siem_cases)
