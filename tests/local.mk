TEST_EXTENSIONS = .sh .bats
LOG_DRIVER      = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER   = $(LOG_DRIVER)
BATS_LOG_DRIVER = $(LOG_DRIVER)
BATS_LOG_COMPILER = $(SHELL) $(top_srcdir)/build-aux/run-bats.sh
AM_TESTS_ENVIRONMENT = OBIT='$(abs_top_builddir)/obit'; export OBIT; \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	LC_ALL=C.UTF-8 TZ=UTC0; export LC_ALL TZ; \
	CK_TIMEOUT_MULTIPLIER=10; export CK_TIMEOUT_MULTIPLIER;

check_LIBRARIES += libtest.a
libtest_a_SOURCES = %D%/lib/exchange.c %D%/lib/exchange.h \
	%D%/lib/segments.c %D%/lib/segments.h %D%/lib/unit.c %D%/lib/unit.h

# Conversations in text, and the captures made of them.
check_LIBRARIES += libflow.a
libflow_a_SOURCES = %D%/lib/flow.c %D%/lib/flow.h %D%/lib/wire.c \
	%D%/lib/wire.h %D%/lib/wire_file.c %D%/lib/wire_file.h \
	%D%/lib/wire_frame.c %D%/lib/wire_frame.h %D%/lib/wire_segment.c \
	%D%/lib/wire_segment.h

check_PROGRAMS += %D%/tools/flow2pcap
tests_tools_flow2pcap_LDADD = libflow.a $(base_libs)

unit_tests += tests/unit/test_flow_reader tests/unit/test_flow_split \
	tests/unit/test_wire_segment
tests_unit_test_flow_reader_LDADD = libflow.a libtest.a $(base_libs) \
	$(CHECK_LIBS)
tests_unit_test_flow_split_LDADD = libflow.a libtest.a $(http_libs) \
	$(CHECK_LIBS)
tests_unit_test_wire_segment_LDADD = libflow.a libtest.a $(base_libs) \
	$(CHECK_LIBS)
EXTRA_DIST += %D%/flows

# Every flow in every disguise.  update-expect rewrites the .expect files of
# the source tree; git diff is the review.
check_PROGRAMS += %D%/tools/run_flows
tests_tools_run_flows_SOURCES = %D%/tools/run_flows.c %D%/lib/flow_dump.c \
	%D%/lib/flow_dump.h
tests_tools_run_flows_LDADD = libflow.a $(capture_libs)
TESTS += %D%/tools/run_flows

update-expect: %D%/tools/run_flows
	top_srcdir='$(top_srcdir)' %D%/tools/run_flows --update
.PHONY: update-expect

# How many of three vendors' operations the shipped rules recognise.
check_PROGRAMS += %D%/tools/operations
tests_tools_operations_LDADD = $(deletion_libs)
dist_check_SCRIPTS += %D%/operations/measure.sh
TESTS += %D%/operations/measure.sh
EXTRA_DIST += %D%/operations/aws.tsv.gz %D%/operations/huawei.tsv.gz \
	%D%/operations/volcengine.tsv.gz

# A unit test links its own layer and the layers below it, nothing else:
# an upward dependency is a link error.
check_PROGRAMS += $(unit_tests)
TESTS          += $(unit_tests)

# Fuzz targets always build; without libFuzzer they replay their corpus.
check_PROGRAMS += $(fuzz_targets)
if FUZZERS
AM_LDFLAGS_FUZZ = -fsanitize=fuzzer
fuzz_driver     =
else
AM_LDFLAGS_FUZZ =
fuzz_driver     = tests/fuzz/replay_main.c
endif
TESTS += %D%/fuzz/replay-corpus.sh

static_checks = build-aux/check-layers.sh build-aux/check-readme.sh \
	build-aux/check-size.sh
dist_check_SCRIPTS += $(static_checks)
TESTS += $(static_checks)
TESTS += $(bats_tests)

# Whole-program properties.
e2e_tests = \
	%D%/e2e/chunks.sh \
	%D%/e2e/corpus.sh \
	%D%/e2e/disk.sh \
	%D%/e2e/evidence.sh \
	%D%/e2e/hostile.sh \
	%D%/e2e/kill-live.sh \
	%D%/e2e/kill.sh \
	%D%/e2e/memory.sh \
	%D%/e2e/planted.sh \
	%D%/e2e/parallel.sh \
	%D%/e2e/raw.sh \
	%D%/e2e/reconcile.sh \
	%D%/e2e/sdk.sh \
	%D%/e2e/secrets.sh \
	%D%/e2e/signals.sh \
	%D%/e2e/soak.sh \
	%D%/e2e/start.sh \
	%D%/e2e/signatures.sh \
	%D%/e2e/send_death.sh \
	%D%/e2e/send_disk.sh \
	%D%/e2e/send_follow.sh \
	%D%/e2e/send_kill.sh \
	%D%/e2e/send_loop.sh \
	%D%/e2e/send_order.sh
dist_check_SCRIPTS += $(e2e_tests)
TESTS += $(e2e_tests)
EXTRA_DIST += \
	%D%/archives \
	%D%/captures \
	%D%/e2e/corpus.py \
	%D%/e2e/damage.py \
	%D%/e2e/evidence.py \
	%D%/e2e/evidence_sweep.py \
	%D%/e2e/hostile.py \
	%D%/e2e/kill.py \
	%D%/e2e/memory.py \
	%D%/e2e/kill_live.py \
	%D%/e2e/obit.py \
	%D%/e2e/planted.py \
	%D%/e2e/parallel.py \
	%D%/e2e/raw.py \
	%D%/e2e/server.py \
	%D%/e2e/soak.py \
	%D%/e2e/start.py \
	%D%/e2e/reconcile.py \
	%D%/e2e/sdk.js \
	%D%/e2e/send_death.py \
	%D%/e2e/send_disk.py \
	%D%/e2e/send_follow.py \
	%D%/e2e/send_kill.py \
	%D%/e2e/send_order.py \
	%D%/e2e/sending.py \
	%D%/e2e/target.py

EXTRA_DIST += %D%/lib/live.bash %D%/lib/serve.bash %D%/tools/deleter.py
EXTRA_DIST += $(bats_tests) %D%/README.md %D%/fuzz/replay-corpus.sh \
	%D%/fuzz/corpus
