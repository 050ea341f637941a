/* SPDX-License-Identifier: ISC */
#include "store/s3_fault.h"

#include <stddef.h>

/* Codes first; of two rows that fit, the first one counts. */
const struct s3_fault s3_faults[] = {
	{ "SlowDown", 0, ERR_NET, "slow_down", "the server wants fewer requests",
		S3_SLOW },
	{ "TooManyRequests", 0, ERR_NET, "slow_down", "the server wants fewer requests",
		S3_SLOW },
	{ "ServiceUnavailable", 0, ERR_NET, "unavailable",
		"the server is not available now", S3_SLOW },
	{ "XMinioServerNotInitialized", 0, ERR_NET, "unavailable",
		"the server has only just started", S3_RETRY },
	{ "InternalError", 0, ERR_NET, "server_error", "the server had an error",
		S3_RETRY },
	{ "OperationAborted", 0, ERR_NET, "conflict",
		"something else happens to the object just now", S3_RETRY },
	{ "RequestTimeout", 0, ERR_NET, "timeout", "the server waited for bytes too long",
		S3_RETRY },
	{ "IncompleteBody", 0, ERR_NET, "half", "not all bytes arrived", S3_RETRY },
	{ "BadDigest", 0, ERR_NET, "checksum", "bytes changed on their way", S3_RETRY },
	{ "XAmzContentSHA256Mismatch", 0, ERR_NET, "checksum",
		"bytes changed on their way", S3_RETRY },
	{ "XAmzContentChecksumMismatch", 0, ERR_NET, "checksum",
		"bytes changed on their way", S3_RETRY },
	{ "RequestTimeTooSkewed", 0, ERR_NET, "clock",
		"the clocks of this machine and of the server differ; set the clock",
		S3_PERSON },
	{ "RequestExpired", 0, ERR_NET, "clock",
		"the clocks of this machine and of the server differ; set the clock",
		S3_PERSON },
	{ "ExpiredToken", 0, ERR_USAGE, "keys",
		"the session token has expired; get new keys", S3_KEYS },
	{ "InvalidToken", 0, ERR_USAGE, "keys",
		"the session token is not valid; get new keys", S3_KEYS },
	{ "InvalidAccessKeyId", 0, ERR_USAGE, "keys",
		"the server does not know the accessKey; check it", S3_KEYS },
	{ "XAdminUserNotFound", 0, ERR_USAGE, "keys",
		"the server does not know the accessKey; check it", S3_KEYS },
	{ "SignatureDoesNotMatch", 0, ERR_USAGE, "keys",
		"the secretKey does not fit the accessKey; check both, and the region",
		S3_KEYS },
	{ "AuthorizationHeaderMalformed", 0, ERR_USAGE, "region",
		"the server refuses the signature; check the region", S3_PERSON },
	{ "PermanentRedirect", 0, ERR_USAGE, "region",
		"the bucket is somewhere else; check region and endpoint", S3_PERSON },
	{ "TemporaryRedirect", 0, ERR_USAGE, "region",
		"the bucket is somewhere else; check region and endpoint", S3_PERSON },
	{ "NoSuchBucket", 0, ERR_NOTFOUND, "bucket",
		"the bucket does not exist; make it or check the name", S3_PERSON },
	{ "InvalidBucketName", 0, ERR_USAGE, "bucket", "no bucket can have that name",
		S3_PERSON },
	{ "AccessDenied", 0, ERR_USAGE, "denied",
		"the keys do not allow this; check the policy of user and bucket",
		S3_PERSON },
	{ "AllAccessDisabled", 0, ERR_USAGE, "denied", "the bucket is closed",
		S3_PERSON },
	{ "AccountProblem", 0, ERR_USAGE, "denied", "the account is closed", S3_PERSON },
	{ "InvalidObjectState", 0, ERR_STATE, "archived",
		"the object is archived; restore it first", S3_GIVE_UP },
	{ "QuotaExceeded", 0, ERR_NOSPACE, "full", "the bucket is full; make room",
		S3_PERSON },
	{ "XMinioStorageFull", 0, ERR_NOSPACE, "full", "the server is full; make room",
		S3_PERSON },
	{ "NoSuchUpload", 0, ERR_NOTFOUND, "upload_gone", "the server forgot the upload",
		S3_RESTART },
	{ "InvalidPart", 0, ERR_NET, "upload_gone",
		"the server does not have a part any more", S3_RESTART },
	{ "InvalidPartOrder", 0, ERR_NET, "upload_gone", "the server mixed up the parts",
		S3_RESTART },
	{ "EntityTooSmall", 0, ERR_NET, "upload_gone", "the server wants larger parts",
		S3_RESTART },
	{ "NoSuchKey", 0, ERR_NOTFOUND, "missing", "there is no such recording",
		S3_GONE },
	{ "PreconditionFailed", 0, ERR_STATE, "changed",
		"it was changed while it was read", S3_CHANGED },
	{ "EntityTooLarge", 0, ERR_LIMIT, "too_large",
		"the server takes nothing that large", S3_GIVE_UP },
	{ "InvalidRange", 0, ERR_NOTFOUND, "range", "there are no such bytes",
		S3_GIVE_UP },
	{ "NotImplemented", 0, ERR_UNSUPPORTED, "unsupported",
		"the server does not know how to do that; check the settings",
		S3_PERSON },
	{ "InvalidRequest", 0, ERR_USAGE, "refused",
		"the server refuses the request; check the settings", S3_PERSON },
	{ "InvalidArgument", 0, ERR_USAGE, "refused",
		"the server refuses the request; check the settings", S3_PERSON },
	{ "MalformedXML", 0, ERR_NET, "half", "the server did not understand", S3_RETRY },
	/* no code, or one that is not here */
	{ NULL, 301, ERR_USAGE, "region",
		"the bucket is somewhere else; check region and endpoint", S3_PERSON },
	{ NULL, 307, ERR_USAGE, "region",
		"the bucket is somewhere else; check region and endpoint", S3_PERSON },
	{ NULL, 400, ERR_USAGE, "refused",
		"the server refuses the request; check the settings", S3_PERSON },
	{ NULL, 401, ERR_USAGE, "keys", "the server wants other keys; check them",
		S3_KEYS },
	{ NULL, 403, ERR_USAGE, "denied",
		"the keys do not allow this; check the policy of user and bucket",
		S3_PERSON },
	{ NULL, 404, ERR_NOTFOUND, "missing", "there is no such recording", S3_GONE },
	{ NULL, 405, ERR_USAGE, "refused", "this is no object store; check the endpoint",
		S3_PERSON },
	{ NULL, 408, ERR_NET, "timeout", "the server waited for bytes too long",
		S3_RETRY },
	{ NULL, 409, ERR_NET, "conflict", "something else happens to the object just now",
		S3_RETRY },
	{ NULL, 411, ERR_USAGE, "refused", "the server wants a length", S3_PERSON },
	{ NULL, 412, ERR_STATE, "changed", "it was changed while it was read",
		S3_CHANGED },
	{ NULL, 413, ERR_LIMIT, "too_large", "the server takes nothing that large",
		S3_GIVE_UP },
	{ NULL, 416, ERR_NOTFOUND, "range", "there are no such bytes", S3_GIVE_UP },
	{ NULL, 429, ERR_NET, "slow_down", "the server wants fewer requests", S3_SLOW },
	{ NULL, 500, ERR_NET, "server_error", "the server had an error", S3_RETRY },
	{ NULL, 501, ERR_UNSUPPORTED, "unsupported",
		"the server does not know how to do that; check the settings",
		S3_PERSON },
	{ NULL, 502, ERR_NET, "server_error", "something before the server had an error",
		S3_RETRY },
	{ NULL, 503, ERR_NET, "slow_down", "the server wants fewer requests", S3_SLOW },
	{ NULL, 504, ERR_NET, "timeout", "something before the server waited too long",
		S3_RETRY },
	{ NULL, 507, ERR_NOSPACE, "full", "the server is full; make room", S3_PERSON },
	{ NULL, 0, ERR_NET, "answer", "the server's answer makes no sense", S3_RETRY },
	{ NULL, 0, 0, NULL, NULL, S3_RETRY },
};

/* What the network and this machine can do to a request. */
static const struct s3_fault errors[] = {
	{ NULL, 0, ERR_NET, "network", "the server cannot be reached", S3_RETRY },
	{ NULL, 0, ERR_CANCELLED, "cancelled", "cancelled", S3_RETRY },
	{ NULL, 0, ERR_NOMEM, "memory", "out of memory", S3_SLOW },
	{ NULL, 0, ERR_LIMIT, "answer", "the server's answer is too large", S3_RETRY },
	{ NULL, 0, ERR_FORMAT, "answer", "the server's answer makes no sense", S3_RETRY },
	{ NULL, 0, ERR_STATE, "certificate",
		"the server's certificate is not to be trusted; check cacert",
		S3_PERSON },
	{ NULL, 0, ERR_USAGE, "settings", "the settings do not work", S3_PERSON },
	{ NULL, 0, ERR_TRUNCATED, "local", "the file in the spool became shorter",
		S3_RESTART },
	{ NULL, 0, ERR_NOTFOUND, "local", "the file in the spool is gone", S3_GIVE_UP },
	{ NULL, 0, ERR_EXISTS, "exists",
		"another recording has this name already and is not replaced",
		S3_GIVE_UP },
	{ NULL, 0, ERR_IO, "local", "the file in the spool cannot be read", S3_SLOW },
	{ NULL, 0, ERR_UNSUPPORTED, "settings", "libcurl cannot do that", S3_PERSON },
};

const struct s3_fault *
s3_fault_find(struct span code, int status)
{
	const struct s3_fault *f = s3_faults;

	for (; f->text; f++)
		if (f->code && span_is(code, f->code))
			return f;
	for (f = s3_faults; f->text; f++)
		if (!f->code && (f->status == status || !f->status))
			break;
	return f;
}

const struct s3_fault *
s3_fault_of_error(int err)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].err == err)
			return &errors[i];
	return &errors[0];
}
