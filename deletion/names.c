#include "deletion/deletion.h"

static const char *const outcomes[] = {
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

static const char *const verdicts[] = {
	[VERDICT_UNCONFIRMED] = "unconfirmed",
	[VERDICT_CONFIRMED] = "confirmed",
	[VERDICT_REVERTED] = "reverted",
};

static const char *const kinds[] = {
	[KIND_OTHER] = "other",
	[KIND_DELETION] = "deletion",
	[KIND_FOLLOW_UP] = "follow-up",
};

#define X(id, name, text) [FINDING_##id] = (name),
static const char *const findings[] = { FINDINGS(X) };
#undef X

const char *
outcome_name(enum outcome o)
{
	return outcomes[o];
}

enum outcome
outcome_of_name(struct span name)
{
	int o = 0;

	while (o < OUTCOME_COUNT && !span_eq_str(name, outcomes[o]))
		o++;
	return (enum outcome)o;
}

const char *
verdict_name(enum verdict v)
{
	return verdicts[v];
}

const char *
kind_name(enum kind k)
{
	return kinds[k];
}

const char *
finding_name(enum finding f)
{
	return findings[f];
}
