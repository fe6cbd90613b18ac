#include "deletion/secret.h"

#include "base/base.h"
#include "tests/lib/unit.h"

static void
all_hint(const char *const *names, enum secret_hint hint)
{
	for (size_t i = 0; names[i] != NULL; i++)
		ck_assert_msg(secret_hint(span_of_str(names[i])) == hint, "%s",
		    names[i]);
}

START_TEST(names_of_secrets)
{
	static const char *const names[] = { "password", "adminPass",
		"ADMIN_PASS", "db-password-2", "secret", "secretAccessKey",
		"SecretAccessKey", "access_key", "AccessKeyId", "sk", "SK",
		"token", "X-Auth-Token", "securityToken", "api_key", "apikey",
		"client_secret", "X-Amz-Signature", "sig", "private_key",
		"credentials", "user.passwd[0]", "tokens", "session_id",
		"sessionId", "JSESSIONID", "PHPSESSID", "session-key", "sid",
		"_sid", "connect.sid", "SID", "userSid", "sid2", "tokenValue",
		"csrf_token", "XSRF-TOKEN", "sesskey", "SESSDATA",
		"ASPSESSIONIDQQABCDEF", "CFID", "CFTOKEN", "userpw", "pw",
		"new_pw", "oldPw", "pwd", "newpass", "passcode", "userPasscode",
		"otp", "user_otp", "totp", "mfa_code", "wifi_psk",
		"PreSharedKey", "samlart", "SAMLResponse", NULL };

	all_hint(names, HINT_SURE);
}
END_TEST

START_TEST(names_that_hint_at_secrets)
{
	static const char *const likely[] = { "session", "Session", "x_session",
		"sess", "phpSess", "_csrf", "csrf", "CSRF", "xsrf",
		"__csrf_magic", "csrfParam", "proxy_auth", "smtpAuth",
		"authentication", "assertion", "hmac", "x_pass", "appkey",
		"app_key", "accountKey", "share_key", "licence_key",
		"licenseKey", NULL };
	static const char *const tickets[] = { "ticket", "loginTicket", NULL };
	static const char *const pins[] = { "pin", "PIN", "auth_code",
		"authorizationCode", "verification_code", NULL };
	static const char *const codes[] = { "code", "Code", "device_code",
		NULL };

	all_hint(likely, HINT_LIKELY);
	all_hint(tickets, HINT_TICKET);
	all_hint(pins, HINT_PIN);
	all_hint(codes, HINT_CODE);
}
END_TEST

/* Of the clouds' and of well-known APIs. */
START_TEST(names_of_what_must_stay)
{
	static const char *const names[] = { "ClientToken", "client_token",
		"Idempotency-Key", "nextToken", "NextPageToken", "SecretId",
		"secret_name", "request_id", "InstanceIds.1", "id", "key",
		"Action", "state", "task", "disk", "SignedHeaders", "design",
		"author", "compass", "", "session_ids", "sessions", "basid",
		"BASID", "inside", "sidecar", "residue", "CorrelationId",
		"trace_id", "SpanId", "operationId", "TrafficMirrorSessionId",
		"account_sid", "AccountSid", "authority", "authorized",
		"authorId", "authenticationMethod", "authType", "auth_mode",
		"authEnabled", "oauth_scopes", "pinned", "pins", "pipeline",
		"pinCode", "spin", "mapping", "shippingAddress", "powershell",
		"pwm", "ticketId", "ticket_number", "tickets", "ticketStatus",
		"session_count", "sessionAffinity", "sessionTimeout",
		"maxSessions", "possess", "errorCode", "error_code",
		"statusCode", "country_code", "postal_code", "codec",
		"codename", "encode", "passcount", "passed", "passthrough",
		"bypass", "passive", "otpEnabled", "desktop", "keyName",
		"KeyPairName", "publicKey", "partition_key", "sort_key",
		"routingKey", "foreignKey", "hmacAlgorithm", "assertions",
		"licenseType", "license", "signal", "signup", "tokenType",
		"token_type", "expires_in", "grant_type", "scope", "RelayState",
		"nonce", "hash", "digest", "cfg", "samlProvider", "askId",
		"TrafficMirrorSession", NULL };

	all_hint(names, HINT_NONE);
}
END_TEST

struct hinted {
	enum secret_hint hint;
	bool secret;
	const char *value;
};

static const struct hinted hinted[] = {
	{ HINT_NONE, false, "tGzv3JOkF0XG5Qx2TlKWIA" },
	{ HINT_SURE, true, "x" },
	{ HINT_SURE, false, "" },
	/* what proves who one is */
	{ HINT_LIKELY, true, "145483a5107745e9b3d80f956713e6a3" },
	{ HINT_LIKELY, true, "6fa459ea-ee8a-3ca4-894e-db77e160355e" },
	{ HINT_LIKELY, true, "bukktfnw9" },
	{ HINT_LIKELY, true, "ooV3ahlah0Ie" },
	{ HINT_LIKELY, true, "1234567890" },
	{ HINT_LIKELY, true, "QvfJFmkJRcPTKlEszAbC" },
	{ HINT_LIKELY, true, "aGVsbG8=" },
	{ HINT_LIKELY, true, "sid:1f3a,1764200000" },
	{ HINT_LIKELY, true, "abcdefghijklmnopqrstuvwxy" },
	{ HINT_TICKET, true, "ST-1856339-aA5Yuvrxzpv8Tau1cYQ7" },
	{ HINT_TICKET, true, "PGTIOU-84678-8a9d2sfa23casd" },
	{ HINT_PIN, true, "1234" },
	{ HINT_PIN, true, "123 456" },
	{ HINT_PIN, true, "A1B2" },
	/* and what does not */
	{ HINT_LIKELY, false, "" },
	{ HINT_LIKELY, false, "  " },
	{ HINT_LIKELY, false, "true" },
	{ HINT_LIKELY, false, "expired" },
	{ HINT_LIKELY, false, "readOnly" },
	{ HINT_LIKELY, false, "multi-factor" },
	{ HINT_LIKELY, false, "PasswordAndOneTimeCode" },
	{ HINT_LIKELY, false, "It's over (at last)!" },
	{ HINT_LIKELY, false, "s\303\251ance" },
	{ HINT_LIKELY, false, "Sync of 2026-11-27 10:30:00" },
	{ HINT_LIKELY, false, "authenticity_token" },
	{ HINT_LIKELY, false, "sha256" },
	{ HINT_LIKELY, false, "HMAC-SHA256" },
	{ HINT_LIKELY, false, "oauth2" },
	{ HINT_LIKELY, false, "0" },
	{ HINT_LIKELY, false, "123456789" },
	{ HINT_LIKELY, false, "2026-11-27" },
	{ HINT_LIKELY, false, "https://a.example/sessions/1f3a9c0e7712" },
	{ HINT_LIKELY, false, "{\"id\":1}" },
	{ HINT_TICKET, false, "145483a5107745e9b3d80f956713e6a3" },
	{ HINT_TICKET, false, "INC0010023" },
	{ HINT_TICKET, false, "ST-12" },
	{ HINT_TICKET, false, "OPS-1234" },
	{ HINT_TICKET, false, "4711" },
	{ HINT_PIN, false, "13" },
	{ HINT_PIN, false, "GPIO13" },
	{ HINT_PIN, false, "true" },
	{ HINT_CODE, false, "SplxlOBeZQQYbYS6WxSbIA" },
	{ HINT_GRANT, true, "SplxlOBeZQQYbYS6WxSbIA" },
	{ HINT_GRANT, false, "E11000" },
	{ HINT_CODE, false, "InvalidInstance.NotFound" },
	{ HINT_CODE, false, "InvalidParameterValue.InstanceIdNotSupported" },
	{ HINT_CODE, false, "APIG.3024" },
	{ HINT_CODE, false, "123456" },
	{ HINT_CODE, false, "SUMMER2026" },
	{ HINT_CODE, false, "DE" },
	{ HINT_CODE, false, "20261127000000000001" },
	{ HINT_CODE, false, "6fa459ea-ee8a-3ca4-894e-db77e160355e" },
};

START_TEST(values_under_hints)
{
	for (size_t i = 0; i < ARRAY_LEN(hinted); i++) {
		const struct hinted *h = &hinted[i];

		ck_assert_msg(secret_is_hinted(h->hint,
				  span_of_str(h->value)) == h->secret,
		    "%s", h->value);
	}
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
	ck_assert(secret_header(span_of_str("X-Otp")));
	ck_assert(secret_header(span_of_str("X-Passcode")));
	ck_assert(secret_header(span_of_str("X-Auth")));
}
END_TEST

START_TEST(headers_that_hint)
{
	static const struct {
		const char *name;
		enum secret_hint hint;
	} cases[] = { { "Authentication", HINT_LIKELY },
		{ "X-Session", HINT_LIKELY }, { "X-Tableau-Auth", HINT_LIKELY },
		{ "X-Zabbix-Auth", HINT_LIKELY }, { "X-Ticket", HINT_LIKELY },
		{ "X-Pin", HINT_PIN }, { "WWW-Authenticate", HINT_NONE },
		{ "Authentication-Results", HINT_NONE },
		{ "X-Author", HINT_NONE }, { "X-Auth-User", HINT_NONE },
		{ "X-Ticket-Id", HINT_NONE }, { "X", HINT_NONE } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(secret_header_hint(span_of_str(cases[i].name)) ==
			cases[i].hint,
		    "%s", cases[i].name);
}
END_TEST

START_TEST(names_of_sessions)
{
	ck_assert(secret_is_session(span_of_str("session")));
	ck_assert(!secret_is_session(span_of_str("_csrf")));
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
	{ "user:joe,password:hunter2", "hunter2", LOOK_TEXT, 0 },
	{ "{token:\"hunter\"}", "hunter", LOOK_TEXT, 0 },
	{ "token:delete secret:read", NULL, LOOK_TEXT, 0 },
	{ "document.cookie=\"__utma=\"", NULL, LOOK_TEXT, 0 },
	{ "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-AbCdEf",
	    NULL, LOOK_TEXT, 0 },
	{ "acme/auth-token:v1.2.3", NULL, LOOK_TEXT, 0 },
	{ "http://secret-service:8080/x", NULL, LOOK_TEXT, 0 },
	{ "password: hunter2, user: joe", NULL, LOOK_PREFIX, 0 },
	{ "session=9f86d081884c7d65 over", NULL, LOOK_TEXT, 0 },
	{ "?session=9f86d081884c7d65 over", "9f86d081884c7d65", LOOK_TEXT, 0 },
	{ "session: closed, sess=none ticket=OPS-12", NULL, LOOK_TEXT, 0 },
	{ "code=8b1a9953c4611296a827", NULL, LOOK_TEXT, 0 },
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

UNIT_MAIN("secret", names_of_secrets, names_that_hint_at_secrets,
    names_of_what_must_stay, values_under_hints, headers_with_keys,
    headers_that_hint, names_of_sessions, looks_of_secrets,
    all_of_them_are_found)
