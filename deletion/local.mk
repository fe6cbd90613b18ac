noinst_LIBRARIES += libdeletion.a
libdeletion_a_SOURCES = %D%/builtin.h %D%/deletion.h %D%/glob.c %D%/glob.h \
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
