/*
 * A request, its response and what follows, each between NUL bytes, through
 * one recogniser.  What the head promises must be what the exchange keeps.
 */
#include <assert.h>

#include "base/err.h"
#include "deletion/explain.h"
#include "deletion/recogniser.h"
#include "deletion/rules.h"
#include "tests/lib/fuzz_exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct rules *rules;
	struct span rest = { data, len };
	struct recogniser *r;
	struct err err;

	if (rules == NULL && rules_open(&rules, NULL, 0, &err) < 0)
		return 0;
	r = recogniser_new(rules, SIZE_MAX);
	for (uint64_t id = 1; rest.p != NULL && id <= 16; id++) {
		struct span request = span_cut(&rest, 0);
		struct span response = { 0 };
		struct reading reading = { 0 };
		enum interest interest;
		struct explanation e;
		struct exchange *x;
		bool other;

		if (rest.p != NULL)
			response = span_cut(&rest, 0);
		x = fuzz_exchange(request, response);
		if (x == NULL)
			continue;
		interest = recogniser_interest(r, &x->request->parsed);
		other = recogniser_is_other(r, x);
		recogniser_read(r, x, id, &reading);
		assert(!other || reading.kind == KIND_OTHER);
		assert(
		    interest != INTEREST_NONE || reading.kind != KIND_DELETION);
		assert(
		    interest != INTEREST_SURE || reading.kind == KIND_DELETION);
		deletion_explain(rules, x, &x->arena, &e);
		assert(e.is_deletion == (reading.kind == KIND_DELETION));
		exchange_free(x);
	}
	recogniser_free(r);
	return 0;
}
