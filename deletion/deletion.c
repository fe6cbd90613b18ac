#include "deletion/deletion.h"

#include "deletion/classify.h"
#include "deletion/match.h"

static const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_DELETED] = "deleted",
	[OUTCOME_ACCEPTED] = "accepted",
	[OUTCOME_GONE] = "gone",
	[OUTCOME_DENIED] = "denied",
	[OUTCOME_THROTTLED] = "throttled",
	[OUTCOME_BLOCKED] = "blocked",
	[OUTCOME_INVALID] = "invalid",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_PARTIAL] = "partial",
	[OUTCOME_DRYRUN] = "dryrun",
	[OUTCOME_UNKNOWN] = "unknown",
};

static const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_UNCONFIRMED] = "unconfirmed",
	[VERDICT_CONFIRMED] = "confirmed",
	[VERDICT_REVERTED] = "reverted",
};

static const char *const kind_names[KIND_COUNT] = {
	[KIND_OTHER] = "other",
	[KIND_DELETION] = "deletion",
	[KIND_FOLLOW_UP] = "follow-up",
};

#define X(id, name, text) [FINDING_##id] = name,
static const char *const finding_names[FINDING_COUNT] = { FINDINGS(X) };
#undef X

#define X(id, name, text) [FINDING_##id] = text,
static const char *const finding_texts[FINDING_COUNT] = { FINDINGS(X) };
#undef X

const char *
outcome_name(enum outcome o)
{
	return outcome_names[o];
}

enum outcome
outcome_of_name(struct span name)
{
	enum outcome o = 0;

	while (o < OUTCOME_COUNT && !span_eq_str(name, outcome_names[o]))
		o++;
	return o;
}

const char *
finding_name(enum finding f)
{
	return finding_names[f];
}

const char *
finding_text(enum finding f)
{
	return finding_texts[f];
}

const char *
verdict_name(enum verdict v)
{
	return verdict_names[v];
}

const char *
kind_name(enum kind k)
{
	return kind_names[k];
}

bool
deletion_of_request(const struct rules *rules, const struct message *request,
    struct arena *arena, struct deletion *out)
{
	struct arena scratch = ARENA_INIT;
	const struct match *line;
	struct subject s;
	bool open;

	subject_init(&s, rules, &request->parsed, request, &scratch);
	line = match_find(&s, &open);
	if (line != NULL)
		classify_request(&s, line, arena, out);
	arena_release(&scratch);
	return line != NULL;
}

bool
deletion_of_exchange(const struct rules *rules, const struct exchange *x,
    struct arena *arena, struct deletion *out)
{
	struct arena scratch = ARENA_INIT;
	const struct match *line;
	struct subject s;
	bool open;

	if (x->request == NULL)
		return false;
	subject_init(&s, rules, &x->request->parsed, x->request, &scratch);
	line = match_find(&s, &open);
	if (line != NULL) {
		classify_request(&s, line, arena, out);
		s.response = x->response;
		classify_response(&s, line->rule, arena, out);
	}
	arena_release(&scratch);
	return line != NULL;
}
