noinst_LIBRARIES += libdeletion.a
libdeletion_a_SOURCES = \
	%D%/attempts.c \
	%D%/attempts.h \
	%D%/auth.c \
	%D%/auth.h \
	%D%/builtin.h \
	%D%/classify.c \
	%D%/classify.h \
	%D%/compile.c \
	%D%/compiler.h \
	%D%/content.c \
	%D%/content.h \
	%D%/deletion.c \
	%D%/deletion.h \
	%D%/dispatch.c \
	%D%/dispatch.h \
	%D%/explain.c \
	%D%/explain.h \
	%D%/extract.c \
	%D%/follower.c \
	%D%/follower.h \
	%D%/glob.c \
	%D%/glob.h \
	%D%/json.c \
	%D%/json.h \
	%D%/json_edit.c \
	%D%/json_edit.h \
	%D%/key.c \
	%D%/key.h \
	%D%/lever.c \
	%D%/lever.h \
	%D%/line.c \
	%D%/mask.c \
	%D%/mask.h \
	%D%/match.c \
	%D%/match.h \
	%D%/pending.c \
	%D%/pending.h \
	%D%/poll.c \
	%D%/poll.h \
	%D%/principal.c \
	%D%/recogniser.c \
	%D%/recogniser.h \
	%D%/redact.c \
	%D%/redact.h \
	%D%/redact_auth.c \
	%D%/redact_body.c \
	%D%/redact_head.c \
	%D%/redact_json.c \
	%D%/redact_key.c \
	%D%/redact_mask.c \
	%D%/redact_name.c \
	%D%/redact_parts.h \
	%D%/redact_path.c \
	%D%/redact_reading.c \
	%D%/redact_text.c \
	%D%/redact_url.c \
	%D%/redact_watch.c \
	%D%/redact_xml.c \
	%D%/redactor.c \
	%D%/rule.h \
	%D%/rules.c \
	%D%/rules.h \
	%D%/secret.c \
	%D%/secret.h \
	%D%/secret_bytes.h \
	%D%/secret_hint.c \
	%D%/secret_issued.c \
	%D%/secret_name.c \
	%D%/source.c \
	%D%/subject.c \
	%D%/subject.h \
	%D%/subject_body.c \
	%D%/trace.c \
	%D%/trace.h \
	%D%/tree.c \
	%D%/tree_diff.c \
	%D%/tree_diff.h \
	%D%/tree.h \
	%D%/where.c %D%/where.h %D%/where_path.c \
	%D%/xml.c \
	%D%/xml.h \
	%D%/yaml.c \
	%D%/yaml.h
nodist_libdeletion_a_SOURCES = %D%/builtin.c

deletion_libs = libdeletion.a $(http_libs) $(JANSSON_LIBS) $(EXPAT_LIBS) $(YAML_LIBS)

# One file per provider; the order of the names is the order of the rules.
rule_files = \
	rules/00-defaults.yaml \
	rules/10-huawei.yaml \
	rules/11-volcengine.yaml \
	rules/20-aws.yaml \
	rules/21-alibaba.yaml \
	rules/22-tencent.yaml \
	rules/23-azure.yaml \
	rules/24-google.yaml \
	rules/25-ctyun.yaml \
	rules/30-kubernetes.yaml \
	rules/31-openstack.yaml \
	rules/32-elasticsearch.yaml \
	rules/33-graphql.yaml \
	rules/90-generic.yaml

EXTRA_DIST    += build-aux/embed.sh $(rule_files)
BUILT_SOURCES += %D%/builtin.c
CLEANFILES    += %D%/builtin.c
%D%/builtin.c: build-aux/embed.sh $(rule_files)
	$(AM_V_GEN)$(MKDIR_P) %D%
	$(AM_V_at)(cd $(srcdir) && build-aux/embed.sh $(rule_files)) > $@.tmp
	$(AM_V_at)mv $@.tmp $@

unit_tests += tests/unit/test_attempts
tests_unit_test_attempts_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_follower tests/unit/test_json_edit \
	tests/unit/test_lever
tests_unit_test_follower_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_json_edit_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_lever_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_content tests/unit/test_tree_diff
tests_unit_test_content_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_tree_diff_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_explain
tests_unit_test_explain_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_follow_ups
tests_unit_test_follow_ups_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_glob
tests_unit_test_glob_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_hostile
tests_unit_test_hostile_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_providers
tests_unit_test_providers_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_recognise
tests_unit_test_recognise_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_synthetic
tests_unit_test_synthetic_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
EXTRA_DIST += tests/synthetic

# A measurement, not a test: make bench/recognise.
EXTRA_PROGRAMS += bench/recognise
bench_recognise_SOURCES = bench/recognise.c
bench_recognise_LDADD   = $(deletion_libs)

unit_tests += tests/unit/test_rules tests/unit/test_tree
tests_unit_test_rules_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_tree_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_seeds
tests_unit_test_seeds_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_key tests/unit/test_mask \
	tests/unit/test_principal tests/unit/test_redact \
	tests/unit/test_redact_key tests/unit/test_redact_reading \
	tests/unit/test_redact_nested tests/unit/test_redact_signed \
	tests/unit/test_secret tests/unit/test_where
tests_unit_test_redact_reading_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_redact_nested_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_redact_signed_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_where_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_key_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_mask_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_principal_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_redact_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_redact_key_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_secret_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)

fuzz_targets += tests/fuzz/fuzz_redact
tests_fuzz_fuzz_redact_SOURCES = tests/fuzz/fuzz_redact.c $(fuzz_driver)
tests_fuzz_fuzz_redact_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_redact_LDADD   = $(deletion_libs)
fuzz_targets += tests/fuzz/fuzz_rules
tests_fuzz_fuzz_rules_SOURCES = tests/fuzz/fuzz_rules.c $(fuzz_driver)
tests_fuzz_fuzz_rules_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_rules_LDADD   = $(deletion_libs)
fuzz_targets += tests/fuzz/fuzz_recognise
tests_fuzz_fuzz_recognise_SOURCES = tests/fuzz/fuzz_recognise.c \
	tests/lib/fuzz_exchange.c tests/lib/fuzz_exchange.h $(fuzz_driver)
tests_fuzz_fuzz_recognise_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_recognise_LDADD   = $(deletion_libs)
fuzz_targets += tests/fuzz/fuzz_classify
tests_fuzz_fuzz_classify_SOURCES = tests/fuzz/fuzz_classify.c \
	tests/lib/fuzz_exchange.c tests/lib/fuzz_exchange.h $(fuzz_driver)
tests_fuzz_fuzz_classify_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_classify_LDADD   = $(deletion_libs)
