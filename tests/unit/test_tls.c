#include "replay/tls.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

#define LIMIT ((size_t)1 << 20)

/* Two ends and the wire between them. */
struct pair {
	struct tls_context *server_context, *client_context;
	struct tls *server, *client;
	struct buf to_server, to_client; /* on the wire */
	struct buf at_server, at_client; /* arrived */
	struct err err;                  /* of the client */
};

static void
write_file(const char *path, struct span text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text.p, 1, text.len, f), text.len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
open_pair(struct pair *p, const char *host)
{
	const char *ca = folder_path("ca.pem");

	*p = (struct pair){ .to_server = BUF_INIT(LIMIT),
		.to_client = BUF_INIT(LIMIT),
		.at_server = BUF_INIT(LIMIT),
		.at_client = BUF_INIT(LIMIT) };
	ck_assert_int_eq(tls_context_made(&p->server_context, &p->err), 0);
	write_file(ca, tls_context_authority(p->server_context));
	ck_assert_int_eq(tls_context_client(&p->client_context, ca, &p->err),
	    0);
	p->server = tls_accept(p->server_context);
	p->client = tls_connect(p->client_context, host);
}

static void
close_pair(struct pair *p)
{
	tls_free(p->server);
	tls_free(p->client);
	tls_context_free(p->server_context);
	tls_context_free(p->client_context);
	buf_release(&p->to_server);
	buf_release(&p->to_client);
	buf_release(&p->at_server);
	buf_release(&p->at_client);
}

/* Carry the wire to and fro, piece bytes at a time; the client's result. */
static int
carry(struct pair *p, size_t piece)
{
	struct err server_err;
	int rc = tls_take(p->client, span_of_str(""), &p->at_client,
	    &p->to_server, &p->err);

	while (rc == 0 && (p->to_server.len > 0 || p->to_client.len > 0)) {
		struct buf wire = p->to_server;

		p->to_server = BUF_INIT(LIMIT);
		for (size_t i = 0; i < wire.len; i += piece)
			if (tls_take(p->server,
				span_sub(buf_span(&wire), i, piece),
				&p->at_server, &p->to_client, &server_err) < 0)
				break;
		buf_release(&wire);
		wire = p->to_client;
		p->to_client = BUF_INIT(LIMIT);
		for (size_t i = 0; i < wire.len && rc == 0; i += piece)
			rc = tls_take(p->client,
			    span_sub(buf_span(&wire), i, piece), &p->at_client,
			    &p->to_server, &p->err);
		buf_release(&wire);
	}
	return rc;
}

static void
talk(struct pair *p)
{
	ck_assert_int_eq(tls_give(p->client, span_of_str("DELETE"),
			     &p->to_server, &p->err),
	    0);
	ck_assert_int_eq(tls_give(p->server, span_of_str("204"), &p->to_client,
			     &p->err),
	    0);
	ck_assert_int_eq(carry(p, 1), 0);
	ck_assert(span_eq_str(buf_span(&p->at_server), "DELETE"));
	ck_assert(span_eq_str(buf_span(&p->at_client), "204"));
}

START_TEST(names_that_are_asked_for_have_a_certificate)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1", "::1",
		"elb.cn-north-4.example.com", "A.example.com",
		("a-host-whose-name-is-longer-than-the-sixty-four-characters-of"
		 "-a-common-name.example.com") };
	struct pair p;

	folder_enter();
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		open_pair(&p, hosts[i]);
		ck_assert_msg(carry(&p, 100000) == 0, "%s: %s", hosts[i],
		    p.err.text);
		ck_assert(tls_is_open(p.client) && tls_is_open(p.server));
		talk(&p);
		close_pair(&p);
	}
	folder_leave();
}
END_TEST

START_TEST(the_wire_may_be_cut_anywhere)
{
	struct pair p;

	folder_enter();
	open_pair(&p, "h.example");
	ck_assert_int_eq(carry(&p, 1), 0);
	talk(&p);
	close_pair(&p);
	folder_leave();
}
END_TEST

START_TEST(an_authority_of_another_run_is_not_trusted)
{
	struct pair a, b;

	folder_enter();
	open_pair(&a, "h.example");
	open_pair(&b, "h.example");
	tls_free(b.client);
	b.client = tls_connect(a.client_context, "h.example");
	ck_assert_int_eq(carry(&b, 100000), -1);
	ck_assert_int_eq(b.err.code, ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(b.err.text, "certificate"));
	ck_assert(!tls_is_open(b.client));
	ck_assert_uint_gt(b.to_server.len, 0); /* the alert */
	close_pair(&b);
	close_pair(&a);
	folder_leave();
}
END_TEST

START_TEST(a_certificate_for_another_name_is_refused)
{
	struct pair p;

	folder_enter();
	open_pair(&p, "192.0.2.1"); /* no name to ask for, so localhost's */
	ck_assert_int_eq(carry(&p, 100000), -1);
	ck_assert_ptr_nonnull(strstr(p.err.text, "certificate"));
	close_pair(&p);
	folder_leave();
}
END_TEST

START_TEST(more_names_than_are_kept)
{
	struct pair p;
	char host[32];

	folder_enter();
	open_pair(&p, "first.example");
	ck_assert_int_eq(carry(&p, 100000), 0);
	for (int i = 0; i < TLS_MAX_NAMES + 8; i++) {
		snprintf(host, sizeof(host), "h%d.example", i);
		tls_free(p.client);
		tls_free(p.server);
		p.server = tls_accept(p.server_context);
		p.client = tls_connect(p.client_context, host);
		ck_assert_int_eq(carry(&p, 100000), 0);
	}
	close_pair(&p);
	folder_leave();
}
END_TEST

START_TEST(the_end_is_told)
{
	struct pair p;

	folder_enter();
	open_pair(&p, "localhost");
	ck_assert_int_eq(tls_shut(p.server, &p.to_client, &p.err), 0);
	ck_assert_uint_eq(p.to_client.len, 0); /* nothing to end yet */
	ck_assert_int_eq(carry(&p, 100000), 0);
	ck_assert(!tls_has_ended(p.client));
	ck_assert_int_eq(tls_shut(p.server, &p.to_client, &p.err), 0);
	ck_assert_int_eq(carry(&p, 100000), 0);
	ck_assert(tls_has_ended(p.client) && !tls_has_ended(p.server));
	close_pair(&p);
	folder_leave();
}
END_TEST

START_TEST(what_is_no_tls_is_an_error)
{
	struct pair p;

	folder_enter();
	open_pair(&p, "localhost");
	ck_assert_int_eq(tls_take(p.server,
			     span_of_str("DELETE / HTTP/1.1\r\n\r\n"),
			     &p.at_server, &p.to_client, &p.err),
	    -1);
	ck_assert_int_eq(p.err.code, ERR_FORMAT);
	close_pair(&p);
	folder_leave();
}
END_TEST

START_TEST(files_that_are_not_there_or_no_certificates)
{
	struct tls_context *c;
	struct err err;

	folder_enter();
	ck_assert_int_eq(tls_context_files(&c, folder_path("none.pem"),
			     folder_path("none.key"), &err),
	    -1);
	ck_assert_ptr_nonnull(strstr(err.text, "none.pem: "));
	write_file(folder_path("text.pem"), span_of_str("no certificate\n"));
	ck_assert_int_eq(tls_context_client(&c, folder_path("text.pem"), &err),
	    -1);
	ck_assert_ptr_nonnull(strstr(err.text, "text.pem: "));
	folder_leave();
}
END_TEST

UNIT_MAIN("tls", names_that_are_asked_for_have_a_certificate,
    the_wire_may_be_cut_anywhere, an_authority_of_another_run_is_not_trusted,
    a_certificate_for_another_name_is_refused, more_names_than_are_kept,
    the_end_is_told, what_is_no_tls_is_an_error,
    files_that_are_not_there_or_no_certificates)
