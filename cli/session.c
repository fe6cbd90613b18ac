#include "cli/session.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/heap.h"
#include "base/xalloc.h"
#include "cli/cover.h"
#include "cli/handover.h"
#include "cli/privilege.h"
#include "cli/progress.h"
#include "cli/tape.h"
#include "cli/text.h"

struct session {
	const struct session_options *options;
	struct cmd_ctx *ctx;
	struct capture *capture;
	struct recorder recorder;
	struct tape *tape;    /* that is recorded to; NULL before and after */
	struct tape *closing; /* the one before it; NULL: closed */
	uint64_t number;      /* of the tape in a rotation */
	int64_t begun;        /* the tape, by the steady clock */
	uint64_t kept, deletions; /* before it */
	struct progress progress;
	bool shows;     /* the progress */
	uint64_t downs; /* of the interface, that were told */
	bool incomplete;
};

/* The handlers' view of the capture; NULL while none runs. */
static struct capture *volatile running;
static volatile sig_atomic_t asked;

static void
on_end(int signo)
{
	(void)signo;
	if (running != NULL)
		capture_stop(running);
}

static void
on_question(int signo)
{
	(void)signo;
	asked = 1;
}

static void
handle(int signo, void (*handler)(int))
{
	struct sigaction act = { .sa_handler = handler }, before;

	sigaction(signo, NULL, &before);
	/* So nohup(1) made it.  Shells ignore SIGINT for what is behind "&". */
	if (signo != SIGHUP || before.sa_handler != SIG_IGN)
		sigaction(signo, &act, NULL);
}

static void
catch_signals(struct capture *c)
{
	void (*end)(int) = c != NULL ? on_end : SIG_DFL;

	running = c;
	handle(SIGINT, end);
	handle(SIGTERM, end);
	handle(SIGHUP, end);
}

/*
 * What may wait to be written is a part of --memory, and small enough to
 * come back to the reader while a processor's cache still holds it.
 */
static uint64_t
queue_memory(const struct session_options *options)
{
	return options->capture.memory / 16;
}

/* So is what is known of deletions that may not be done yet. */
static uint64_t
pending_memory(const struct session_options *options)
{
	return options->capture.memory / 8;
}

/* May the archive lack something that passed, but what nobody asked for? */
static bool
is_incomplete(const struct session *s, const struct coverage *c)
{
	return (c->cut_short && !capture_ended_early(s->capture)) ||
	    c->exchanges.incomplete > c->exchanges.orphans ||
	    c->kernel_drops > 0 || c->interface_drops > 0 ||
	    c->interface_downs > 0;
}

static bool
rotates(const struct session_options *options)
{
	return options->rotation.bytes > 0 || options->rotation.ns > 0;
}

static void
report(struct session *s, const char *path, const struct coverage *c)
{
	FILE *out = s->ctx->out;
	struct json j = JSON_INIT(out);

	if (!s->options->json) {
		fputs("recorded in ", out);
		text_put_line(out, span_of_str(path));
		putc('\n', out);
		cover_print(out, c);
		return;
	}
	json_object(&j, NULL);
	cover_json(&j, c);
	json_str(&j, "archive", path);
	json_end(&j);
	json_line(&j);
}

/* In the archive that is recorded to. */
static uint64_t
count_deletions(const struct session *s)
{
	return s->recorder.deletions - s->deletions;
}

/* Words for people about the archive that is recorded to, in one line. */
static void
answer(struct session *s)
{
	const struct coverage *c = capture_coverage(s->capture);
	FILE *log = s->ctx->log;
	char bytes[TEXT_SIZE];

	fputs("obit capture: ", log);
	if (rotates(s->options) && s->tape != NULL) {
		text_put_line(log, span_of_str(tape_path(s->tape)));
		fputs(": ", log);
	}
	fprintf(log,
	    "%" PRIu64 " packets, %s, %" PRIu64 " exchanges kept, %" PRIu64
	    " deletions, %" PRIu64 " dropped\n",
	    c->packets, text_bytes(bytes, c->bytes), s->recorder.kept - s->kept,
	    count_deletions(s), c->kernel_drops + c->interface_drops);
	fflush(log);
}

static void
tell_downs(struct session *s)
{
	const struct coverage *c = capture_coverage(s->capture);

	if (c->interface_downs > s->downs)
		fprintf(s->ctx->log,
		    "obit capture: %s: went down; waiting for it\n",
		    s->options->capture.interface->name);
	s->downs = c->interface_downs;
}

/* The archive is closed: say what is in it. */
static int
close_tape(struct session *s, struct tape **tape, struct err *err)
{
	struct tape *t = *tape;
	struct coverage coverage;
	char *path;
	int status;

	*tape = NULL;
	if (t == NULL)
		return 0;
	coverage = *tape_coverage(t);
	path = xstrdup(tape_path(t));
	status = tape_close(t, err);
	if (status == 0) {
		report(s, path, &coverage);
		s->incomplete |= is_incomplete(s, &coverage);
	}
	free(path);
	return status;
}

static int
open_archive(struct session *s, const char *path, enum store_mode mode,
    struct recording *rec, struct err *err)
{
	return tape_open(&s->tape, path, mode, rec, &s->options->sealer,
	    queue_memory(s->options), err);
}

/* The next archive of the rotation that nobody else has made. */
static int
open_next(struct session *s, struct recording *rec, struct err *err)
{
	const char *base = s->options->archive;
	int status;

	if (s->number == 0 && rotation_next(&s->number, base, err) < 0)
		return -1;
	do {
		char *path = rotation_name(base, s->number++);

		status = open_archive(s, path, STORE_CREATE, rec, err);
		free(path);
	} while (status < 0 && err->code == ERR_EXISTS);
	return status;
}

/* What comes from now on goes into the next archive. */
static int
open_tape(struct session *s, struct err *err)
{
	const struct session_options *options = s->options;
	struct recording rec = {
		.begun = clock_wall(),
		.program = span_of_str(PACKAGE_STRING),
		.source = options->source,
	};
	int status;

	if (options->capture.filter != NULL)
		rec.filter = span_of_str(options->capture.filter);
	if (rotates(options))
		status = open_next(s, &rec, err);
	else
		status =
		    open_archive(s, options->archive, STORE_APPEND, &rec, err);
	if (status < 0)
		return -1;
	recorder_begin(&s->recorder, tape_handover(s->tape),
	    tape_first_id(s->tape));
	s->begun = clock_steady();
	s->kept = s->recorder.kept;
	s->deletions = s->recorder.deletions;
	return 0;
}

/* Is the archive old or large enough?  Never before it has an exchange. */
static bool
is_full(const struct session *s)
{
	const struct rotation *r = &s->options->rotation;

	if (r->ns > 0)
		return clock_steady() - s->begun >= r->ns;
	return r->bytes > 0 && s->recorder.kept > s->kept &&
	    handover_size(tape_handover(s->tape)) >= r->bytes;
}

/*
 * Go on in the next archive while the one before is closed; no more than
 * one is.  If the next cannot be opened the recording ends in this one.
 */
static int
turn(struct session *s, struct err *err)
{
	uint64_t deletions = count_deletions(s);
	struct tape *last = s->tape;
	struct coverage coverage;

	if (close_tape(s, &s->closing, err) < 0)
		return -1;
	if (open_tape(s, err) < 0) {
		s->tape = last;
		return -1;
	}
	capture_cut(s->capture, &coverage);
	coverage.deletions = deletions;
	s->downs = 0;
	tape_end(last, &coverage);
	s->closing = last;
	return 0;
}

static int
tick(void *arg, uint64_t done, uint64_t total, struct err *err)
{
	struct session *s = arg;

	if (s->shows)
		progress_show(&s->progress, done, total, s->recorder.kept,
		    s->recorder.deletions);
	tell_downs(s);
	if (asked) {
		asked = 0;
		answer(s);
	}
	if (s->closing != NULL && tape_is_done(s->closing) &&
	    close_tape(s, &s->closing, err) < 0)
		return -1;
	return is_full(s) ? turn(s, err) : 0;
}

/*
 * Read to the end and write all of it.  The first error counts; what was
 * read before it is written.
 */
static int
record(struct session *s, struct err *err)
{
	struct coverage coverage;
	struct err later;
	int status;

	if (open_tape(s, err) < 0)
		return -1;
	status = capture_run(s->capture, err);
	coverage = *capture_coverage(s->capture);
	coverage.deletions = count_deletions(s);
	tape_end(s->tape, &coverage);
	progress_end(&s->progress);
	if (close_tape(s, &s->closing, status < 0 ? &later : err) < 0)
		status = -1;
	if (close_tape(s, &s->tape, status < 0 ? &later : err) < 0)
		status = -1;
	if (status < 0)
		return -1;
	return s->incomplete ? EXIT_INCOMPLETE : EXIT_OK;
}

static int
open_and_record(struct session *s, struct err *err)
{
	struct recorder_options recorder = s->options->recorder;
	int status;

	recorder.memory = pending_memory(s->options);
	if (s->options->user != NULL &&
	    privilege_drop(s->options->user, err) < 0)
		return -1;
	if (recorder_open(&s->recorder, &recorder, err) < 0)
		return -1;
	s->recorder.tick = tick;
	s->recorder.tick_arg = s;
	/* From before there is an archive, so that none is left half made. */
	catch_signals(s->capture);
	status = record(s, err);
	catch_signals(NULL);
	return status;
}

int
session_run(const struct session_options *options, struct cmd_ctx *ctx,
    struct err *err)
{
	struct session s = {
		.options = options,
		.ctx = ctx,
		.progress = PROGRESS_INIT(ctx->log),
	};
	struct capture_sink sink = recorder_sink(&s.recorder);
	struct capture_options capture = options->capture;
	int status;

	/* The archive before may be waiting to be closed. */
	capture.memory -= queue_memory(options) * (1 + rotates(options)) +
	    pending_memory(options);
	heap_map_large();
	s.shows = progress_is_wanted(&s.progress);
	/* A pipe may be silent from the beginning. */
	handle(SIGUSR1, on_question);
	if (capture_open(&s.capture, &capture, &sink, err) < 0)
		return -1;
	status = open_and_record(&s, err);
	capture_close(s.capture);
	recorder_close(&s.recorder);
	return status;
}
