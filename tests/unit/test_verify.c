#include "store/verify.h"

#include "base/buf.h"
#include "base/err.h"
#include "store/checkpoint.h"
#include "store/leaf.h"
#include "store/proof.h"
#include "store/prove.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

static struct store *
open_store(enum store_mode mode)
{
	struct store *st;
	struct err err;

	ck_assert_msg(store_open(&st, folder_path("a.obit"), mode, &err) == 0,
	    "%s", err.text);
	return st;
}

static void
close_store(struct store *st)
{
	struct err err;

	ck_assert_msg(store_close(st, &err) == 0, "%s", err.text);
}

/* Add a recording of count samples; its end may be left out. */
static void
record(unsigned count, bool finished)
{
	struct recording rec = { .begun = 1,
		.program = SPAN_LITERAL("obit test"),
		.source = SPAN_LITERAL("a.pcap") };
	struct coverage coverage = { .packets = 7, .layers[LAYER_TCP] = 7 };
	struct store *st = open_store(STORE_APPEND);
	struct err err;

	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	for (unsigned n = 0; n < count; n++) {
		struct reading reading;
		struct exchange *x = sample_exchange(n, &reading);

		ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
		exchange_free(x);
	}
	if (finished)
		ck_assert_int_eq(store_end(st, &coverage, &err), 0);
	close_store(st);
}

static struct verification
verify(struct store *st, const struct checkpoint *c)
{
	struct verify_options options = { .checkpoint = c };
	struct verification v;
	struct err err;

	ck_assert_msg(store_verify(st, &options, &v, &err) == 0, "%s",
	    err.text);
	return v;
}

static void
check_good(struct store *st, const struct checkpoint *c)
{
	struct verification v = verify(st, c);

	ck_assert_msg(v.fault == FAULT_NONE, "%s", v.what);
}

START_TEST(all_that_can_be_written_is_verified)
{
	uint8_t root[DIGEST_SIZE];
	struct verification v;
	struct store *st;
	struct err err;
	uint64_t size;

	folder_enter();
	record(SAMPLE_COUNT, true);
	record(0, true);
	record(3, false);
	record(1500, true);
	record(2, false);
	st = open_store(STORE_READ);
	v = verify(st, NULL);
	ck_assert_msg(v.fault == FAULT_NONE, "%s", v.what);
	ck_assert_uint_eq(v.exchanges, SAMPLE_COUNT + 3 + 1500 + 2);
	ck_assert_uint_eq(v.recordings, 5);
	ck_assert_int_eq(store_root(st, root, &size, &err), 0);
	ck_assert_uint_eq(v.size, size);
	ck_assert_uint_eq(size, v.exchanges + 3);
	ck_assert_mem_eq(v.root, root, DIGEST_SIZE);
	close_store(st);
	folder_leave();
}
END_TEST

START_TEST(an_archive_of_nothing_is_verified)
{
	struct verification v;
	struct store *st;

	folder_enter();
	record(0, false);
	st = open_store(STORE_READ);
	v = verify(st, NULL);
	ck_assert_msg(v.fault == FAULT_NONE, "%s", v.what);
	ck_assert_uint_eq(v.size, 0);
	ck_assert_uint_eq(v.recordings, 1);
	close_store(st);
	folder_leave();
}
END_TEST

START_TEST(every_earlier_state_is_extended)
{
	struct checkpoint heads[8] = { 0 }, other;
	struct store *st;
	struct err err;

	folder_enter();
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		record((unsigned)i, i % 3 != 0);
		st = open_store(STORE_READ);
		ck_assert_int_eq(store_root(st, heads[i].root, &heads[i].size,
				     &err),
		    0);
		close_store(st);
	}
	st = open_store(STORE_READ);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		check_good(st, &heads[i]);
		other = heads[i];
		other.root[31] ^= 1;
		ck_assert_int_eq(verify(st, &other).fault, FAULT_REWRITTEN);
		other = heads[i];
		other.size++;
		ck_assert_int_ne(verify(st, &other).fault, FAULT_NONE);
	}
	close_store(st);
	folder_leave();
}
END_TEST

static void
check_proof(struct store *st, uint64_t id)
{
	struct buf encoding = BUF_INIT(LEAF_ENCODING_MAX);
	struct buf text = BUF_INIT(PROOF_MAX);
	struct checkpoint head = { .size = UINT64_MAX };
	struct proof_subject subject;
	struct inclusion in;
	struct proof p;
	const char *why;
	struct err err;

	ck_assert_int_eq(store_prove(st, id, &head, &encoding, &in, &why, &err),
	    1);
	ck_assert_int_eq(proof_add(&text, buf_span(&encoding), &in,
			     span_of_str("note"), &err),
	    0);
	ck_assert_int_eq(proof_read(&p, buf_span(&text), &err), 0);
	ck_assert(span_eq_str(p.checkpoint, "note"));
	ck_assert(proof_is_good(&p, &head));
	ck_assert_int_eq(proof_subject(&subject, &p, &err), 0);
	ck_assert_uint_eq(subject.id, id);
	p.encoding.p[20] ^= 1;
	ck_assert(!proof_is_good(&p, &head));
	proof_release(&p);
	buf_release(&encoding);
	buf_release(&text);
}

START_TEST(every_exchange_is_proven)
{
	struct store *st;

	folder_enter();
	record(SAMPLE_COUNT, true);
	record(2, false);
	record(3, true);
	st = open_store(STORE_READ);
	for (uint64_t id = 1; id <= SAMPLE_COUNT + 5; id++)
		check_proof(st, id);
	close_store(st);
	folder_leave();
}
END_TEST

/* Short of a proof; what is cut anywhere is none. */
START_TEST(a_proof_that_was_cut_is_none)
{
	const char *text = "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n"
			   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n";
	struct proof p;
	struct err err;

	ck_assert_int_eq(proof_read(&p, span_of_str(text), &err), 0);
	proof_release(&p);
	for (size_t len = 0; len < strlen(text); len++) {
		ck_assert_int_eq(proof_read(&p,
				     span_sub(span_of_str(text), 0, len), &err),
		    -1);
		proof_release(&p);
	}
}
END_TEST

UNIT_MAIN("verify", all_that_can_be_written_is_verified,
    an_archive_of_nothing_is_verified, every_earlier_state_is_extended,
    every_exchange_is_proven, a_proof_that_was_cut_is_none)
