#include "capture/packet.h"

#include <stdlib.h>

#include "base/budget.h"
#include "tests/lib/put.h"
#include "tests/lib/unit.h"

/* The segment that every stack below carries: 20 bytes and "hello". */
#define TCP                                                                    \
	"1f90 0050 01020304 05060708 50 18 ffff 0000 0000"                     \
	"68656c6c6f"
enum { PAYLOAD = 5 };

/* IP headers by length of what follows; addresses 10.0.0.1 and 10.0.0.2. */
#define V4(total, proto)                                                       \
	"45 00" total "0001 0000 40" proto "0000 0a000001 0a000002"
#define V6(len, next)                                                          \
	"60000000" len next "40"                                               \
	"20010db8000000000000000000000001"                                     \
	"20010db8000000000000000000000002"
#define MACS           "020000000001 020000000002"
#define UDP(port, len) "c000" port len "0000"

#define V4TCP V4("002d", "06") TCP
#define V6TCP V6("0019", "06") TCP
#define SNAP  "aaaa03 000000"

struct stack {
	const char *name;
	uint16_t link;
	const char *hex;
	bool v6;
	uint32_t domain;
};

static const struct stack stacks[] = {
	{ "ethernet", 1, MACS "0800" V4TCP, false, 0 },
	{ "ethernet, ipv6", 1, MACS "86dd" V6TCP, true, 0 },
	{ "802.3 and SNAP", 1, MACS "0035" SNAP "0800" V4TCP, false, 0 },
	{ "802.1H bridge", 1, MACS "0035 aaaa03 0000f8 0800" V4TCP, false, 0 },
	{ "vlan", 1, MACS "8100 0064 0800" V4TCP, false, 0 },
	{ "qinq", 1, MACS "88a8 0064 8100 00c8 86dd" V6TCP, true, 0 },
	{ "qinq, old", 1, MACS "9100 0064 8100 00c8 0800" V4TCP, false, 0 },
	{ "mpls, two labels", 1, MACS "8847 00010040 00011140" V4TCP, false,
	    0 },
	{ "mpls, ipv6", 1, MACS "8847 00011140" V6TCP, true, 0 },
	{ "mpls pseudowire", 1, MACS "8847 00011140 00000000" MACS "0800" V4TCP,
	    false, 0 },
	{ "pppoe", 1, MACS "8864 1100 0001 002f 0021" V4TCP, false, 0 },
	{ "pppoe, ipv6", 1, MACS "8864 1100 0001 0043 0057" V6TCP, true, 0 },
	{ "null, little-endian", 0, "02000000" V4TCP, false, 0 },
	{ "null, big-endian", 0, "0000001e" V6TCP, true, 0 },
	{ "null, freebsd ipv6", 0, "1c000000" V6TCP, true, 0 },
	{ "loop", 108, "00000002" V4TCP, false, 0 },
	{ "ppp", 9, "0021" V4TCP, false, 0 },
	{ "ppp, address and control", 9, "ff03 0057" V6TCP, true, 0 },
	{ "ppp, short protocol", 9, "21" V4TCP, false, 0 },
	{ "ppp-hdlc", 50, "ff03 0021" V4TCP, false, 0 },
	{ "cisco hdlc", 50, "0f00 0800" V4TCP, false, 0 },
	{ "raw 12", 12, V4TCP, false, 0 },
	{ "raw 14", 14, V6TCP, true, 0 },
	{ "raw 101", 101, V6TCP, true, 0 },
	{ "ipv4", 228, V4TCP, false, 0 },
	{ "ipv6", 229, V6TCP, true, 0 },
	{ "802.11 data", 105,
	    "0801 0000" MACS "020000000003 1000" SNAP "0800" V4TCP, false, 0 },
	{ "802.11 qos data", 105,
	    "8801 0000" MACS "020000000003 1000 0000" SNAP "0800" V4TCP, false,
	    0 },
	{ "802.11 qos data, ht control", 105,
	    "8881 0000" MACS "020000000003 1000 0000 00000000" SNAP
	    "0800" V4TCP,
	    false, 0 },
	{ "802.11 between stations", 105,
	    "0803 0000" MACS "020000000003 1000 020000000004" SNAP "86dd" V6TCP,
	    true, 0 },
	{ "cooked", 113, "0000 0001 0006 0200000000010000 0800" V4TCP, false,
	    0 },
	{ "cooked 2", 276,
	    "86dd 0000 00000002 0001 00 06 0200000000010000" V6TCP, true, 0 },
	{ "ipv4 options", 228,
	    "46 00 0031 0001 0000 40 06 0000 0a000001 0a000002 01010101" TCP,
	    false, 0 },
	{ "ipv6 extensions", 229,
	    V6("003d",
		"00") "3c00 000000000000" /* hop by hop */
		      "2b00 000000000000" /* destination */
		      "3300 000000000000" /* routing */
		      "0601 0000 00000000 00000000" TCP /* authentication */,
	    true, 0 },
	{ "ipv6, unfragmented fragment header", 229,
	    V6("0021", "2c") "0600 0000 00000009" TCP, true, 0 },
	{ "ip in ip", 228, V4("0041", "04") V4TCP, false, 0 },
	{ "6in4", 228, V4("0055", "29") V6TCP, true, 0 },
	{ "4in6", 229, V6("002d", "04") V4TCP, false, 0 },
	{ "gre", 228, V4("0045", "2f") "0000 0800" V4TCP, false, 0 },
	{ "gre, all fields", 228,
	    V4("0065", "2f") "b000 86dd 00000000 00000007 00000001" V6TCP, true,
	    0 },
	{ "gre, transparent ethernet", 228,
	    V4("0053", "2f") "0000 6558" MACS "0800" V4TCP, false, 0 },
	{ "gre, pptp", 228,
	    V4("0057", "2f") "3081 880b 002f0001 00000001 00000002 0021" V4TCP,
	    false, 0 },
	{ "vxlan", 228,
	    V4("005f", "11") UDP("12b5", "004b") "08000000 00002a00" MACS
						 "0800" V4TCP,
	    false, 43 },
	{ "vxlan, old port, id 0", 228,
	    V4("005f", "11") UDP("2118", "004b") "08000000 00000000" MACS
						 "0800" V4TCP,
	    false, 1 },
	{ "geneve with an option", 228,
	    V4("006d", "11") UDP("17c1", "0059") "0200 86dd ffffff00"
						 "0000000000000000" V6TCP,
	    true, 0x1000000 },
};

static struct budget budget;

/* Decode n bytes in a block of exactly n, so that ASan sees every overrun. */
static enum layer
decode(struct decoder *d, uint16_t link, const struct put *w, size_t n,
    size_t wire_len, struct segment *out)
{
	static uint8_t *copy;
	struct frame f = { .time = 7, .link = link };

	free(copy);
	copy = malloc(n == 0 ? 1 : n);
	memcpy(copy, w->p, n);
	f.bytes = (struct span){ copy, n };
	f.wire_len = (uint32_t)wire_len;
	return decoder_next(d, &f, out);
}

static struct decoder *
open_decoder(void)
{
	budget = (struct budget){ .limit = 1 << 20 };
	return decoder_new(&budget);
}

static void
close_decoder(struct decoder *d)
{
	decoder_free(d);
	ck_assert_uint_eq(budget.used, 0);
}

static enum layer
decode_hex(uint16_t link, const char *hex, struct segment *out)
{
	struct decoder *d = open_decoder();
	static struct put w;
	enum layer layer;

	w.len = 0;
	put_hex(&w, hex);
	layer = decode(d, link, &w, w.len, w.len, out);
	close_decoder(d);
	return layer;
}

static void
check_addresses(const struct stack *s, const struct segment *g)
{
	static const uint8_t v4[4] = { 10, 0, 0, 1 };
	static const uint8_t v6[4] = { 0x20, 0x01, 0x0d, 0xb8 };

	ck_assert_msg(g->src.v6 == s->v6 && g->dst.v6 == s->v6, "%s", s->name);
	ck_assert_mem_eq(g->src.addr, s->v6 ? v6 : v4, 4);
	ck_assert_uint_eq(g->src.addr[s->v6 ? 15 : 3], 1);
	ck_assert_uint_eq(g->dst.addr[s->v6 ? 15 : 3], 2);
	ck_assert_uint_eq(g->src.port, 8080);
	ck_assert_uint_eq(g->dst.port, 80);
}

START_TEST(every_stack_reaches_its_segment)
{
	for (size_t i = 0; i < ARRAY_LEN(stacks); i++) {
		const struct stack *s = &stacks[i];
		struct segment g;
		enum layer layer = decode_hex(s->link, s->hex, &g);

		ck_assert_msg(layer == LAYER_TCP, "%s: %s", s->name,
		    layer_name(layer));
		check_addresses(s, &g);
		ck_assert_uint_eq(g.seq, 0x01020304);
		ck_assert_uint_eq(g.ack, 0x05060708);
		ck_assert_uint_eq(g.flags, TCP_ACK | 0x08);
		ck_assert_msg(g.domain == s->domain, "%s", s->name);
		ck_assert_msg(g.wire_len == PAYLOAD, "%s", s->name);
		ck_assert_uint_eq(g.payload.len, PAYLOAD);
		ck_assert_int_eq(g.time, 7);
	}
}
END_TEST

/* Only the payload may be short: then it says by how much. */
static void
cut_everywhere(const struct stack *s, bool wire_len_is_known)
{
	struct decoder *d = open_decoder();
	static struct put w;

	w.len = 0;
	put_hex(&w, s->hex);
	for (size_t n = 0; n < w.len; n++) {
		struct segment g;
		enum layer layer = decode(d, s->link, &w, n,
		    wire_len_is_known ? w.len : n, &g);
		bool has_headers = n >= w.len - PAYLOAD;

		ck_assert_msg(layer == (has_headers ? LAYER_TCP : LAYER_CUT),
		    "%s, %zu bytes: %s", s->name, n, layer_name(layer));
		if (!has_headers)
			continue;
		ck_assert_uint_eq(g.payload.len, n - (w.len - PAYLOAD));
		ck_assert_uint_eq(g.wire_len, PAYLOAD);
	}
	close_decoder(d);
}

START_TEST(every_header_cut_at_every_byte_is_cut)
{
	for (size_t i = 0; i < ARRAY_LEN(stacks); i++) {
		cut_everywhere(&stacks[i], true);
		cut_everywhere(&stacks[i], false);
	}
}
END_TEST

START_TEST(what_is_no_segment_is_counted_by_its_layer)
{
	static const struct {
		uint16_t link;
		const char *hex;
		enum layer layer;
	} t[] = {
		{ 1, MACS "0806 0001", LAYER_NOT_IP },
		{ 1, MACS "0026 424203 0000", LAYER_NOT_IP },
		{ 1, MACS "8864 2100 0001 002f 0021" V4TCP, LAYER_BAD },
		{ 1, MACS "8864 11a7 0001 0000", LAYER_NOT_IP },
		{ 9, "c021 01", LAYER_NOT_IP },
		{ 0, "00000007 00", LAYER_NOT_IP },
		{ 113, "0000 0001 0006 0200000000010000 0004 424203",
		    LAYER_NOT_IP },
		/* 802.11: a beacon, no data, encrypted, first of fragments,
		   aggregated */
		{ 105, "8000 0000", LAYER_NOT_IP },
		{ 105, "4801 0000", LAYER_NOT_IP },
		{ 105, "0841 0000", LAYER_NOT_IP },
		{ 105, "0805 0000", LAYER_NOT_IP },
		{ 105, "8801 0000" MACS "020000000003 1000 8000" SNAP,
		    LAYER_NOT_IP },
		{ 101, "55 00", LAYER_BAD },
		{ 228, "60 00", LAYER_BAD },
		{ 229, "45 00", LAYER_BAD },
		{ 228, "44 00 0014 0000 0000 40 06", LAYER_BAD },
		{ 228, V4("0013", "06"), LAYER_BAD },
		{ 228, V4("001c", "01") "0800 0000 0000 0000", LAYER_OTHER_IP },
		{ 228, V4("001c", "11") UDP("0035", "0008"), LAYER_OTHER_IP },
		{ 228, V4("001c", "11") UDP("12b5", "0007"), LAYER_BAD },
		{ 228, V4("0024", "11") UDP("12b5", "0010") "00000000 00002a00",
		    LAYER_OTHER_IP },
		{ 228, V4("0018", "2f") "4000 0800", LAYER_OTHER_IP },
		{ 229, V6("0000", "3b"), LAYER_OTHER_IP },
		/* data offset 4; then 15 in a datagram with 25 bytes */
		{ 228,
		    V4("0028", "06") "1f90 0050 01020304 05060708 40 18 ffff "
				     "0000 0000",
		    LAYER_BAD },
		{ 228,
		    V4("002d", "06") "1f90 0050 01020304 05060708 f0 18 ffff "
				     "0000 0000 00000000",
		    LAYER_BAD },
		/* an extension header longer than its datagram */
		{ 229, V6("0008", "00") "06ff 000000000000", LAYER_BAD },
		{ 147, V4TCP, LAYER_UNKNOWN_LINK },
		{ 65535, "", LAYER_UNKNOWN_LINK },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct segment g;
		enum layer layer = decode_hex(t[i].link, t[i].hex, &g);

		ck_assert_msg(layer == t[i].layer, "%zu: %s", i,
		    layer_name(layer));
	}
}
END_TEST

START_TEST(padding_is_not_payload)
{
	struct segment g;

	ck_assert_int_eq(decode_hex(1,
			     MACS "0800" V4("0028",
				 "06") "1f90 0050 01020304 05060708 50 10 ffff "
				       "00000000"
				       "000000000000",
			     &g),
	    LAYER_TCP);
	ck_assert_uint_eq(g.payload.len, 0);
	ck_assert_uint_eq(g.wire_len, 0);
}
END_TEST

START_TEST(length_zero_is_that_of_the_frame)
{
	struct segment g;

	ck_assert_int_eq(decode_hex(1, MACS "0800" V4("0000", "06") TCP, &g),
	    LAYER_TCP);
	ck_assert_uint_eq(g.wire_len, PAYLOAD);
	ck_assert_int_eq(decode_hex(1, MACS "86dd" V6("0000", "06") TCP, &g),
	    LAYER_TCP);
	ck_assert_uint_eq(g.wire_len, PAYLOAD);
}
END_TEST

START_TEST(four_tunnels_are_read_and_five_are_not)
{
#define FOUR                                                                   \
	V4("007d", "04")                                                       \
	V4("0069", "04") V4("0055", "04") V4("0041", "04") V4TCP
	struct segment g;

	ck_assert_int_eq(decode_hex(228, FOUR, &g), LAYER_TCP);
	ck_assert_int_eq(decode_hex(228, V4("0091", "04") FOUR, &g),
	    LAYER_OTHER_IP);
}
END_TEST

START_TEST(a_wire_length_that_lies_is_corrected)
{
	struct decoder *d = open_decoder();
	static struct put w;
	struct segment g;

	put_hex(&w, V4("0000", "06") TCP);
	ck_assert_int_eq(decode(d, 228, &w, w.len, 1, &g), LAYER_TCP);
	ck_assert_uint_eq(g.wire_len, PAYLOAD);
	close_decoder(d);
}
END_TEST

/* Two IPv4 fragments, 24 bytes of the segment and the last. */
START_TEST(fragments_become_a_segment)
{
	struct decoder *d = open_decoder();
	static struct put a, b;
	struct segment g;

	put_hex(&a,
	    "45 00 002c 0001 2000 40 06 0000 0a000001 0a000002"
	    "1f90 0050 01020304 05060708 50 18 ffff 0000 0000"
	    "68656c6c");
	put_hex(&b, "45 00 0015 0001 0003 40 06 0000 0a000001 0a000002 6f");
	ck_assert_int_eq(decode(d, 228, &b, b.len, b.len, &g), LAYER_FRAGMENT);
	ck_assert_int_eq(decode(d, 228, &a, a.len, a.len, &g), LAYER_TCP);
	ck_assert_uint_eq(g.wire_len, PAYLOAD);
	ck_assert(span_eq_str(g.payload, "hello"));
	ck_assert_uint_gt(budget.used, 0);
	close_decoder(d);
}
END_TEST

/* As above over IPv6, the first fragment cut by the recorder. */
START_TEST(a_cut_fragment_makes_a_cut_payload)
{
	struct decoder *d = open_decoder();
	static struct put a, b;
	struct segment g;

	put_hex(&a,
	    V6("0020", "2c") "0600 0001 00000009"
			     "1f90 0050 01020304 05060708"
			     "50 18 ffff 0000 0000 68656c6c");
	put_hex(&b, V6("0009", "2c") "0600 0018 00000009 6f");
	ck_assert_int_eq(decode(d, 229, &a, a.len - 2, a.len, &g),
	    LAYER_FRAGMENT);
	ck_assert_int_eq(decode(d, 229, &b, b.len, b.len, &g), LAYER_TCP);
	ck_assert_uint_eq(g.wire_len, PAYLOAD);
	ck_assert(span_eq_str(g.payload, "he"));
	close_decoder(d);
}
END_TEST

/* RFC 4963: an id used again; the sums were worked out as RFC 1071 says. */
START_TEST(pieces_of_two_datagrams_are_bad)
{
	static const struct {
		uint16_t link;
		const char *first, *last;
		enum layer layer;
	} t[] = {
#define SEG(sum) "1f90 0050 01020304 05060708 50 18 ffff" sum "0000 68656c6c"
#define FIRST4   "45 00 002c 0001 2000 40 06 0000 0a000001 0a000002"
#define LAST4    "45 00 0015 0001 0003 40 06 0000 0a000001 0a000002"
#define FIRST6   V6("0020", "2c") "0600 0001 00000009"
#define LAST6    V6("0009", "2c") "0600 0018 00000009"
		{ 228, FIRST4 SEG("27ff"), LAST4 "6f", LAYER_TCP },
		{ 228, FIRST4 SEG("27ff"), LAST4 "70", LAYER_BAD },
		{ 229, FIRST6 SEG("e08c"), LAST6 "6f", LAYER_TCP },
		{ 229, FIRST6 SEG("e08c"), LAST6 "70", LAYER_BAD },
		{ 229, FIRST6 SEG("e08d"), LAST6 "6f", LAYER_BAD },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct decoder *d = open_decoder();
		static struct put a, b;
		struct segment g;

		a.len = b.len = 0;
		put_hex(&a, t[i].first);
		put_hex(&b, t[i].last);
		ck_assert_int_eq(decode(d, t[i].link, &a, a.len, a.len, &g),
		    LAYER_FRAGMENT);
		ck_assert_msg(decode(d, t[i].link, &b, b.len, b.len, &g) ==
			t[i].layer,
		    "%zu", i);
		close_decoder(d);
	}
}
END_TEST

UNIT_MAIN("packet", every_stack_reaches_its_segment,
    every_header_cut_at_every_byte_is_cut,
    what_is_no_segment_is_counted_by_its_layer, padding_is_not_payload,
    length_zero_is_that_of_the_frame, four_tunnels_are_read_and_five_are_not,
    a_wire_length_that_lies_is_corrected, fragments_become_a_segment,
    a_cut_fragment_makes_a_cut_payload, pieces_of_two_datagrams_are_bad)
