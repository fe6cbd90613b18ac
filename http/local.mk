noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = \
	%D%/body.c %D%/body.h \
	%D%/coverage.c %D%/coverage.h \
	%D%/date.c %D%/date.h \
	%D%/digest.c %D%/digest.h \
	%D%/exchange.c %D%/exchange.h \
	%D%/fields.c %D%/fields.h \
	%D%/flaw.c %D%/flaw.h \
	%D%/head.c %D%/head.h \
	%D%/inflate.c %D%/inflate.h \
	%D%/parser.c %D%/parser.h \
	%D%/reading.c %D%/reading.h \
	%D%/showing.c %D%/showing.h \
	%D%/url.c %D%/url.h

http_libs = libhttp.a $(base_libs) $(LLHTTP_LIBS) $(ZLIB_LIBS) $(OPENSSL_LIBS)

unit_tests += tests/unit/test_body
tests_unit_test_body_LDADD = libtest.a $(http_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_date
tests_unit_test_date_LDADD = libtest.a $(http_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_digest
tests_unit_test_digest_LDADD = libtest.a $(http_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_fields
tests_unit_test_fields_LDADD = libtest.a $(http_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_head
tests_unit_test_head_LDADD = libtest.a $(http_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_parser
tests_unit_test_parser_LDADD = libtest.a $(http_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_url
tests_unit_test_url_LDADD = libtest.a $(http_libs) $(CHECK_LIBS)

fuzz_targets += tests/fuzz/fuzz_body
tests_fuzz_fuzz_body_SOURCES = tests/fuzz/fuzz_body.c $(fuzz_driver)
tests_fuzz_fuzz_body_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_body_LDADD   = $(http_libs)

fuzz_targets += tests/fuzz/fuzz_http
tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz_http.c $(fuzz_driver)
tests_fuzz_fuzz_http_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_http_LDADD   = $(http_libs)

fuzz_targets += tests/fuzz/fuzz_url
tests_fuzz_fuzz_url_SOURCES = tests/fuzz/fuzz_url.c $(fuzz_driver)
tests_fuzz_fuzz_url_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_url_LDADD   = $(http_libs)
