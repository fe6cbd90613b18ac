noinst_LIBRARIES += libcapture.a
libcapture_a_SOURCES = \
	%D%/bulk.c \
	%D%/bulk.h \
	%D%/bytes.h \
	%D%/capture.h \
	%D%/capture.c \
	%D%/classic.c \
	%D%/classic.h \
	%D%/echo.c \
	%D%/echo.h \
	%D%/filter.c \
	%D%/filter.h \
	%D%/detect.c \
	%D%/detect.h \
	%D%/draft.c \
	%D%/draft.h \
	%D%/drafts.c \
	%D%/drafts.h \
	%D%/flow.c \
	%D%/flow.h \
	%D%/fragment.c \
	%D%/fragment.h \
	%D%/ghost.c \
	%D%/ghost.h \
	%D%/gzip.c \
	%D%/gzip.h \
	%D%/input.c \
	%D%/input.h \
	%D%/inside.c \
	%D%/inside.h \
	%D%/ip.c \
	%D%/layers.h \
	%D%/link.c \
	%D%/live.c \
	%D%/live.h \
	%D%/messages.c \
	%D%/messages.h \
	%D%/narrow.c \
	%D%/narrow.h \
	%D%/outlet.c \
	%D%/outlet.h \
	%D%/packet.c \
	%D%/packet.h \
	%D%/pair.c \
	%D%/pair.h \
	%D%/pcapng.c \
	%D%/pcapng.h \
	%D%/rank.c \
	%D%/rank.h \
	%D%/reader.c \
	%D%/reader.h \
	%D%/side.c \
	%D%/side.h \
	%D%/source.c \
	%D%/source.h \
	%D%/stream.c \
	%D%/stream.h \
	%D%/table.c \
	%D%/table.h \
	%D%/tunnel.c \
	%D%/wait.c \
	%D%/wait.h

capture_libs = libcapture.a $(http_libs) $(PCAP_LIBS) $(ZLIB_LIBS)

unit_tests += \
	tests/unit/test_fragment \
	tests/unit/test_input \
	tests/unit/test_packet \
	tests/unit/test_pcapng \
	tests/unit/test_source
EXTRA_DIST += tests/lib/put.h
tests_unit_test_fragment_LDADD = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_input_LDADD    = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_packet_LDADD   = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_pcapng_LDADD   = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_source_LDADD   = libtest.a $(capture_libs) $(CHECK_LIBS)

fuzz_targets += \
	tests/fuzz/fuzz_packet \
	tests/fuzz/fuzz_pcapng
tests_fuzz_fuzz_packet_SOURCES = tests/fuzz/fuzz_packet.c $(fuzz_driver)
tests_fuzz_fuzz_packet_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_packet_LDADD   = $(capture_libs)
tests_fuzz_fuzz_pcapng_SOURCES = tests/fuzz/fuzz_pcapng.c $(fuzz_driver)
tests_fuzz_fuzz_pcapng_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_pcapng_LDADD   = $(capture_libs)
check_PROGRAMS += tests/tools/capture_dump
tests_tools_capture_dump_LDADD = $(capture_libs)

TESTS      += tests/e2e/truth.sh
EXTRA_DIST += tests/e2e/truth.sh tests/e2e/matrix.sh tests/tools/gen_pcap.py \
	tests/tools/gen_talk.py \
	tests/tools/truth.py

fuzz_targets += tests/fuzz/fuzz_pair tests/fuzz/fuzz_stream
tests_fuzz_fuzz_pair_SOURCES   = tests/fuzz/fuzz_pair.c $(fuzz_driver)
tests_fuzz_fuzz_pair_LDFLAGS   = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_pair_LDADD     = $(capture_libs)
tests_fuzz_fuzz_stream_SOURCES = tests/fuzz/fuzz_stream.c $(fuzz_driver)
tests_fuzz_fuzz_stream_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_stream_LDADD   = $(capture_libs)

unit_tests += tests/unit/test_detect tests/unit/test_drafts \
	tests/unit/test_echo tests/unit/test_flow tests/unit/test_flow_late \
	tests/unit/test_flow_memory tests/unit/test_flow_ports \
	tests/unit/test_flow_text tests/unit/test_pair tests/unit/test_rank \
	tests/unit/test_stream tests/unit/test_table tests/unit/test_wait
tests_unit_test_detect_LDADD = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_drafts_LDADD = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_echo_LDADD   = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_flow_LDADD   = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_flow_late_LDADD = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_flow_memory_LDADD = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_flow_ports_LDADD = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_flow_text_LDADD = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_pair_LDADD   = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_rank_LDADD   = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_wait_LDADD   = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_stream_LDADD = libtest.a $(capture_libs) $(CHECK_LIBS)
tests_unit_test_table_LDADD  = libtest.a $(capture_libs) $(CHECK_LIBS)
