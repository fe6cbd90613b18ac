noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	%D%/arena.c %D%/arena.h \
	%D%/base.h \
	%D%/base64.c %D%/base64.h \
	%D%/budget.h \
	%D%/buf.c %D%/buf.h \
	%D%/clock.c %D%/clock.h \
	%D%/err.c %D%/err.h \
	%D%/hash.h \
	%D%/heap.h \
	%D%/json.c %D%/json.h \
	%D%/span.c %D%/span.h \
	%D%/spool.c %D%/spool.h \
	%D%/stamp.c %D%/stamp.h \
	%D%/thread.c %D%/thread.h \
	%D%/utf8.c %D%/utf8.h \
	%D%/xalloc.c %D%/xalloc.h

if MALLOPT
libbase_a_SOURCES += %D%/heap.c
EXTRA_DIST += %D%/heap_none.c
else
libbase_a_SOURCES += %D%/heap_none.c
EXTRA_DIST += %D%/heap.c
endif

base_libs = libbase.a

unit_tests += \
	tests/unit/test_arena \
	tests/unit/test_base64 \
	tests/unit/test_buf \
	tests/unit/test_err \
	tests/unit/test_json \
	tests/unit/test_span \
	tests/unit/test_spool \
	tests/unit/test_stamp \
	tests/unit/test_utf8
tests_unit_test_arena_LDADD  = libtest.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_base64_LDADD = libtest.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_buf_LDADD    = libtest.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_err_LDADD    = libtest.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_json_LDADD   = libtest.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_span_LDADD   = libtest.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_spool_LDADD  = libtest.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_stamp_LDADD  = libtest.a $(base_libs) $(CHECK_LIBS)
tests_unit_test_utf8_LDADD   = libtest.a $(base_libs) $(CHECK_LIBS)

fuzz_targets += tests/fuzz/fuzz_buf
tests_fuzz_fuzz_buf_SOURCES = tests/fuzz/fuzz_buf.c $(fuzz_driver)
tests_fuzz_fuzz_buf_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_buf_LDADD   = $(base_libs)
