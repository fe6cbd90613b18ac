#include "cli/recorder.h"

#include "base/err.h"
#include "cli/config.h"
#include "cli/handover.h"

static unsigned
wants(void *ctx, const struct head *request)
{
	struct recorder *r = ctx;
	enum interest interest = recogniser_interest(r->recogniser, request);

	return interest == INTEREST_NONE && r->all ? INTEREST_MAYBE : interest;
}

/* From ids of all archives to those of the one that is written. */
static void
localise(const struct recorder *r, struct exchange *x, struct reading *reading)
{
	size_t count = reading->follow_up_count;
	struct follow_up *list;

	if (r->base == 0)
		return;
	if (reading->kind == KIND_DELETION)
		reading->deletion.attempt_of -= r->base;
	if (count == 0)
		return;
	list = arena_alloc(&x->arena, count * sizeof(*list));
	memcpy(list, reading->follow_ups, count * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i].deletion =
		    list[i].deletion > r->base ? list[i].deletion - r->base : 0;
	reading->follow_ups = list;
}

/* Takes x. */
static int
keep(struct recorder *r, struct exchange *x, struct reading *reading,
    struct err *err)
{
	r->next_id++;
	r->kept++;
	r->deletions += reading->kind == KIND_DELETION;
	localise(r, x, reading);
	return handover_add(r->handover, x, reading, err);
}

static int
take(void *ctx, struct exchange *x, bool *kept, flaw_set *flaws,
    struct err *err)
{
	struct recorder *r = ctx;
	struct reading reading = { 0 };

	*kept = r->all || x->wanted == INTEREST_SURE ||
	    !recogniser_is_other(r->recogniser, x);
	if (*kept) {
		if (!r->keep_secrets)
			redactor_apply(r->redactor, x);
		reading.principal = redactor_principal(r->redactor, x);
		recogniser_read(r->recogniser, x, r->next_id, &reading);
		*kept = r->all || reading.kind != KIND_OTHER;
	}
	*flaws = x->flaws;
	if (*kept)
		return keep(r, x, &reading, err);
	exchange_free(x);
	return 0;
}

static int
tick(void *ctx, uint64_t done, uint64_t total, struct err *err)
{
	struct recorder *r = ctx;

	return r->tick != NULL ? r->tick(r->tick_arg, done, total, err) : 0;
}

struct capture_sink
recorder_sink(struct recorder *r)
{
	return (struct capture_sink){ r, wants, take, tick };
}

static int
open_redactor(struct recorder *r, struct err *err)
{
	uint8_t key[REDACT_KEY_SIZE];

	if (config_key(key, err) < 0)
		return -1;
	r->redactor = redactor_new(r->rules, key);
	return 0;
}

int
recorder_open(struct recorder *r, const struct recorder_options *options,
    struct err *err)
{
	*r = (struct recorder){
		.all = options->all,
		.keep_secrets = options->keep_secrets,
	};
	if (rules_open(&r->rules, options->rule_files, options->rule_file_count,
		err) < 0)
		return -1;
	if (open_redactor(r, err) < 0) {
		recorder_close(r);
		return -1;
	}
	r->recogniser = recogniser_new(r->rules, options->memory);
	return 0;
}

void
recorder_begin(struct recorder *r, struct handover *to, uint64_t id)
{
	r->handover = to;
	if (r->next_id == 0)
		r->next_id = id;
	r->base = r->next_id - id;
	recogniser_cut(r->recogniser, r->next_id);
}

void
recorder_close(struct recorder *r)
{
	recogniser_free(r->recogniser);
	redactor_free(r->redactor);
	rules_close(r->rules);
	*r = (struct recorder){ 0 };
}
