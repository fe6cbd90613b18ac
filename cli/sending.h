/*
 * sending.h - the options that plan and send share, and what they open.
 */
#ifndef CLI_SENDING_H
#define CLI_SENDING_H

#include "cli/opt.h"
#include "replay/adjust.h"
#include "replay/credentials.h"
#include "replay/guard.h"
#include "replay/plan.h"
#include "replay/sending.h"

struct err;
struct redactor;
struct rules;

/* Must be the first member of the command's struct args. */
struct sending_args {
	const char *target, *prefix, *order, *speed, *ca;
	struct opt_list allow, resolve, rules, stop_on;
	uint64_t rate, limit, max_deletes, connections;
	uint64_t connect_s, answer_s, total_s;
	bool all, keep_host;
	struct opt_list headers, queries, signs;
	const char *token, *follow_every, *follow_limit;
	bool dry_run_remote, follow;
};

#define SENDING_DEFAULTS                                                       \
	{                                                                      \
		.order = "causal", .speed = "1", .max_deletes = UINT64_MAX,    \
		.connections = 64, .connect_s = 10, .answer_s = 60,            \
		.total_s = 300,                                                \
	}

#define SENDING_AT(member) offsetof(struct sending_args, member)

#define SENDING_OPTS                                                           \
	{ 't', "target", OPT_STRING, SENDING_AT(target), "URL",                \
		"send there: http://HOST:PORT or https://HOST:PORT" },         \
	    { 0, "all", OPT_FLAG, SENDING_AT(all), NULL,                       \
		    "send every request, not only deletions and follow-ups" }, \
	    { 0, "allow", OPT_LIST, SENDING_AT(allow), "HOST",                 \
		    "refuse a target that is none of these" },                 \
	    { 0, "ca", OPT_STRING, SENDING_AT(ca), "FILE",                     \
		    "trust these authorities instead of the system's" },       \
	    { 0, "connect-timeout", OPT_UINT, SENDING_AT(connect_s),           \
		    "SECONDS", "give up connecting after this (default 10)" }, \
	    { 0, "connections", OPT_UINT, SENDING_AT(connections), "N",        \
		    "have at most N connections at a time (default 64)" },     \
	    { 0, "dry-run-remote", OPT_FLAG, SENDING_AT(dry_run_remote), NULL, \
		    "have the API only try each deletion, or refuse it" },     \
	    { 0, "first-byte-timeout", OPT_UINT, SENDING_AT(answer_s),         \
		    "SECONDS", "wait this long for an answer (default 60)" },  \
	    { 0, "follow", OPT_FLAG, SENDING_AT(follow), NULL,                 \
		    "ask what becomes of deletions that are accepted" },       \
	    { 0, "follow-every", OPT_STRING, SENDING_AT(follow_every),         \
		    "SECONDS", "ask this often, not as the rule says" },       \
	    { 0, "follow-limit", OPT_STRING, SENDING_AT(follow_limit),         \
		    "SECONDS", "ask for this long, not as the rule says" },    \
	    { 0, "header", OPT_LIST, SENDING_AT(headers), "[HOST/]NAME=VALUE", \
		    "give the header this value, @FILE or $VARIABLE" },        \
	    { 0, "keep-host", OPT_FLAG, SENDING_AT(keep_host), NULL,           \
		    "send the recorded Host field, not the target's" },        \
	    { 0, "limit", OPT_UINT, SENDING_AT(limit), "N",                    \
		    "send the first N requests only" },                        \
	    { 0, "max-deletes", OPT_UINT, SENDING_AT(max_deletes), "N",        \
		    "refuse to send more than N destructive requests" },       \
	    { 0, "max-time", OPT_UINT, SENDING_AT(total_s), "SECONDS",         \
		    "wait this long for the end of an answer (default 300)" }, \
	    { 0, "order", OPT_STRING, SENDING_AT(order),                       \
		    "causal|recorded|serial",                                  \
		    "what a request waits for (default causal)" },             \
	    { 0, "path-prefix", OPT_STRING, SENDING_AT(prefix), "PATH",        \
		    "put PATH in front of every path" },                       \
	    { 0, "query", OPT_LIST, SENDING_AT(queries), "[HOST/]NAME=VALUE",  \
		    "give the query field this value, @FILE or $VARIABLE" },   \
	    { 0, "rate", OPT_UINT, SENDING_AT(rate), "N",                      \
		    "send at most N requests per second" },                    \
	    { 0, "resolve", OPT_LIST, SENDING_AT(resolve), "HOST:PORT:ADDR",   \
		    "use this address for the target" },                       \
	    { 0, "rules", OPT_LIST, SENDING_AT(rules), "FILE",                 \
		    "ask the rules in this file before the built-in ones" },   \
	    { 0, "sign", OPT_LIST, SENDING_AT(signs), "SCHEME:ak=AK,sk=SK",    \
		    "sign what huawei, huawei-v11, volcengine or aws "         \
		    "signed" },                                                \
	    { 0, "speed", OPT_STRING, SENDING_AT(speed), "FACTOR|max",         \
		    "send at this multiple of the recorded pace (default "     \
		    "1)" },                                                    \
	    { 0, "stop-on", OPT_LIST, SENDING_AT(stop_on), "OUTCOME",          \
		    "begin nothing more after this outcome of a deletion" },   \
	{                                                                      \
		0, "token", OPT_STRING, SENDING_AT(token), "POLICY",           \
		    "keep, renew, renew=SEED or refuse-older-than=TIME"        \
	}

/* What both need, opened in this order. */
struct sending_run {
	struct sending sending;
	struct rules *rules;
	struct redactor *redactor;
	struct guard *guard;
	struct credentials *credentials;
	struct adjustment adjustment;
	struct dresser dressers[3];
};

/*
 * Read the options and open the rules and the fingerprint key.  Errors:
 * ERR_USAGE, ERR_REFUSED for a target outside --allow, those of rules_open()
 * and redact_key_load(), those of credentials.h and adjust.h.  r must stay
 * where it is.
 */
int sending_open(struct sending_run *r, const struct sending_args *args,
    struct err *err) MUST_CHECK;

/* Say of which options no request that was dressed had a use for. */
void sending_warn(const struct sending_run *r, FILE *log);

/* May be called twice. */
void sending_close(struct sending_run *r);

/* "12 requests to http://h:1: 10 destructive (9 deletions), 2 reads...". */
void sending_count(FILE *out, const struct plan *plan, const struct sending *s);

#endif
