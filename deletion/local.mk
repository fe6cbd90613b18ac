noinst_LIBRARIES += libdeletion.a
libdeletion_a_SOURCES = %D%/builtin.h %D%/deletion.h %D%/glob.c %D%/glob.h \
	%D%/key.h %D%/mask.c %D%/mask.h %D%/names.c %D%/recogniser.h %D%/redact.c \
	%D%/principal.c %D%/redact.h %D%/redact_auth.c %D%/redact_body.c %D%/redact_head.c %D%/redact_json.c \
	%D%/redact_key.c %D%/redact_parts.h %D%/redact_text.c \
	%D%/redact_url.c %D%/redact_xml.c %D%/redactor.c %D%/rules.h \
	%D%/secret.c %D%/secret.h %D%/secret_name.c \
	%D%/key.h %D%/names.c %D%/recogniser.h %D%/redact.h %D%/rules.h \
	%D%/yaml.c %D%/yaml.h
nodist_libdeletion_a_SOURCES = %D%/builtin.c

deletion_libs = libdeletion.a $(http_libs) $(JANSSON_LIBS) $(EXPAT_LIBS) $(YAML_LIBS)

# One file per provider; the order of the names is the order of the rules.
rule_files = rules/00-defaults.yaml

EXTRA_DIST    += build-aux/embed.sh $(rule_files)
BUILT_SOURCES += %D%/builtin.c
CLEANFILES    += %D%/builtin.c
%D%/builtin.c: build-aux/embed.sh $(rule_files)
	$(AM_V_GEN)$(MKDIR_P) %D%
	$(AM_V_at)(cd $(srcdir) && build-aux/embed.sh $(rule_files)) > $@.tmp
	$(AM_V_at)mv $@.tmp $@

unit_tests += tests/unit/test_mask tests/unit/test_principal \
	tests/unit/test_redact tests/unit/test_redact_key \
	tests/unit/test_secret
tests_unit_test_mask_LDADD   = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_principal_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_redact_key_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_redact_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
tests_unit_test_secret_LDADD = libtest.a $(deletion_libs) $(CHECK_LIBS)
