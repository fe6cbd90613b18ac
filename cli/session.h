/*
 * session.h - one run of `obit capture`: packets in, an archive out, or one
 * archive after the other.
 *
 * What a session does in its life, so that a failure leaves nothing half
 * made: open the source, give up privileges, load the rules and the key,
 * open an archive; read; end the recording, close, report.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "base/base.h"
#include "capture/capture.h"
#include "cli/cmd.h"
#include "cli/recorder.h"
#include "cli/rotation.h"
#include "cli/sealer.h"

struct session_options {
	struct capture_options capture; /* its memory is all of --memory */
	struct recorder_options recorder;
	struct sealer_options sealer;
	struct rotation rotation;
	const char *user;    /* to become once the source is open; or NULL */
	const char *archive; /* or what the names of a rotation are made of */
	struct span source;  /* for people */
	bool json;
};

/*
 * Run until the packets end, or SIGINT, SIGTERM or SIGHUP comes.  SIGUSR1
 * asks for a line about progress.  Return an exit status, or -1 with *err
 * set; the summary of every archive that was closed is printed either way.
 */
int session_run(const struct session_options *options, struct cmd_ctx *ctx,
    struct err *err) MUST_CHECK;

#endif
