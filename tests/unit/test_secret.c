#include "deletion/secret.h"

#include "base/base.h"
#include "tests/lib/unit.h"

START_TEST(names_of_secrets)
{
	static const char *const cases[] = { "password", "adminPass",
		"ADMIN_PASS", "db-password-2", "secret", "secretAccessKey",
		"SecretAccessKey", "access_key", "AccessKeyId", "sk", "SK",
		"token", "X-Auth-Token", "securityToken", "api_key", "apikey",
		"client_secret", "X-Amz-Signature", "sig", "private_key",
		"credentials", "user.passwd[0]", "tokens", "session_id",
		"sessionId", "JSESSIONID", "PHPSESSID", "session-key", "sid",
		"_sid", "connect.sid", "SID", "userSid", "sid2" };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(secret_name(span_of_str(cases[i])), "%s",
		    cases[i]);
}
END_TEST

START_TEST(names_of_what_must_stay)
{
	static const char *const cases[] = { "ClientToken", "client_token",
		"Idempotency-Key", "nextToken", "NextPageToken", "SecretId",
		"secret_name", "request_id", "InstanceIds.1", "id", "key",
		"Action", "state", "task", "disk", "SignedHeaders", "design",
		"author", "compass", "", "session", "session_ids", "sessions",
		"basid", "BASID", "inside", "sidecar", "residue",
		"CorrelationId", "trace_id", "SpanId", "operationId",
		"TrafficMirrorSessionId", "account_sid", "AccountSid" };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(!secret_name(span_of_str(cases[i])), "%s",
		    cases[i]);
}
END_TEST

START_TEST(headers_with_keys)
{
	ck_assert(secret_header(span_of_str("xi-api-key")));
	ck_assert(secret_header(span_of_str("X-Functions-Key")));
	ck_assert(!secret_header(span_of_str("Idempotency-Key")));
	ck_assert(!secret_header(span_of_str("X-Client-Token")));
	ck_assert(!secret_header(span_of_str("Sec-WebSocket-Key")));
	ck_assert(!secret_header(span_of_str("X-Request-Id")));
	ck_assert(!secret_header(span_of_str("X-Correlation-ID")));
	ck_assert(!secret_header(span_of_str("X-B3-TraceId")));
	ck_assert(!secret_header(span_of_str("X-Openstack-Request-Id")));
	ck_assert(secret_header(span_of_str("vmware-api-session-id")));
	ck_assert(secret_header(span_of_str("X-RestSvcSessionId")));
	ck_assert(secret_header(span_of_str("X-chkp-sid")));
	ck_assert(secret_header(span_of_str("X-Transmission-Session-Id")));
}
END_TEST

START_TEST(names_of_sessions)
{
	ck_assert(secret_is_session(span_of_str("SessionId")));
	ck_assert(secret_is_session(span_of_str("_sid")));
	ck_assert(!secret_is_session(span_of_str("secret_session_id")));
	ck_assert(!secret_is_session(span_of_str("token")));
	ck_assert(!secret_is_session(span_of_str("TrafficMirrorSessionId")));
	ck_assert(!secret_is_session(span_of_str("id")));
}
END_TEST

struct looks {
	const char *text;
	const char *secret; /* NULL: none */
	enum secret_look look;
	bool cut;
};

static const struct looks looks[] = {
	{ "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE", LOOK_PREFIX, 0 },
	{ "x AKIAIOSFODNN7EXAMPLE/20261120", "AKIAIOSFODNN7EXAMPLE",
	    LOOK_PREFIX, 0 },
	{ "xAKIAIOSFODNN7EXAMPLE", NULL, LOOK_PREFIX, 0 },
	{ "AKIAIOSF", NULL, LOOK_PREFIX, 0 },
	{ "AKIAIOSF", "AKIAIOSF", LOOK_PREFIX, 1 },
	{ "AKIAIOSF beyond", NULL, LOOK_PREFIX, 1 },
	{ "(ghp_0123456789abcdefghij)", "ghp_0123456789abcdefghij", LOOK_PREFIX,
	    0 },
	{ "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln",
	    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", LOOK_PREFIX, 0 },
	{ "say Bearer abcDEF123 please", "abcDEF123", LOOK_PREFIX, 0 },
	{ "bearer authentication required", NULL, LOOK_TEXT, 0 },
	{ "a -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE "
	  "KEY----- b",
	    "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE "
	    "KEY-----",
	    LOOK_PREFIX, 0 },
	{ "-----BEGIN EC PRIVATE KEY-----\nMII",
	    "-----BEGIN EC PRIVATE KEY-----\nMII", LOOK_PREFIX, 0 },
	{ "-----BEGIN CERTIFICATE-----\nMII", NULL, LOOK_PREFIX, 0 },
	{ "see http://joe:pw@h/x", "joe:pw", LOOK_PREFIX, 0 },
	{ "see http://h:80/x@y", NULL, LOOK_PREFIX, 0 },
	{ "see http://joe:pw", "joe:pw", LOOK_PREFIX, 1 },
	{ "see http://h:80", NULL, LOOK_PREFIX, 1 },
	{ "/a?b=1&token=xyz&c=2", "xyz", LOOK_PREFIX, 0 },
	{ "/a?b=1&amp;token=xyz&amp;c=2", "xyz", LOOK_PREFIX, 0 },
	{ "password: hunter2, user: joe", "hunter2", LOOK_TEXT, 0 },
	{ "password: hunter2, user: joe", NULL, LOOK_PREFIX, 0 },
	{ "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", LOOK_TEXT, 0 },
	{ "3q2+7wABkZ9tVx4uQmLpRs8yHdNcJeWf==",
	    "3q2+7wABkZ9tVx4uQmLpRs8yHdNcJeWf==", LOOK_TEXT, 0 },
	{ "Zk3vQ9xT2mLp8RwYc5Nd", "Zk3vQ9xT2mLp8RwYc5Nd", LOOK_STRICT, 0 },
	{ "Zk3vQ9xT2mLp8RwYc5Nd", NULL, LOOK_TEXT, 0 },
	{ "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	    LOOK_TEXT, 0 },
	{ "6fa459ea-ee8a-3ca4-894e-db77e160355e", NULL, LOOK_STRICT, 0 },
	{ "145483a5107745e9b3d80f956713e6a3", NULL, LOOK_STRICT, 0 },
	{ "2021062415303301022514515207C4E675", NULL, LOOK_STRICT, 0 },
	{ "i-ybo349sxoncm9t000001", NULL, LOOK_STRICT, 0 },
	{ "cus_NffrFeUfNV2Hib", NULL, LOOK_TEXT, 0 },
	{ "2026-11-20T20:00:22.034511000Z", NULL, LOOK_STRICT, 0 },
	{ "application/vnd.kubernetes.protobuf;stream=watch", NULL, LOOK_STRICT,
	    0 },
	{ "X509-SHA256-RSA2048-Cert-V3", NULL, LOOK_STRICT, 0 },
	{ "DescribeInstancesRequestWithVeryLongName", NULL, LOOK_STRICT, 0 },
	{ "/subscriptions/6fa459ea-ee8a-3ca4-894e-db77e160355e/"
	  "resourceGroups/MyRg/providers/Microsoft.Compute",
	    NULL, LOOK_TEXT, 0 },
	{ "Incorrect token or token resolution failed", NULL, LOOK_TEXT, 0 },
	/* Behind what is no secret itself. */
	{ "/api/webhooks/1199231841926828213/aW_x-tok7aW_x-tok7aW_x-tok7aW_x"
	  "-tok7aW_x-tok7aW_x-tok7aW_x-tok7/slack",
	    "aW_x-tok7aW_x-tok7aW_x-tok7aW_x-tok7aW_x-tok7aW_x-tok7aW_x-tok7",
	    LOOK_PREFIX, 0 },
	{ "/api/webhooks/1199231841926828213/messages", NULL, LOOK_PREFIX, 0 },
	{ "/v1/webhooks/we_1MtJUT2eZvKYlo2CNaw2HvEv", NULL, LOOK_PREFIX, 0 },
	{ "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/deleteMessage",
	    "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", LOOK_PREFIX, 0 },
	{ "/bot110201543%3aAAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/x",
	    "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", LOOK_PREFIX, 0 },
	{ "/bot110201543:AAHd", "AAHd", LOOK_PREFIX, 1 },
	{ "/bot110201543:AAHd/x", NULL, LOOK_PREFIX, 1 },
	{ "/robot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", NULL,
	    LOOK_PREFIX, 0 },
	{ "/services/T024BE7LD/B02SPQ4ABC/X7pQmN3vKx9RtYw2LcZb8HdF",
	    "X7pQmN3vKx9RtYw2LcZb8HdF", LOOK_PREFIX, 0 },
	{ "/services/Test/Backend/X7pQmN3vKx9RtYw2LcZb8HdF", NULL, LOOK_PREFIX,
	    0 },
	{ "base64url.bearer.authorization.k8s.io.c2VjcmV0, v4.channel.k8s.io",
	    "c2VjcmV0", LOOK_PREFIX, 0 },
	{ "base64url.bearer.authorization.k8s.io", NULL, LOOK_PREFIX, 0 },
	{ "lin_api_7rT2mXq9Lk4VbN8sWc3YhJ6pDf1GzA5eUu0K",
	    "lin_api_7rT2mXq9Lk4VbN8sWc3YhJ6pDf1GzA5eUu0K", LOOK_PREFIX, 0 },
	{ "dp.st.dev.7rT2mXq9Lk4VbN8sWc3YhJ6pDf1GzA5eUu0K",
	    "dp.st.dev.7rT2mXq9Lk4VbN8sWc3YhJ6pDf1GzA5eUu0K", LOOK_PREFIX, 0 },
	{ "/x/dp.status.of.all", NULL, LOOK_PREFIX, 0 },
	{ "AGE-SECRET-KEY-1QQPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQ",
	    "AGE-SECRET-KEY-1QQPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQ",
	    LOOK_PREFIX, 0 },
	/* The id of a key that Twilio's API deletes, and no secret. */
	{ "/Keys/SK2a0747eba6abf96b7e3c3ff0b4530f6e.json", NULL, LOOK_PREFIX,
	    0 },
	{ "app/3;token=ob_X6KzxwyiFpONbhUD_____________/x", NULL, LOOK_TEXT,
	    0 },
	{ "", NULL, LOOK_STRICT, 1 },
};

START_TEST(looks_of_secrets)
{
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		const struct looks *c = &looks[i];
		struct span rest = span_of_str(c->text), found;
		bool any = secret_next(&rest, c->look, c->cut, &found);

		ck_assert_msg(any == (c->secret != NULL), "%s", c->text);
		if (any)
			ck_assert_msg(span_eq_str(found, c->secret), "%s",
			    c->text);
	}
}
END_TEST

START_TEST(all_of_them_are_found)
{
	struct span found,
	    rest = span_of_str("AKIAIOSFODNN7EXAMPLE,ghp_0123456789abcdefghij");

	ck_assert(secret_next(&rest, LOOK_PREFIX, false, &found));
	ck_assert(span_eq_str(found, "AKIAIOSFODNN7EXAMPLE"));
	ck_assert(secret_next(&rest, LOOK_PREFIX, false, &found));
	ck_assert(span_eq_str(found, "ghp_0123456789abcdefghij"));
	ck_assert(!secret_next(&rest, LOOK_PREFIX, false, &found));
}
END_TEST

UNIT_MAIN("secret", names_of_secrets, names_of_what_must_stay,
    headers_with_keys, names_of_sessions, looks_of_secrets,
    all_of_them_are_found)
