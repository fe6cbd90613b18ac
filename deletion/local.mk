noinst_LIBRARIES += libdeletion.a
libdeletion_a_SOURCES = %D%/deletion.h %D%/key.h %D%/names.c %D%/recogniser.h \
	%D%/redact.h %D%/rules.h

deletion_libs = libdeletion.a $(http_libs) $(JANSSON_LIBS) $(EXPAT_LIBS) $(YAML_LIBS)
