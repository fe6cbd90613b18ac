/*
 * key.h - the key under which a request finds its recorded responses.
 *
 * Two requests have the same key when they mean the same:
 *
 *   - deletions: same operation, same multiset of targets (type and id),
 *     same scope, token and flags; order and numbering do not matter;
 *   - others: same method, decoded path, sorted query and canonical body
 *     (JSON, form; else its bytes), without the volatile and the secret
 *     fields that the rules name.
 *
 * The host is not part of it.  A key depends on no secret and on no mask,
 * so a live request and its masked recording have the same one.
 */
#ifndef DELETION_KEY_H
#define DELETION_KEY_H

#include "deletion/deletion.h"

/* d is the request's deletion, or NULL if it is none. */
void key_of(uint8_t key[MATCH_KEY_SIZE], const struct rules *rules,
    const struct message *request, const struct deletion *d);

#endif
