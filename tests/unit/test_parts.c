/* Connections and large bodies, each stored once as long as it is known. */
#include "store/parts.h"

#include <stdlib.h>

#include "base/err.h"
#include "http/exchange.h"
#include "store/db.h"
#include "store/row.h"
#include "store/schema.h"
#include "store/words.h"
#include "tests/lib/unit.h"

static struct db *db;
static struct words *words;
static struct parts *parts;

static void
setup(void)
{
	struct err err;

	ck_assert_int_eq(db_open(&db, NULL, DB_SCRATCH, &err), 0);
	ck_assert_int_eq(schema_create(db, &err), 0);
	words = words_new(db);
	parts = parts_new(db, words);
	parts_begin(parts, 1);
}

static void
teardown(void)
{
	parts_free(parts);
	words_free(words);
	db_close(db);
}

static int64_t
ask(const char *sql)
{
	struct err err;
	int64_t n;

	ck_assert_int_eq(db_number(db, sql, &n, &err), 0);
	return n;
}

/* The row of the exchange at a time on a connection. */
static struct row
connect(uint64_t number, uint8_t client, uint16_t port, int64_t time)
{
	struct exchange *x = exchange_new();
	struct message m = { .first = time, .last = time };
	struct row row = { 0 };
	struct err err;

	x->connection = number;
	x->client =
	    (struct endpoint){ .addr = { 10, 0, 0, client }, .port = port };
	x->server = (struct endpoint){ .addr = { 10, 9, 9, 9 }, .port = 80 };
	x->request = &m;
	ck_assert_msg(parts_connection(parts, x, &row, &err) == 0, "%s",
	    err.text);
	exchange_free(x);
	return row;
}

START_TEST(a_connection_is_one_row)
{
	struct row first, row;

	setup();
	first = connect(5, 1, 4000, 1000);
	ck_assert_int_eq(first.time, 0);
	ck_assert_int_eq(first.began, 1000);
	row = connect(5, 1, 4000, 1700);
	ck_assert_int_eq(row.connection, first.connection);
	ck_assert_int_eq(row.time, 700);
	row = connect(5, 1, 4000, 400); /* times may go back */
	ck_assert_int_eq(row.connection, first.connection);
	ck_assert_int_eq(row.time, -600);
	/* Another address, another port, another number. */
	ck_assert_int_ne(connect(5, 2, 4000, 0).connection, first.connection);
	ck_assert_int_ne(connect(5, 1, 4001, 0).connection, first.connection);
	ck_assert_int_ne(connect(6, 1, 4000, 0).connection, first.connection);
	ck_assert_int_eq(ask("SELECT count(*) FROM connection"), 4);
	/* A later recording has its own. */
	parts_begin(parts, 2);
	ck_assert_int_eq(connect(6, 1, 4000, 0).time, 0);
	ck_assert_int_eq(ask("SELECT max(recording) FROM connection"), 2);
	teardown();
}
END_TEST

START_TEST(addresses_are_those_of_the_exchange)
{
	setup();
	for (unsigned n = 0; n < 3000; n++)
		connect(n % 1500, (uint8_t)(n % 3), 4000, n);
	/* More connections than are remembered, and some again. */
	ck_assert_int_ge(ask("SELECT count(*) FROM connection"), 1500);
	ck_assert_int_eq(ask("SELECT count(*) FROM connection AS c JOIN word "
			     "AS w "
			     "ON w.id = c.client WHERE w.text <> '10.0.0.' || "
			     "(c.number % 3)"),
	    0);
	ck_assert_int_eq(ask("SELECT count(*) FROM connection AS c JOIN word "
			     "AS w "
			     "ON w.id = c.server WHERE w.text <> '10.9.9.9'"),
	    0);
	ck_assert_int_eq(ask("SELECT count(*) FROM word"), 4);
	teardown();
}
END_TEST

static int64_t
body(uint8_t *bytes, size_t len)
{
	struct message m = { .body = { bytes, len } };
	struct err err;
	int64_t id;

	ck_assert_msg(parts_body(parts, &m, &id, &err) == 0, "%s", err.text);
	return id;
}

START_TEST(a_large_body_is_stored_once)
{
	static uint8_t bytes[9000];
	struct err err;
	int64_t id, other;

	setup();
	ck_assert_int_eq(parts_body(parts, NULL, &id, &err), 0);
	ck_assert_int_eq(id, 0);
	ck_assert_int_eq(body(bytes, 4095), 0);
	ck_assert_uint_eq(parts_taken(parts), 0);
	id = body(bytes, 4096);
	ck_assert_int_ne(id, 0);
	ck_assert_uint_gt(parts_taken(parts), 0);
	ck_assert_int_eq(body(bytes, 4096), id);
	ck_assert_uint_eq(parts_taken(parts), 0); /* nothing was added */
	bytes[4000] = 1;
	other = body(bytes, 4096);
	ck_assert_int_ne(other, id);
	ck_assert_int_ne(body(bytes, sizeof(bytes)), other);
	ck_assert_int_eq(ask("SELECT count(*) FROM body"), 3);
	ck_assert_int_eq(ask("SELECT sum(size) FROM body"), 4096 * 2 + 9000);
	teardown();
}
END_TEST

UNIT_MAIN("parts", a_connection_is_one_row, addresses_are_those_of_the_exchange,
    a_large_body_is_stored_once)
