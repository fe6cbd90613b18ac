/*
 * key.h - the key under which a request finds its recorded responses.
 *
 * Two requests have the same key when they mean the same:
 *
 *   - deletions: same operation, same multiset of targets (type, id and
 *     scope), same flags; order and numbering do not matter.  Without
 *     targets, and for set-deletes, what holds for others as well, because
 *     the selector stands anywhere in the request.  Where the rule knows no
 *     more than the path, and takes all of it for the id, the query and the
 *     body count too: they may name what is deleted;
 *   - others: same method, decoded path, sorted query and canonical body
 *     (JSON, form; else its bytes), without the volatile and the secret
 *     fields that the rules name, and the same action where a header names it.
 *
 * The idempotency token is not part of it: clients make a new one for each
 * run, and a recording must answer the next run too.  Whether several
 * recorded responses of one key go with different tokens is for the one
 * who takes them to look at.  Neither is the host.
 *
 * A key depends on no secret and on no mask: all secrets are alike, so a
 * live request and its masked recording have the same one, whoever masked
 * it.  Ids that are secrets themselves, such as those of access keys, are
 * told to be so by the field they came from: d must have been read from a
 * masked request if there can be any.
 */
#ifndef DELETION_KEY_H
#define DELETION_KEY_H

#include "deletion/deletion.h"

struct keyer;

/*
 * The same for a request as if it were no deletion, to tell whether two
 * requests of one recording have the same parameters.  Nothing is masked
 * first, so both must be masked, or both not.
 */
void key_of_parameters(uint8_t key[MATCH_KEY_SIZE], const struct rules *rules,
    const struct message *request);

/* What makes the key of a request. */
enum key_scope {
	KEY_OF_TARGETS,
	KEY_OF_TARGETS_AND_REST, /* these, and query and body */
	KEY_OF_REQUEST,
};

/* d is the request's deletion, or NULL if it is none. */
enum key_scope key_scope(const struct message *request,
    const struct deletion *d);

/* The same d. */
void key_of(uint8_t key[MATCH_KEY_SIZE], const struct rules *rules,
    const struct message *request, const struct deletion *d);

/*
 * For many keys: remembers what it found out about the names of fields.  Of
 * one thread; the rules must outlive it.
 */
struct keyer *keyer_new(const struct rules *rules);

/* NULL is allowed. */
void keyer_free(struct keyer *k);

/* As key_of(). */
void keyer_key(struct keyer *k, uint8_t key[MATCH_KEY_SIZE],
    const struct message *request, const struct deletion *d);

#endif
