# cmd.c and every cmd_*.c form a library so that tests can walk the table.
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = %D%/cmd.c %D%/cmd.h %D%/opt.c %D%/opt.h

bin_PROGRAMS += obit
obit_SOURCES = %D%/main.c
obit_LDADD   = libcli.a $(http_libs)

unit_tests += tests/unit/test_cmd
tests_unit_test_cmd_LDADD = libtest.a libcli.a $(http_libs) $(CHECK_LIBS)
