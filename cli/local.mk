# cmd.c and every cmd_*.c form a library so that tests can walk the table.
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	%D%/archive.c %D%/archive.h \
	%D%/audit_filter.c %D%/audit_filter.h \
	%D%/audit_group.c %D%/audit_group.h \
	%D%/audit_html.c %D%/audit_html.h \
	%D%/audit_secrets.c %D%/audit_secrets.h \
	%D%/audit_table.c %D%/audit_table.h \
	%D%/blob.c %D%/blob.h \
	%D%/check.c %D%/check.h \
	%D%/cmd.c %D%/cmd.h \
	%D%/cmd_audit.c \
	%D%/cmd_capture.c \
	%D%/cmd_diff.c \
	%D%/cmd_ls.c \
	%D%/cmd_merge.c \
	%D%/cmd_plan.c \
	%D%/cmd_prove.c \
	%D%/cmd_purge.c \
	%D%/cmd_redact.c \
	%D%/cmd_rules.c \
	%D%/cmd_seal.c \
	%D%/cmd_send.c \
	%D%/cmd_serve.c \
	%D%/cmd_show.c \
	%D%/cmd_stats.c \
	%D%/cmd_verify.c \
	%D%/config.c %D%/config.h \
	%D%/cover.c %D%/cover.h \
	%D%/handover.c %D%/handover.h \
	%D%/masks.c %D%/masks.h \
	%D%/opt.c %D%/opt.h \
	%D%/outfile.c %D%/outfile.h \
	%D%/pager.c %D%/pager.h \
	%D%/plan_show.c %D%/plan_show.h \
	%D%/privilege.c %D%/privilege.h \
	%D%/progress.c %D%/progress.h \
	%D%/record.c %D%/record.h \
	%D%/recorder.c %D%/recorder.h \
	%D%/rewrite.c %D%/rewrite.h \
	%D%/rotation.c %D%/rotation.h \
	%D%/sealed.c %D%/sealed.h \
	%D%/sealer.c %D%/sealer.h \
	%D%/send_report.c %D%/send_report.h \
	%D%/sending.c %D%/sending.h \
	%D%/session.c %D%/session.h \
	%D%/table.c %D%/table.h \
	%D%/tape.c %D%/tape.h \
	%D%/text.c %D%/text.h \
	%D%/unseen.c %D%/unseen.h

cli_libs = libcli.a libformats.a libcapture.a libreplay.a $(store_libs) \
	$(SSL_LIBS) $(SECCOMP_LIBS) $(UV_LIBS) $(PCAP_LIBS) $(SMARTCOLS_LIBS)

bin_PROGRAMS += obit
obit_SOURCES = %D%/main.c
obit_LDADD   = $(cli_libs)

unit_tests += tests/unit/test_audit_group
tests_unit_test_audit_group_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_send_report
tests_unit_test_send_report_SOURCES = tests/unit/test_send_report.c \
	tests/lib/folder.c tests/lib/folder.h
tests_unit_test_send_report_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_unseen
tests_unit_test_unseen_SOURCES = tests/unit/test_unseen.c tests/lib/folder.c \
	tests/lib/folder.h
tests_unit_test_unseen_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_cmd
tests_unit_test_cmd_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_opt
tests_unit_test_opt_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_handover
tests_unit_test_handover_SOURCES = tests/unit/test_handover.c $(store_samples)
tests_unit_test_handover_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_rotation
tests_unit_test_rotation_SOURCES = tests/unit/test_rotation.c tests/lib/folder.c \
	tests/lib/folder.h
tests_unit_test_rotation_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_sealer
tests_unit_test_sealer_SOURCES = tests/unit/test_sealer.c $(store_samples)
tests_unit_test_sealer_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_text
tests_unit_test_text_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

bats_tests += \
	tests/cli/audit.bats \
	tests/cli/capture-live.bats \
	tests/cli/capture.bats \
	tests/cli/diff.bats \
	tests/cli/help.bats \
	tests/cli/ls.bats \
	tests/cli/merge.bats \
	tests/cli/plan.bats \
	tests/cli/prove.bats \
	tests/cli/purge.bats \
	tests/cli/redact.bats \
	tests/cli/rules.bats \
	tests/cli/seal.bats \
	tests/cli/send.bats \
	tests/cli/show.bats \
	tests/cli/stats.bats \
	tests/cli/verify.bats

# Measurements, not tests.
EXTRA_DIST += bench/README.md bench/capture.sh bench/repeat.py
