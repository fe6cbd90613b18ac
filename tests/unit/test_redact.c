#include "deletion/redact.h"

#include <stdio.h>

#include "base/err.h"
#include "deletion/redact_parts.h"
#include "http/body.h"
#include "http/exchange.h"
#include "tests/lib/unit.h"

static const struct source listed[] = {
	{ .kind = SOURCE_HEADER, .name = SPAN_LITERAL("X-Listed") },
	{ .kind = SOURCE_RHEADER, .name = SPAN_LITERAL("X-Subject-*") },
	{ .kind = SOURCE_QUERY, .name = SPAN_LITERAL("q-listed") },
	{ .kind = SOURCE_RJSON, .name = SPAN_LITERAL("/deep/listed") },
};

static struct redactor
redactor(void)
{
	struct redactor r = { .key = "0123456789abcdef0123456789abcdef",
		.secrets = { listed, sizeof(listed) / sizeof(listed[0]) } };

	return r;
}

enum {
	CHUNKED = 1,
	CUT = 2,
	RESPONSE = 4,
};

struct sample {
	const char *head, *body, *secret;
	unsigned how;
};

#define S "S3cr3t-hunter2"

#define REQUEST "POST /a HTTP/1.1\r\nHost: h\r\n"
#define ANSWER  "HTTP/1.1 200 OK\r\n"
#define JSON    REQUEST "Content-Type: application/json\r\n\r\n"
#define XML     REQUEST "Content-Type: application/xml\r\n\r\n"
#define FORM    REQUEST "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
#define CHUNKS  REQUEST "Transfer-Encoding: chunked\r\n\r\n"
#define SIGNED                                                                 \
	"Authorization: HMAC-SHA256 Credential=A/b/c, SignedHeaders=d, "       \
	"Signature=e\r\n"
#define TEXT  REQUEST "Content-Type: text/plain\r\n\r\n"
#define AKID  "AKIAIOSFODNN7EXAMPLE"
#define JWT   "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
#define MIXED "Zk3vQ9xT2mLp8RwYc5NdZk3vQ9xT2mLp"
#define HEX   "145483a5107745e9b3d80f956713e6a3"
#define UUID  "6fa459ea-ee8a-3ca4-894e-db77e160355e"
#define MULTIPART                                                              \
	REQUEST "Content-Type: multipart/form-data; boundary=b\r\n\r\n"

static const struct sample samples[] = {
	/* headers */
	{ REQUEST "X-Odd: So4NXSWx6v6R-N-r-xKbGSV-b3stWs6OhkQed6ta83s\r\n\r\n",
	    "", "So4NXSWx6v6R-N-r-xKbGSV-b3stWs6OhkQed6ta83s", 0 },
	{ "GET / HTTP/1.1\r\nHost: user:" S "@h:80\r\n\r\n", "", S, 0 },
	{ "GET / HTTP/1.1\r\nHost: " S "@h\r\n\r\n", "", S, 0 },
	{ "GET / HTTP/1.1\r\nHost: a@" S "@h\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Forwarded-Host: u:" S "@h\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Auth-Token: " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "x-auth-token:" S "\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Auth-Token : " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Auth-Token: a\r\n " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Auth-Token: " S, "", S, CUT },
	{ REQUEST "X-Auth-Token: " S "\n\n", "", S, 0 },
	{ REQUEST "X-Listed: " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "xi-api-key: " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Odd: " MIXED "\r\n\r\n", "", MIXED, 0 },
	{ REQUEST "X-Odd: hi Bearer " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Odd: " AKID "\r\n\r\n", "", AKID, 0 },
	{ REQUEST "User-Agent: x " AKID "\r\n\r\n", "", AKID, 0 },
	{ REQUEST "User-Agent: x AKIAIOSF", "", "AKIAIOSF", CUT },
	{ REQUEST MIXED "\r\n\r\n", "", MIXED, 0 },
	{ REQUEST "Authorization: Bearer " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "Authorization: Bearer " JWT "\r\n\r\n", "", JWT, 0 },
	{ REQUEST "Authorization: Basic dTpwYXNz\r\n\r\n", "", "dTpwYXNz", 0 },
	{ REQUEST "Authorization: " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "Authorization: Odd x=1, y=\"" S "\"\r\n\r\n", "", S, 0 },
	{ REQUEST "Authorization: AWS AK:" S "\r\n\r\n", "", S, 0 },
	{ REQUEST "Proxy-Authorization: SDK-HMAC-SHA256 Access=" S
		  ", SignedHeaders=host, Signature=00\r\n\r\n",
	    "", S, 0 },
	{ REQUEST "Authorization: HMAC-SHA256 Credential=A/b/c, Signature=" S
		  "\r\n\r\n",
	    "", S, 0 },
	{ REQUEST "Authorization: HMAC-SHA256 Credential=" S, "", S, CUT },
	{ REQUEST "Authorization: HMAC-SHA256 " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "Cookie: a=1; sid=" S "; b=2\r\n\r\n", "", S, 0 },
	{ REQUEST "Cookie: " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "Cookie: sid=\"" S "\"\r\n\r\n", "", S, 0 },
	{ ANSWER "Set-Cookie: sid=" S "; Path=/\r\n\r\n", "", S, RESPONSE },
	{ ANSWER "X-Subject-Odd: " S "\r\n\r\n", "", S, RESPONSE },
	{ ANSWER "Location: http://u:" S "@h/\r\n\r\n", "", S, RESPONSE },
	{ ANSWER "Location: /x?token=" S "#f\r\n\r\n", "", S, RESPONSE },
	{ ANSWER "Location: /x#access_token=" S "&f\r\n\r\n", "", S, RESPONSE },
	{ ANSWER "Location: /x?a=1#token=" S "\r\n\r\n", "", S, RESPONSE },
	{ ANSWER "Location: https://h/run?c=2&s=" MIXED "\r\n\r\n", "", MIXED,
	    RESPONSE },
	{ "GET /x#access_token=" S " HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET http://h#access_token=" S " HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x?a=1#access_token=" S " HTTP/1.1\r\n\r\n", "", S, 0 },
	{ REQUEST "Referer: http://h/?a=b&X-Amz-Signature=" S "\r\n\r\n", "", S,
	    0 },
	{ REQUEST "vmware-api-session-id: " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "X-chkp-sid: " S "\r\n\r\n", "", S, 0 },
	{ ANSWER "X-Transmission-Session-Id: " S "\r\n\r\n", "", S, RESPONSE },
	{ REQUEST SIGNED "X-Session-Id: " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Session: " HEX "\r\n\r\n", "", HEX, 0 },
	{ REQUEST "X-Ticket: " UUID "\r\n\r\n", "", UUID, 0 },
	{ REQUEST "X-Zabbix-Auth: " HEX "\r\n\r\n", "", HEX, 0 },
	{ REQUEST "X-Tableau-Auth: " S "|x\r\n\r\n", "", S, 0 },
	{ REQUEST "Authentication: " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Authentication: Bearer " S "\r\n\r\n", "", S, 0 },
	{ REQUEST "X-Otp: 123456\r\n\r\n", "", "123456", 0 },
	{ REQUEST SIGNED "X-Session: " HEX "\r\n\r\n", "", HEX, 0 },
	{ ANSWER "Location: /cb?code=" S "1&state=x\r\n\r\n", "", S, RESPONSE },
	{ ANSWER "Location: /x;jsessionid=" S "?a\r\n\r\n", "", S, RESPONSE },
	{ ANSWER "Location: https://hooks.slack.com/services/T024BE7LD/"
		 "B02SPQ4ABC/X7pQmN3vKx9RtYw2LcZb8HdF\r\n\r\n",
	    "", "X7pQmN3vKx9RtYw2LcZb8HdF", RESPONSE },
	{ REQUEST "Sec-WebSocket-Protocol: a, base64url.bearer.authorization."
		  "k8s.io.c2VjcmV0LWs4cy10b2tlbg\r\n\r\n",
	    "", "c2VjcmV0LWs4cy10b2tlbg", 0 },
	{ REQUEST "Sec-WebSocket-Protocol: a, Zk3vQ9xT2mLp8RwYc5Nd\r\n\r\n", "",
	    "Zk3vQ9xT2mLp8RwYc5Nd", 0 },
	/* request targets */
	{ "DELETE /bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/x HTTP/1.1"
	  "\r\n\r\n",
	    "", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", 0 },
	{ "DELETE /services/T024BE7LD/B02SPQ4ABC/X7pQmN3vKx9RtYw2LcZb8HdF", "",
	    "X7pQmN3vKx9RtYw2LcZb8HdF", CUT },
	{ "GET /x;jsessionid=" S " HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x;v=1;PHPSESSID=" S ";w/y HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x%3bjsessionid%3D" S "/y HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x;%74oken=" S "/y HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x;jsessionid=" S, "", S, CUT },
	{ "GET /a/(S(" S "))/x HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /(A(b)F(" S ")S(c))/x HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /(S(" S, "", S, CUT },
	{ "GET /x?jsessionid=" S " HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x?_sid=" S "&a HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x?ticket=ST-1-" S " HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x?_csrf=" S "&a HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x?session=" HEX " HTTP/1.1\r\n\r\n", "", HEX, 0 },
	{ "GET /x;session=" HEX "/y HTTP/1.1\r\n\r\n", "", HEX, 0 },
	{ "GET /x?code=" S "&state=a HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET http://u:" S "@h/ HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET http://u:" S, "", S, CUT },
	{ "GET /x?a=1&access_token=" S "&b HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x?q-listed=" S " HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x?%74oken=" S " HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x?X-Credential=" S "%2F2026%2Fr HTTP/1.1\r\n\r\n", "", S, 0 },
	{ "GET /x?odd=" MIXED " HTTP/1.1\r\n\r\n", "", MIXED, 0 },
	{ "GET /x?odd=%41KIAIOSFODNN7EXAMPLE HTTP/1.1\r\n\r\n", "",
	    "KIAIOSFODNN7EXAMPLE", 0 },
	{ "GET /x/" AKID "/y HTTP/1.1\r\n\r\n", "", AKID, 0 },
	{ "GET /x/%65yJhbGciOiJub25lIn0.e30.x HTTP/1.1\r\n\r\n", "",
	    "yJhbGciOiJub25lIn0", 0 },
	{ "GET /x?token=" S, "", S, CUT },
	/* bodies */
	{ JSON, "{\"password\":\"" S "\"}", S, 0 },
	{ JSON, "{\"a\":{\"adminPass\" : \"" S "\"}}", S, 0 },
	{ JSON, "{\"p\\u0061ssword\":\"" S "\"}", S, 0 },
	{ JSON, "{\"password\":\"" S, S, CUT },
	{ JSON, "{\"password\":[\"a\",\"" S "\"]}", S, 0 },
	{ JSON, "{\"token\":{\"x\":{\"id\":\"" S "\"}}}", S, 0 },
	{ JSON, "{\"password\":31337}", "31337", 0 },
	{ JSON, "{\"listed\":\"" S "\"}", S, RESPONSE },
	{ JSON, "{\"x\":\"a \\\" Bearer " JWT "\"}", JWT, 0 },
	{ JSON, "{\"x\":\"{\\\"password\\\":\\\"" S "\\\"}\"}", S, 0 },
	{ JSON, "{\"x\":\"http:\\/\\/u:" S "@h\\/\"}", S, 0 },
	{ JSON, "{\"x\":\"" MIXED "\"}", MIXED, 0 },
	{ JSON, "{\"x\":[1,2,\"" AKID "\"]}", AKID, 0 },
	{ JSON, "[{\"name\":\"DB_PASSWORD\",\"value\":\"" S "\"}]", S, 0 },
	{ JSON, "{\"a\":{},\"sk\":\"" S "\"}\n{\"sk\":\"b\"}", S, 0 },
	{ JSON, "{\"a\":1}}}{\"sk\":\"" S "\"}", S, 0 },
	{ JSON, "{\"session_id\":\"" S "\"}", S, 0 },
	{ JSON, "{\"a\":[{\"sid\":\"" S "\"}]}", S, 0 },
	{ JSON, "{\"session\":\"" HEX "\"}", HEX, 0 },
	{ JSON, "{\"a\":[{\"csrf\":\"" S "\"}]}", S, 0 },
	{ JSON, "{\"pin\":1234}", "1234", 0 },
	{ JSON, "[{\"name\":\"csrf\",\"value\":\"" S "\"}]", S, 0 },
	{ JSON, "{\"grant_type\":\"a\",\"code\":\"" S "\"}", S, 0 },
	{ JSON, "{\"href\":\"/x;jsessionid=" S "\"}", S, 0 },
	{ TEXT, "{\"sk\":\"" S "\"}", S, 0 },
	{ TEXT, "user: joe\npassword: " S "\n", S, 0 },
	{ TEXT, "see " AKID, AKID, 0 },
	{ FORM, "a=b&password=" S "&c=d", S, 0 },
	{ REQUEST "\r\n", "a=b&password=" S, S, 0 },
	{ FORM, "session=" HEX, HEX, 0 },
	{ FORM, "grant_type=authorization_code&code=" S, S, 0 },
	{ FORM, "a=b&odd=" MIXED, MIXED, 0 },
	{ XML, "<a><Password>" S "</Password></a>", S, 0 },
	{ XML, "<a><n:SecretAccessKey x='1'>\n" S "\n</a>", S, 0 },
	{ XML, "<a token=\"" S "\"/>", S, 0 },
	{ XML, "<a><token><![CDATA[" S "]]></token></a>", S, 0 },
	{ XML, "<a><token><v>" S, S, CUT },
	{ XML, "<a><session>" HEX "</session></a>", HEX, 0 },
	{ XML, "<a><b>" MIXED "</b></a>", MIXED, 0 },
	{ MULTIPART, "--b\r\n\r\n{\"a\":1,\"password\":\"" S "\"}\r\n--b--", S,
	    0 },
	{ MULTIPART, "--b\r\n\r\n{\n  \"password\": \"" S "\"\n}\r\n--b--", S,
	    0 },
	{ MULTIPART, "--b\r\n\r\n<Password>" S "</Password>\r\n--b--", S, 0 },
	{ MULTIPART,
	    "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n" S
	    "\r\n--b--\r\n",
	    S, 0 },
	{ MULTIPART,
	    "--b\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n" S
	    "\r\n--b--\r\n",
	    S, 0 },
	/* framing */
	{ CHUNKS, "2;token=" S "\r\nhi\r\n0\r\n\r\n", S, CHUNKED },
	{ CHUNKS, "2\r\nhi\r\n0;x=\"" MIXED "\"\r\n\r\n", MIXED, CHUNKED },
	{ CHUNKS, "2\r\nhi\r\n0\r\nX-Auth-Token: " S "\r\n\r\n", S, CHUNKED },
	{ CHUNKS, "2\r\nhi\r\nX-Auth-Token: " S "\r\n", S, CHUNKED },
	{ CHUNKS, "2\r\nhi\r\n0\r\nX-Auth-Token: " S, S, CHUNKED | CUT },
};

static void
set_message(struct exchange *x, const struct sample *s)
{
	bool response = (s->how & RESPONSE) != 0;
	struct message *m = arena_alloc(&x->arena, sizeof(*m));
	struct err err;

	m->head = span_of_str(s->head);
	m->body = span_of_str(s->body);
	m->wire_len = m->body.len;
	m->framing = s->how & CHUNKED ? FRAMING_CHUNKED : FRAMING_LENGTH;
	m->complete = (s->how & CUT) == 0;
	/* A cut head does not parse, and is masked all the same. */
	if (head_parse(&m->parsed, response ? HEAD_RESPONSE : HEAD_REQUEST,
		m->head, &x->arena, &err) < 0)
		m->parsed = (struct head){ 0 };
	if (response)
		x->response = m;
	else
		x->request = m;
}

static struct message *
message_of(struct exchange *x)
{
	return x->request != NULL ? x->request : x->response;
}

static bool
holds(struct span s, const char *secret)
{
	return s.len > 0 && memmem(s.p, s.len, secret, strlen(secret)) != NULL;
}

START_TEST(no_secret_survives)
{
	struct redactor r = redactor();

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		struct exchange *x = exchange_new();
		struct message *m;

		set_message(x, s);
		redactor_apply(&r, x);
		m = message_of(x);
		ck_assert_msg(!holds(m->head, s->secret) &&
			!holds(m->body, s->secret),
		    "%zu: %.*s%.*s", i, (int)m->head.len, m->head.p,
		    (int)m->body.len, m->body.p);
		ck_assert_uint_eq(m->head.len, strlen(s->head));
		ck_assert_uint_eq(m->body.len, strlen(s->body));
		exchange_free(x);
	}
}
END_TEST

START_TEST(masking_again_changes_nothing)
{
	struct redactor r = redactor(), other = redactor();

	other.key[0] ^= 1;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct exchange *x = exchange_new();
		struct message once;

		set_message(x, &samples[i]);
		redactor_apply(&r, x);
		once = *message_of(x);
		redactor_apply(&other, x);
		ck_assert_msg(span_eq(once.head, message_of(x)->head) &&
			span_eq(once.body, message_of(x)->body),
		    "%zu: %.*s%.*s", i, (int)once.head.len, once.head.p,
		    (int)once.body.len, once.body.p);
		exchange_free(x);
	}
}
END_TEST

START_TEST(what_is_remembered_is_masked_alike)
{
	struct redactor forgets = redactor(), knows = redactor();

	knows.known = known_names_new();
	knows.masks = known_masks_new();
	for (size_t i = 0; i < 2 * ARRAY_LEN(samples); i++) {
		const struct sample *s = &samples[i % ARRAY_LEN(samples)];
		struct exchange *x = exchange_new(), *y = exchange_new();

		set_message(x, s);
		set_message(y, s);
		redactor_apply(&forgets, x);
		redactor_apply(&knows, y);
		ck_assert(span_eq(message_of(x)->head, message_of(y)->head));
		ck_assert(span_eq(message_of(x)->body, message_of(y)->body));
		exchange_free(x);
		exchange_free(y);
	}
	known_names_free(knows.known);
	known_masks_free(knows.masks);
}
END_TEST

/* "key" at the end makes a header a secret, and nothing else. */
START_TEST(a_name_is_remembered_with_its_place)
{
	struct redactor red = redactor();
	struct redact r = { .redactor = &red };
	struct span key = span_of_str("key");

	red.known = known_names_new();
	for (int i = 0; i < 2; i++) {
		ck_assert(redact_is_secret(&r, REDACT_HEADER, key));
		ck_assert(!redact_is_secret(&r, REDACT_JSON, key));
		ck_assert(!redact_is_secret(&r, REDACT_XML, key));
	}
	known_names_free(red.known);
}
END_TEST

/* What is not secret, in both messages' places. */
static const struct sample harmless[] = {
	{ "DELETE /v2/145483a5107745e9b3d80f956713e6a3/apigw/instances/"
	  "e6a5871bfb5b47d19c5874790f639ef8/members/bad HTTP/1.1\r\n"
	  "Accept: application/json\r\n"
	  "User-Agent: huaweicloud-usdk-nodejs/3.0; "
	  "os/linux#6.12.48-generic#x64 nodejs/v20.20.2 meta/C; "
	  "app/a8391123-e762-4f67-9424-500eecbe1007\r\n"
	  "X-Project-Id: 145483a5107745e9b3d80f956713e6a3\r\n"
	  "X-Sdk-Date: 20261120T200019Z\r\n"
	  "host: apig.cn-north-4.myhuaweicloud.com\r\n"
	  "Accept-Encoding: gzip, compress, deflate, br\r\n"
	  "Idempotency-Key: Zk3vQ9xT2mLp8RwYc5NdZk3vQ9xT2mLp\r\n"
	  "Connection: keep-alive\r\n\r\n",
	    "", "", 0 },
	{ "GET /?Action=DeleteInstances&ClientToken=333456899ff00001"
	  "&InstanceIds.1=i-ybo349sxoncm9t000001&Version=2020-04-01 "
	  "HTTP/1.1\r\n"
	  "X-Content-Sha256: b7bef935a638dd65179fb867074459d98f97731b0e84f00a3"
	  "71c65bfd78b0fbd\r\n"
	  "X-Date: 20261120T200022Z\r\n\r\n",
	    "", "", 0 },
	{ "HTTP/1.1 404 Not Found\r\n"
	  "X-Request-Id: 8177298a185025ee6889b37d43a7e549\r\n"
	  "x-amz-id-2: Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2Qz7/C1NPcfTWAtRPfTaOFg"
	  "==\r\n"
	  "ETag: \"9b2cf535f27731c974343645a3985328\"\r\n"
	  "Content-Type: application/json;charset=utf8\r\n"
	  "Date: Fri, 20 Nov 2026 20:00:19 GMT\r\n"
	  "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
	  "Keep-Alive: timeout=2\r\n\r\n",
	    "{\"error_code\":\"APIG.3024\",\"error_msg\":\"The VPC instance "
	    "does not exist,id:be63c6260a1043888187f84af39c9f0e\"}",
	    "", RESPONSE },
	{ ANSWER "Content-Type: application/json\r\n\r\n",
	    "{\"ResponseMetadata\":{\"RequestId\":"
	    "\"2021062415303301022514515207C4E675\",\"Action\":"
	    "\"DeleteInstances\",\"Version\":\"2020-04-01\",\"Service\":"
	    "\"ecs\",\"Region\":\"cn-beijing\",\"Error\":{\"Code\":"
	    "\"IdempotentParameterMismatch\",\"Message\":\"The request uses "
	    "the same client token as a previous, but non-identical request."
	    "\"}},\"Result\":{\"OperationDetails\":[{\"InstanceId\":"
	    "\"i-ybo349sxoncm9t000001\"}]},\"nextToken\":"
	    "\"Zk3vQ9xT2mLp8RwYc5NdZk3vQ9xT2mLp\"}",
	    "", RESPONSE },
	{ XML,
	    "<?xml version=\"1.0\"?>\n<Delete "
	    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>"
	    "photos/2026/11/IMG_0001.JPG</Key></Object><Quiet>true</Quiet>"
	    "</Delete>",
	    "", 0 },
	{ FORM, "Action=TerminateInstances&InstanceId.1=i-0abcdef1234567890",
	    "", 0 },
	{ "DELETE /v3/session_id/sid;v=1;a/(S)/traffic_mirror_sessions/x "
	  "HTTP/1.1\r\n\r\n",
	    "", "", 0 },
	{ "GET /v1/namespaces/a/pods/b/exec HTTP/1.1\r\n"
	  "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
	  "Sec-WebSocket-Version: 13\r\n"
	  "Sec-WebSocket-Protocol: v4.channel.k8s.io, base64.binary.k8s.io, "
	  "graphql-transport-ws, io.opentelemetry.trace\r\n\r\n",
	    "", "", 0 },
	{ JSON, "{\"basid\":\"a\",\"account_sid\":\"b\",\"sessions\":1}", "",
	    0 },
	{ "DELETE /x?session=12&ticket=OPS-1&ticketId=5&code=DE&state=BY&"
	  "pin=true&csrf=on&auth_code=7&authType=" HEX " HTTP/1.1\r\n"
	  "X-Session: new\r\nX-Requires-Auth: true\r\n\r\n",
	    "", "", 0 },
	{ ANSWER "\r\n",
	    "{\"Code\":\"InvalidInstance.NotFound\",\"code\":40004,"
	    "\"ticket\":{\"id\":\"" HEX "\"},\"session\":{\"id\":7},"
	    "\"pin\":13,\"auth_code\":null,\"session\":\"closed\","
	    "\"csrfEnabled\":true,\"smtp_auth\":\"oauth2\"}",
	    "", RESPONSE },
	{ FORM, "code=EUR&country_code=49&session=false&license=gpl-3.0", "",
	    0 },
	{ XML,
	    "<a session='off'><Code>" UUID "</Code><ticket>4711</ticket></a>",
	    "", 0 },
	{ CHUNKS, "6\r\n{\"a\":1\r\n1\r\n}\r\n0\r\n\r\n", "", CHUNKED },
};

START_TEST(what_is_not_secret_stays)
{
	struct redactor r = redactor();

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		const struct sample *s = &harmless[i];
		struct exchange *x = exchange_new();
		struct message *m;

		set_message(x, s);
		redactor_apply(&r, x);
		m = message_of(x);
		ck_assert_msg(span_eq_str(m->head, s->head), "%.*s",
		    (int)m->head.len, m->head.p);
		ck_assert_msg(span_eq_str(m->body, s->body), "%.*s",
		    (int)m->body.len, m->body.p);
		ck_assert_uint_eq(x->flaws, 0);
		exchange_free(x);
	}
}
END_TEST

START_TEST(structure_of_a_signature_stays)
{
	static const struct sample s = { REQUEST
		"Authorization: HMAC-SHA256 Credential="
		"AKLTexample000000000000000000000/20261120/cn-beijing/ecs/"
		"request, SignedHeaders=x-date;host, Signature="
		"0a46a8a5ffc324a76b5bfeccdc2a048e7dfb5dc04ebb116b1910c0bc7e749"
		"a8c\r\n\r\n",
		"", "", 0 };
	struct redactor r = redactor();
	struct exchange *x = exchange_new();
	struct span value;

	set_message(x, &s);
	redactor_apply(&r, x);
	value = head_field(&x->request->parsed, "authorization");
	ck_assert(
	    span_has_prefix(value, span_of_str("HMAC-SHA256 Credential=ob_")));
	ck_assert(holds(value,
	    "/20261120/cn-beijing/ecs/request, SignedHeaders=x-date;host, "
	    "Signature=ob_"));
	ck_assert(!holds(value, "AKLT"));
	ck_assert(!holds(value, "0a46a8a5ffc324a7"));
	/* The parsed head is of the masked bytes. */
	ck_assert(value.p > x->request->head.p &&
	    value.p < x->request->head.p + x->request->head.len);
	exchange_free(x);
}
END_TEST

START_TEST(a_secret_across_chunks_is_masked_around_the_framing)
{
	static const struct sample s = { CHUNKS,
		"e\r\n{\"password\":\"a\r\n3;x=y\r\nbcd\r\n7\r\nefgh\"}\n\r\n"
		"0\r\n\r\n",
		"", CHUNKED };
	struct redactor r = redactor();
	struct exchange *x = exchange_new();
	uint8_t digest[DIGEST_SIZE];
	struct message *m;

	set_message(x, &s);
	x->request->has_digest = true;
	redactor_apply(&r, x);
	m = x->request;
	ck_assert(span_has_prefix(m->body,
	    span_of_str("e\r\n{\"password\":\"o\r\n3;x=y\r\nb_")));
	ck_assert(!holds(m->body, "bcd") && !holds(m->body, "efgh"));
	ck_assert(holds(m->body, "\"}\n\r\n0\r\n\r\n"));
	digest_of(digest, body_entity(m, &x->arena));
	ck_assert_mem_eq(digest, m->body_sha256, DIGEST_SIZE);
	exchange_free(x);
}
END_TEST

START_TEST(holes_hide_no_secret)
{
	static const struct {
		char bytes[64];
		const char *secret;
	} cases[] = {
		{ "{\"password\":\"\0\0\0hunter2\"}", "hunter2" },
		{ "{\"pass\0\0\0hunter2\",\"sk\":\"x\"}", "hunter2" },
		{ "{\"a\":\"\0\0\0\",\"password\":\"hunter2\"}", "hunter2" },
		{ "{\"a\0\0\0\"x\",\"password\":\"hunter2\"}", "hunter2" },
		{ "{\"a\":\"b \0\0\0,\"password\":\"hunter2\"}", "hunter2" },
		{ "[\"AKIAIOSF\0\0\0\"]", "AKIAIOSF" },
	};
	struct redactor r = redactor();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample s = { JSON, "", "", CUT };
		struct exchange *x = exchange_new();

		set_message(x, &s);
		x->request->body =
		    (struct span){ (const uint8_t *)cases[i].bytes,
			    sizeof(cases[i].bytes) };
		redactor_apply(&r, x);
		ck_assert_msg(!holds(x->request->body, cases[i].secret),
		    "case %zu", i);
		exchange_free(x);
	}
}
END_TEST

/* {"password":"hunter2"} and {"id":"hunter2"}, by gzip(1). */
static const uint8_t SECRET_GZIP[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x02, 0x03, 0xab, 0x56, 0x2a, 0x48, 0x2c, 0x2e, 0x2e, 0xcf, 0x2f,
	0x4a, 0x51, 0xb2, 0x52, 0xca, 0x28, 0xcd, 0x2b, 0x49, 0x2d, 0x32, 0x52,
	0xaa, 0x05, 0x00, 0xb3, 0xd9, 0x6d, 0x25, 0x16, 0x00, 0x00, 0x00 };

static const uint8_t PLAIN_GZIP[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x02, 0x03, 0xab, 0x56, 0xca, 0x4c, 0x51, 0xb2, 0x52, 0xca, 0x28,
	0xcd, 0x2b, 0x49, 0x2d, 0x32, 0x52, 0xaa, 0x05, 0x00, 0x1f, 0x37, 0xdf,
	0xa6, 0x10, 0x00, 0x00, 0x00 };

START_TEST(coded_bodies_are_kept_or_withheld)
{
	static const struct {
		const char *coding;
		struct span body;
		bool kept;
	} cases[] = {
		{ "gzip", { SECRET_GZIP, sizeof(SECRET_GZIP) }, false },
		{ "gzip", { PLAIN_GZIP, sizeof(PLAIN_GZIP) }, true },
		{ "gzip", { PLAIN_GZIP, sizeof(PLAIN_GZIP) - 9 }, false },
		{ "br", { PLAIN_GZIP, sizeof(PLAIN_GZIP) }, false },
		{ "identity", SPAN_LITERAL("{\"id\":1}"), true },
	};
	struct redactor r = redactor();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *x = exchange_new();
		struct span head = arena_printf(&x->arena,
		    ANSWER "Content-Encoding: %s\r\n\r\n", cases[i].coding);
		struct sample s = { arena_string(&x->arena, head), "", "",
			RESPONSE };

		set_message(x, &s);
		x->response->body = cases[i].body;
		x->response->has_digest = true;
		redactor_apply(&r, x);
		ck_assert_int_eq(flaw_has(x->flaws, FLAW_WITHHELD),
		    !cases[i].kept);
		ck_assert_int_eq(x->response->has_digest, cases[i].kept);
		if (cases[i].kept)
			ck_assert(span_eq(x->response->body, cases[i].body));
		else
			ck_assert_ptr_null(x->response->body.p);
		exchange_free(x);
	}
}
END_TEST

UNIT_MAIN("redact", no_secret_survives, masking_again_changes_nothing,
    what_is_remembered_is_masked_alike, a_name_is_remembered_with_its_place,
    what_is_not_secret_stays, structure_of_a_signature_stays,
    a_secret_across_chunks_is_masked_around_the_framing, holes_hide_no_secret,
    coded_bodies_are_kept_or_withheld)
