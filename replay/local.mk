noinst_LIBRARIES += libreplay.a
libreplay_a_SOURCES = %D%/authority.c %D%/authority.h %D%/tls.c %D%/tls.h \
	%D%/address.c %D%/address.h %D%/answer.c %D%/answer.h %D%/client.c %D%/client.h \
	%D%/context.c %D%/context.h %D%/course.c %D%/course.h %D%/edges.c %D%/edges.h %D%/host.c \
	%D%/host.h %D%/ids.c %D%/ids.h %D%/index.c %D%/index.h %D%/journal.c \
	%D%/journal.h %D%/loop.c %D%/loop.h %D%/lane.h %D%/own.c %D%/own.h %D%/peer.c %D%/match.c %D%/match.h \
	%D%/miss.c %D%/miss.h %D%/missed.c %D%/missed.h %D%/nearest.c \
	%D%/nearest.h %D%/player.c %D%/player.h %D%/rekeyed.c %D%/rekeyed.h %D%/queue.c %D%/queue.h \
	%D%/replay.h %D%/server.c %D%/session.c %D%/session.h \
	%D%/shortcut.c %D%/shortcut.h

# A program that sanitizers watch is not confined.
if SANITIZERS
libreplay_a_SOURCES += %D%/confine.h %D%/confine_none.c
EXTRA_DIST += %D%/confine.c
else
libreplay_a_SOURCES += %D%/confine.h %D%/confine.c
EXTRA_DIST += %D%/confine_none.c
unit_tests += tests/unit/test_confine
endif
EXTRA_DIST += tests/unit/test_confine.c
tests_unit_test_confine_LDADD = libtest.a libreplay.a $(base_libs) \
	$(SECCOMP_LIBS) $(UV_LIBS) $(CHECK_LIBS)

# plan and send
libreplay_a_SOURCES += \
	%D%/alarm.c %D%/alarm.h \
	%D%/destination.c %D%/destination.h \
	%D%/dialer.c %D%/dialer.h \
	%D%/fitness.c %D%/fitness.h \
	%D%/follow.c %D%/follow.h \
	%D%/guard.c %D%/guard.h \
	%D%/ledger.c %D%/ledger.h \
	%D%/plan.c %D%/plan.h \
	%D%/reply.c %D%/reply.h \
	%D%/request.c %D%/request.h \
	%D%/request_edit.c \
	%D%/request_part.c %D%/request_part.h \
	%D%/request_record.c \
	%D%/schedule.c %D%/schedule.h \
	%D%/sender.c %D%/sender.h \
	%D%/sending.c %D%/sending.h \
	%D%/slot.c %D%/slot.h \
	%D%/socket.c %D%/socket.h

# diff, and what dresses a request
libreplay_a_SOURCES += \
	%D%/adjust.c %D%/adjust.h \
	%D%/canonical.c %D%/canonical.h \
	%D%/compare.c %D%/compare.h \
	%D%/credentials.c %D%/credentials.h \
	%D%/diff.c %D%/diff.h \
	%D%/pairing.c %D%/pairing.h \
	%D%/secret_value.c %D%/secret_value.h \
	%D%/signer.c %D%/signer.h \
	%D%/sorted.c %D%/sorted.h

replay_libs = libreplay.a $(store_libs) $(SSL_LIBS) $(UV_LIBS) $(SECCOMP_LIBS)

unit_tests += tests/unit/test_address tests/unit/test_ids \
	tests/unit/test_queue tests/unit/test_session
tests_unit_test_address_LDADD = libtest.a libreplay.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_ids_LDADD     = libtest.a libreplay.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_queue_LDADD   = libtest.a libreplay.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_session_LDADD = libtest.a libreplay.a $(base_libs) $(CHECK_LIBS)

# Archives written down, and connections without a network, for tests.
replay_tape = tests/lib/tape.c tests/lib/tape.h
replay_peer = tests/lib/peer.c tests/lib/peer.h

unit_tests += tests/unit/test_client tests/unit/test_context \
	tests/unit/test_missed tests/unit/test_player
tests_unit_test_context_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_missed_LDADD  = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_client_SOURCES = tests/unit/test_client.c tests/lib/folder.c \
	tests/lib/folder.h $(replay_peer) $(replay_tape)
tests_unit_test_client_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_player_SOURCES = tests/unit/test_player.c tests/lib/folder.c \
	tests/lib/folder.h $(replay_tape)
tests_unit_test_player_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_shortcut
tests_unit_test_shortcut_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_tls
tests_unit_test_tls_SOURCES = tests/unit/test_tls.c tests/lib/folder.c \
	tests/lib/folder.h
tests_unit_test_tls_LDADD = libtest.a libreplay.a $(base_libs) $(SSL_LIBS) \
	$(OPENSSL_LIBS) $(CHECK_LIBS)

unit_tests += tests/unit/test_course tests/unit/test_rekeyed
tests_unit_test_course_SOURCES = tests/unit/test_course.c \
	tests/lib/folder.c tests/lib/folder.h $(replay_tape)
tests_unit_test_course_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_rekeyed_SOURCES = tests/unit/test_rekeyed.c \
	tests/lib/folder.c tests/lib/folder.h $(replay_tape)
tests_unit_test_rekeyed_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)

check_PROGRAMS += tests/tools/make_archive
tests_tools_make_archive_SOURCES = tests/tools/make_archive.c $(replay_tape)
tests_tools_make_archive_LDADD   = $(replay_libs)
unit_tests += tests/unit/test_compare tests/unit/test_diff \
	tests/unit/test_pairing tests/unit/test_sorted
tests_unit_test_compare_SOURCES = tests/unit/test_compare.c \
	tests/lib/folder.c tests/lib/folder.h $(replay_tape)
tests_unit_test_compare_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_diff_SOURCES = tests/unit/test_diff.c tests/lib/folder.c \
	tests/lib/folder.h $(replay_tape)
tests_unit_test_diff_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_pairing_SOURCES = tests/unit/test_pairing.c \
	tests/lib/folder.c tests/lib/folder.h $(replay_tape)
tests_unit_test_pairing_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_sorted_LDADD = libtest.a libreplay.a $(base_libs) $(CHECK_LIBS)

fuzz_targets += tests/fuzz/fuzz_serve
tests_fuzz_fuzz_serve_SOURCES = tests/fuzz/fuzz_serve.c $(replay_peer) \
	$(replay_tape) $(fuzz_driver)
tests_fuzz_fuzz_serve_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_serve_LDADD   = $(replay_libs)

unit_tests += tests/unit/test_signer
tests_unit_test_signer_SOURCES = tests/unit/test_signer.c tests/lib/vector.c \
	tests/lib/vector.h
tests_unit_test_signer_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
check_PROGRAMS += tests/tools/sign
tests_tools_sign_SOURCES = tests/tools/sign.c tests/lib/vector.c \
	tests/lib/vector.h
tests_tools_sign_LDADD = $(replay_libs)

unit_tests += tests/unit/test_adjust
tests_unit_test_adjust_SOURCES = tests/unit/test_adjust.c \
	tests/lib/vector.c tests/lib/vector.h
tests_unit_test_adjust_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_credentials tests/unit/test_secret_value
tests_unit_test_credentials_SOURCES = tests/unit/test_credentials.c \
	tests/lib/folder.c tests/lib/folder.h tests/lib/vector.c \
	tests/lib/vector.h
tests_unit_test_credentials_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_secret_value_SOURCES = tests/unit/test_secret_value.c \
	tests/lib/folder.c tests/lib/folder.h
tests_unit_test_secret_value_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
EXTRA_DIST += tests/signatures tests/lib/signature.py

# What is sent again.
unit_tests += tests/unit/test_destination tests/unit/test_fitness tests/unit/test_guard \
	tests/unit/test_reply tests/unit/test_request tests/unit/test_schedule
tests_unit_test_reply_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_schedule_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_fitness_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_destination_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_guard_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_request_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_ledger tests/unit/test_plan tests/unit/test_sender
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c tests/lib/folder.c \
	tests/lib/folder.h
tests_unit_test_ledger_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_dialer tests/unit/test_request_record
tests_unit_test_request_record_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_dialer_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c tests/lib/folder.c \
	tests/lib/folder.h
tests_unit_test_plan_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)
tests_unit_test_sender_SOURCES = tests/unit/test_sender.c tests/lib/folder.c \
	tests/lib/folder.h
tests_unit_test_sender_LDADD = libtest.a $(replay_libs) $(CHECK_LIBS)

fuzz_targets += tests/fuzz/fuzz_reply
tests_fuzz_fuzz_reply_SOURCES = tests/fuzz/fuzz_reply.c $(fuzz_driver)
tests_fuzz_fuzz_reply_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_reply_LDADD   = $(replay_libs)

bats_tests += tests/cli/serve.bats tests/cli/serve-peers.bats

EXTRA_DIST += bench/serve.sh bench/bare_server.c bench/mocks.py bench/send.sh bench/send_pcap.py bench/bare.c \
	bench/still.c
