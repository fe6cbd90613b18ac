# cmd.c and every cmd_*.c form a library so that tests can walk the table.
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	%D%/archive.c %D%/archive.h \
	%D%/blob.c %D%/blob.h \
	%D%/check.c %D%/check.h \
	%D%/cmd.c %D%/cmd.h \
	%D%/cmd_audit.c \
	%D%/cmd_capture.c \
	%D%/cmd_ls.c \
	%D%/cmd_prove.c \
	%D%/cmd_seal.c \
	%D%/cmd_serve.c \
	%D%/cmd_show.c \
	%D%/cmd_stats.c \
	%D%/cmd_verify.c \
	%D%/config.c %D%/config.h \
	%D%/cover.c %D%/cover.h \
	%D%/opt.c %D%/opt.h \
	%D%/pager.c %D%/pager.h \
	%D%/progress.c %D%/progress.h \
	%D%/record.c %D%/record.h \
	%D%/recorder.c %D%/recorder.h \
	%D%/sealed.c %D%/sealed.h \
	%D%/table.c %D%/table.h \
	%D%/text.c %D%/text.h

cli_libs = libcli.a libcapture.a libreplay.a $(store_libs) $(UV_LIBS) $(PCAP_LIBS) $(SMARTCOLS_LIBS)

bin_PROGRAMS += obit
obit_SOURCES = %D%/main.c
obit_LDADD   = $(cli_libs)

unit_tests += tests/unit/test_cmd
tests_unit_test_cmd_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_opt
tests_unit_test_opt_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_text
tests_unit_test_text_LDADD = libtest.a $(cli_libs) $(CHECK_LIBS)

bats_tests += \
	tests/cli/audit.bats \
	tests/cli/capture.bats \
	tests/cli/help.bats \
	tests/cli/ls.bats \
	tests/cli/prove.bats \
	tests/cli/seal.bats \
	tests/cli/show.bats \
	tests/cli/stats.bats \
	tests/cli/verify.bats
