/*
 * client.h - HTTP/1.1 towards one client (RFC 9110, RFC 9112).
 *
 * Takes requests apart, hands each to the player, and writes what it
 * gives, one after the other in the order of the requests.  Holds at most
 * one request; while an answer is being written, nothing is read.
 */
#ifndef REPLAY_CLIENT_H
#define REPLAY_CLIENT_H

#include "base/budget.h"
#include "base/span.h"
#include "replay/journal.h"
#include "replay/replay.h"

struct client;
struct missed;
struct peer;
struct player;

#define CLIENT_MAX_INPUT ((size_t)256 << 20) /* of all requests; then 503 */
#define CLIENT_MAX_DELAY INT64_C(3600000)    /* ms that an answer waits */

/* What all clients of one thread share. */
struct service {
	struct player *player;
	struct missed *missed;   /* shared by all threads, as is the journal */
	struct journal *journal; /* NULL: none */
	enum miss_policy on_miss;
	struct server_limits limits;
	double latency;      /* of what was recorded; 0: none */
	struct budget input; /* bytes of requests that are being received */
	struct server_report report;
};

/* Both must outlive the client. */
struct client *client_new(struct service *service, struct peer *peer);
void client_free(struct client *c);

/* As struct loop_events says. */
size_t client_data(struct client *c, struct span bytes);
bool client_is_busy(const struct client *c);
void client_stuck(struct client *c);
void client_late(struct client *c);
void client_woken(struct client *c);
void client_broken(struct client *c, const char *why);

#endif
