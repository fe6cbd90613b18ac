noinst_LIBRARIES += libformats.a
libformats_a_SOURCES = \
	%D%/html.c %D%/html.h \
	%D%/html_chart.c %D%/html_chart.h \
	%D%/html_exchange.c %D%/html_exchange.h \
	%D%/html_row.c %D%/html_row.h \
	%D%/html_text.c %D%/html_text.h \
	%D%/page.h \
	%D%/timeline.c %D%/timeline.h
nodist_libformats_a_SOURCES = %D%/page.c

formats_libs = libformats.a $(deletion_libs)

page_files = %D%/page.css %D%/page.js
EXTRA_DIST    += build-aux/embed-text.sh $(page_files)
BUILT_SOURCES += %D%/page.c
CLEANFILES    += %D%/page.c
%D%/page.c: build-aux/embed-text.sh $(page_files)
	$(AM_V_GEN)$(MKDIR_P) %D%
	$(AM_V_at)(cd $(srcdir) && build-aux/embed-text.sh %D%/page.h $(page_files)) > $@.tmp
	$(AM_V_at)mv $@.tmp $@

unit_tests += tests/unit/test_html tests/unit/test_html_text tests/unit/test_timeline
tests_unit_test_html_LDADD = libtest.a $(formats_libs) $(CHECK_LIBS)
tests_unit_test_html_text_LDADD = libtest.a $(formats_libs) $(CHECK_LIBS)
tests_unit_test_timeline_LDADD = libtest.a $(formats_libs) $(CHECK_LIBS)

fuzz_targets += tests/fuzz/fuzz_html
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz_html.c \
	tests/lib/fuzz_exchange.c tests/lib/fuzz_exchange.h $(fuzz_driver)
tests_fuzz_fuzz_html_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_html_LDADD   = $(formats_libs)
