/* SPDX-License-Identifier: ISC */
/* Who came and how: keys, certificates, what sshd and the kernel tell, and whom to believe. */
#include "base/io.h"
#include "format/sshkey.h"
#include "rec/auth.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- keys: what ssh-keygen -l and -L say of the files in tests/golden/sshkey ---- */

static void
read_key(const char *name, char *out, size_t size)
{
	char path[512];
	const char *top = getenv("srcdir");
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/golden/sshkey/%s.pub", top ? top : ".",
		name);
	f = fopen(path, "re");
	ck_assert_msg(f != NULL, "%s", path);
	out[fread(out, 1, size - 1, f)] = 0;
	out[strcspn(out, "\n")] = 0;
	fclose(f);
}

static const struct {
	const char *file, *type, *fingerprint;
} keys[] = {
	{ "ed25519", "ssh-ed25519",
		"SHA256:nFRa0Dy8QcAzbchkFkxH9MCwHH1eBLj/aWR4hulszcw" },
	{ "rsa", "ssh-rsa", "SHA256:OrFzySfQV3HN7Qldu/Uar0KY/LK9sSm/ExE6NmtWJs8" },
	{ "ecdsa", "ecdsa-sha2-nistp256",
		"SHA256:6A1azw81hVilEudTbdEmRiPOx9Ec6Nr0aeUFpZt0KP0" },
	{ "ed25519-cert", "ssh-ed25519-cert-v01@openssh.com",
		"SHA256:nFRa0Dy8QcAzbchkFkxH9MCwHH1eBLj/aWR4hulszcw" },
	{ "rsa-cert", "ssh-rsa-cert-v01@openssh.com",
		"SHA256:OrFzySfQV3HN7Qldu/Uar0KY/LK9sSm/ExE6NmtWJs8" },
	{ "ecdsa-cert", "ecdsa-sha2-nistp256-cert-v01@openssh.com",
		"SHA256:6A1azw81hVilEudTbdEmRiPOx9Ec6Nr0aeUFpZt0KP0" },
};

START_TEST(key_fingerprints)
{
	char line[4096];
	struct sshkey k;

	read_key(keys[_i].file, line, sizeof line);
	ck_assert_int_eq(sshkey_parse(&k, span_str(line), NULL), 0);
	ck_assert_str_eq(k.type, keys[_i].type);
	ck_assert_str_eq(k.fingerprint, keys[_i].fingerprint);
	ck_assert_uint_lt(k.text.n, strlen(line)); /* without the comment */
	sshkey_free(&k);
}
END_TEST

START_TEST(key_certificates)
{
	char line[4096];
	struct sshkey k;
	struct span rest, name;

	read_key(keys[_i].file, line, sizeof line);
	ck_assert_int_eq(sshkey_parse(&k, span_str(line), NULL), 0);
	ck_assert(k.is_cert && !k.is_host);
	ck_assert_uint_eq(k.serial, 4711);
	ck_assert(span_is(k.key_id, "key of joe"));
	ck_assert_str_eq(k.ca_type, "ssh-ed25519");
	ck_assert_str_eq(
		k.ca_fingerprint, "SHA256:BYSlU/vudwPGFAxRFsLq0NmnR+shtWfnVm9QyslVcTo");
	ck_assert_uint_eq(k.valid_before - k.valid_after, 365 * 86400);
	rest = k.principals;
	ck_assert(sshkey_principal(&rest, &name) && span_is(name, "joe"));
	ck_assert(sshkey_principal(&rest, &name) && span_is(name, "root"));
	ck_assert(!sshkey_principal(&rest, &name));
	sshkey_free(&k);
}
END_TEST

/* Cut or bent anywhere it is no key, or another; never a crash. */
START_TEST(key_damaged)
{
	char line[4096], bent[4096];
	struct sshkey k;
	size_t n;

	read_key(keys[_i].file, line, sizeof line);
	n = strlen(line);
	for (size_t i = 0; i < n; i++) {
		if (sshkey_parse(&k, span_of(line, i), NULL) == 0)
			sshkey_free(&k);
		memcpy(bent, line, n + 1);
		bent[i] = bent[i] == 'A' ? '/' : 'A';
		if (sshkey_parse(&k, span_of(bent, n), NULL) == 0)
			sshkey_free(&k);
	}
}
END_TEST

START_TEST(key_none)
{
	static const char *const lines[] = { "", "ssh-ed25519", "ssh-ed25519 ",
		"ssh-ed25519 AAAA", "ssh-ed25519 !", "password",
		"ssh-rsa AAAAC3NzaC1lZDI1NTE5" };
	struct sshkey k;

	ck_assert_int_eq(sshkey_parse(&k, span_str(lines[_i]), NULL), ERR_FORMAT);
}
END_TEST

/* ---- gathering ---- */

static const char *const environment[][2] = {
	{ "SSH_CONNECTION", "192.0.2.7 40123 192.0.2.1 22" },
	{ "SSH_CLIENT", "192.0.2.7 40123 22" },
	{ "SSH_USER_AUTH", "user_auth" },
	{ "XDG_SESSION_ID", "17" },
};

static const char *login_id; /* AUDITREC_LOGIN */

static const char *
fake_env(void *ctx, const char *name)
{
	const bool *nested = ctx;

	if (*nested && strcmp(name, "AUDITREC_SESSION") == 0)
		return "0123";
	if (strcmp(name, "AUDITREC_LOGIN") == 0)
		return login_id;
	for (size_t i = 0; i < sizeof environment / sizeof *environment; i++)
		if (strcmp(environment[i][0], name) == 0)
			return environment[i][1];
	return NULL;
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void
gather(struct auth *a, bool nested)
{
	struct auth_source s = { fake_env, &nested, "proc", "run", getuid(), 0, false };

	mkdir("proc", 0700);
	write_file("proc/loginuid", "1000");
	write_file("proc/sessionid", "4294967295\n");
	auth_gather(a, &s);
	unlink("proc/loginuid");
	unlink("proc/sessionid");
	rmdir("proc");
}

static void
describe(const struct auth *a, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	auth_describe(a, &w);
	jsonw_object_end(&w);
	ck_assert_ptr_nonnull(buf_cstr(out));
}

START_TEST(auth_facts_with_source_and_trust)
{
	char line[4096], text[8192];
	struct auth a;
	struct buf out = { 0 };

	read_key("ed25519-cert", line, sizeof line);
	*strrchr(line, ' ') = 0;
	snprintf(text, sizeof text, "publickey %s\npassword\n", line);
	write_file("user_auth", text);
	gather(&a, false);
	describe(&a, &out);
	ck_assert_str_eq(a.remote, "192.0.2.7");
	/* nobody but sshd's own child may say "parent" */
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out),
		"{\"name\":\"ssh_connection\",\"value\":\"192.0.2.7 40123 192.0.2.1 22\","
		"\"source\":\"SSH_CONNECTION\",\"trust\":\"claim\"}"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out),
		"{\"name\":\"login_uid\",\"value\":\"1000\",\"source\":\"loginuid\","
		"\"trust\":\"kernel\"}"));
	ck_assert_ptr_null(strstr(buf_cstr(&out), "audit_session"));
	ck_assert_ptr_nonnull(
		strstr(buf_cstr(&out), "\"method\":\"publickey\",\"trust\":\"claim\","
				       "\"key_type\":\"ssh-ed25519-cert-"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out),
		"\"certificate\":{\"key_id\":\"key of joe\",\"serial\":4711,"
		"\"principals\":[\"joe\",\"root\"]"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "\"method\":\"password\""));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "\"ancestors\":[{\"pid\":"));
	auth_free(&a);
	buf_free(&out);
	unlink("user_auth");
}
END_TEST

START_TEST(auth_inherited)
{
	struct auth a;
	struct buf out = { 0 };

	gather(&a, true);
	describe(&a, &out);
	ck_assert_ptr_nonnull(
		strstr(buf_cstr(&out), "\"source\":\"SSH_CLIENT\",\"trust\":"
				       "\"claim\",\"inherited\":true}"));
	auth_free(&a);
	buf_free(&out);
}
END_TEST

#define ID "00112233445566778899aabbccddeeff"

static void
write_note(pid_t pid)
{
	struct ancestor a = { 0 };
	char text[256];

	ancestry_of(&a, pid);
	snprintf(text, sizeof text,
		"pid=%ld\nstart=%llu\nservice=sshd\nuser=joe\nrhost=198.51.100.4\n"
		"method=password\nnonsense\n",
		(long)pid, (unsigned long long)a.start);
	mkdir("run", 0700);
	mkdir("run/login", 0700);
	write_file("run/login/" ID, text);
}

static void
remove_note(void)
{
	unlink("run/login/" ID);
	rmdir("run/login");
	rmdir("run");
}

/* PAM's word counts when the process that called it is our ancestor, else it is a claim. */
START_TEST(auth_note_of_a_login)
{
	struct auth a;
	struct buf out = { 0 };
	bool ours = _i == 0;

	login_id = ID;
	write_note(ours ? getppid() : getpid());
	gather(&a, false);
	remove_note();
	describe(&a, &out);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out),
		ours ? "{\"name\":\"pam_user\",\"value\":\"joe\",\"source\":"
		       "\"pam_auditrec\",\"trust\":\"parent\"}"
		     : "{\"name\":\"pam_user\",\"value\":\"joe\",\"source\":"
		       "\"pam_auditrec\",\"trust\":\"claim\"}"));
	/* What root has noted comes before what the environment and the user's file say. */
	ck_assert_int_eq(strstr(buf_cstr(&out),
				 "\"method\":\"password\",\"trust\":\"parent\"") != NULL,
		ours);
	ck_assert_int_eq(strcmp(a.remote, "198.51.100.4") == 0, ours);
	auth_free(&a);
	buf_free(&out);
}
END_TEST

/* Names that lead elsewhere, and a file that others may write. */
START_TEST(auth_note_of_somebody_else)
{
	static const char *const ids[] = { "../login/" ID, "", "0011", ID };
	struct auth a;

	login_id = ids[_i];
	write_note(getppid());
	chmod("run/login/" ID, 0666);
	gather(&a, false);
	for (int i = 0; i < a.nfacts; i++)
		ck_assert_str_ne(a.fact[i].name, "pam_user");
	auth_free(&a);
	remove_note();
}
END_TEST

/* A link, a device or nothing in the place of the file must not stop a login. */
START_TEST(auth_file_is_something_else)
{
	static const char *const targets[] = { "/dev/zero", "/etc/passwd", "nothing" };
	struct auth a;

	ck_assert_int_eq(symlink(targets[_i], "user_auth"), 0);
	gather(&a, false);
	ck_assert_uint_eq(a.user_auth.n, 0);
	auth_free(&a);
	unlink("user_auth");
}
END_TEST

/* ---- ancestry ---- */

static struct ancestor
person(const char *comm, uid_t uid)
{
	struct ancestor a = { .uid = uid, .euid = uid };

	snprintf(a.comm, sizeof a.comm, "%s", comm);
	return a;
}

START_TEST(ancestry_sshd)
{
	struct ancestor v[4] = { person("auditrec", 1000), person("sshd", 1000),
		person("sshd", 0), person("sshd", 0) };

	ck_assert(ancestry_is_sshd(v, 4));
	ck_assert(!ancestry_is_sshd(v, 2));
	v[2].uid = 1000; /* a program of the user that calls itself sshd */
	ck_assert(!ancestry_is_sshd(v, 4));
	v[2] = person("bash", 0);
	ck_assert(!ancestry_is_sshd(v, 4));
	v[2] = person("sshd", 0);
	v[1].uid = 1001;
	ck_assert(!ancestry_is_sshd(v, 4));
}
END_TEST

START_TEST(ancestry_of_ourselves)
{
	struct ancestor v[ANCESTRY_MAX];
	int n = ancestry_read(v, getpid());

	ck_assert_int_gt(n, 1);
	ck_assert_int_eq(v[0].pid, getpid());
	ck_assert_int_eq(v[0].ppid, getppid());
	ck_assert_int_eq(v[1].pid, getppid());
	ck_assert_uint_eq(v[0].uid, getuid());
	ck_assert_uint_gt(v[0].start, 0);
	ck_assert_ptr_nonnull(strstr(v[0].exe, "check_auth"));
	ck_assert(!ancestry_of(&v[0], 0) && !ancestry_of(&v[0], -1));
}
END_TEST

static TCase *
key_case(void)
{
	TCase *t = tcase_create("keys");

	tcase_add_loop_test(t, key_fingerprints, 0, 6);
	tcase_add_loop_test(t, key_certificates, 3, 6);
	tcase_add_loop_test(t, key_damaged, 0, 6);
	tcase_add_loop_test(t, key_none, 0, 7);
	return t;
}

static TCase *
auth_case(void)
{
	TCase *t = tcase_create("auth");

	tcase_add_test(t, auth_facts_with_source_and_trust);
	tcase_add_test(t, auth_inherited);
	tcase_add_loop_test(t, auth_note_of_a_login, 0, 2);
	tcase_add_loop_test(t, auth_note_of_somebody_else, 0, 4);
	tcase_add_loop_test(t, auth_file_is_something_else, 0, 3);
	tcase_add_test(t, ancestry_sshd);
	tcase_add_test(t, ancestry_of_ourselves);
	return t;
}

UNIT_MAIN("auth", key_case, auth_case)
