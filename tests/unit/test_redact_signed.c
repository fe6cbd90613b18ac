/* Where a signature says who asks, a session is a thing like any other. */
#include <stdio.h>

#include "base/base.h"
#include "deletion/redact_parts.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

#define SESSION "s1-q9v0d2m5n8b7c1x4z6l0pq"
#define HEX     "5d41402abc4b2a76b9719d911017c592"
#define SHA1    "VFI3Y8PR2jXQkAyfb4Oqs3tRWvA%3D"
#define SHA256                                                                 \
	"f0e4c2f76c58916ec258f246851bea091d14d4247a2fc3e18694461b1816e13b"
#define POST(query) "POST /?" query " HTTP/1.1\n"

#define BODY                                                                   \
	"{\"SessionId\":\"" SESSION "\",\"session\":\"" HEX                    \
	"\",\"sess\":[\"" HEX "\"]}"

enum {
	IN_HEAD = 1,
	IN_BODY = 2,
};

static const struct {
	const char *head;
	unsigned kept; /* where */
} requests[] = {
	{ POST("SessionId=" SESSION "&Signature=" SHA1), IN_HEAD | IN_BODY },
	{ POST("sid=" SESSION "&X-Amz-Signature=" SHA256), IN_HEAD | IN_BODY },
	{ POST("session=" SESSION) "Authorization: AWS4-HMAC-SHA256 "
				   "Credential=AKIDEXAMPLE/20150830/"
				   "us-east-1/iam/aws4_request, "
				   "SignedHeaders=host, Signature=" SHA256 "\n",
	    IN_HEAD | IN_BODY },
	/* What is no signature */
	{ POST("SessionId=" SESSION), 0 },
	{ POST("SessionId=" SESSION "&Signature="), 0 },
	{ POST("SessionId=" SESSION "&Signature"), 0 },
	{ POST("SessionId=" SESSION "&signature=Best+regards"), 0 },
	{ POST("SessionId=" SESSION "&signature=With%20regards.from.all.of.us"),
	    0 },
	{ POST("SessionId=" SESSION "&email_signature=" SHA1), 0 },
	/* What is the session of a browser, signed or not */
	{ POST("PHPSESSID=" SESSION "&Signature=" SHA1), IN_BODY },
	{ POST("_jsessionid=" SESSION "&Signature=" SHA1), IN_BODY },
};

static bool
holds(struct span s, const char *what)
{
	return memmem(s.p, s.len, what, strlen(what)) != NULL;
}

START_TEST(signed_requests_keep_sessions)
{
	struct redactor r = { .key = "0123456789abcdef0123456789abcdef" };
	char text[1024];

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		unsigned kept = requests[i].kept;
		struct exchange *x;

		snprintf(text, sizeof(text),
		    "%sContent-Type: application/json\n"
		    "Content-Length: %zu\n\n%s",
		    requests[i].head, strlen(BODY), BODY);
		x = exchange_of_strings(text, NULL);
		redactor_apply(&r, x);
		ck_assert_msg(holds(x->request->head, SESSION) ==
			    ((kept & IN_HEAD) != 0) &&
			holds(x->request->body, SESSION) ==
			    ((kept & IN_BODY) != 0) &&
			holds(x->request->body, HEX) == ((kept & IN_BODY) != 0),
		    "%.*s%.*s", (int)x->request->head.len, x->request->head.p,
		    (int)x->request->body.len, x->request->body.p);
		exchange_free(x);
	}
}
END_TEST

UNIT_MAIN("redact_signed", signed_requests_keep_sessions)
