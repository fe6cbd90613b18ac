noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	%D%/checkpoint.c %D%/checkpoint.h \
	%D%/columns.c %D%/columns.h \
	%D%/compact.c %D%/compact.h \
	%D%/copy.c %D%/copy.h \
	%D%/counts.c %D%/counts.h \
	%D%/cursor.c \
	%D%/db.c %D%/db.h \
	%D%/deflate.c %D%/deflate.h \
	%D%/file.c %D%/file.h \
	%D%/forms.c %D%/forms.h \
	%D%/fresh.c %D%/fresh.h \
	%D%/handle.h \
	%D%/hex.c %D%/hex.h \
	%D%/inclusion.c %D%/inclusion.h \
	%D%/index_check.c %D%/index_check.h \
	%D%/learn.c %D%/learn.h \
	%D%/leaf.c %D%/leaf.h \
	%D%/merge.c %D%/merge.h \
	%D%/lookup.c %D%/lookup.h \
	%D%/merkle.c %D%/merkle.h \
	%D%/note.c %D%/note.h \
	%D%/number.h \
	%D%/origin.c %D%/origin.h \
	%D%/orphans.c %D%/orphans.h \
	%D%/pack.c %D%/pack.h \
	%D%/parts.c %D%/parts.h \
	%D%/profile.c %D%/profile.h \
	%D%/proof.c %D%/proof.h \
	%D%/prove.c %D%/prove.h \
	%D%/purge.c %D%/purge.h \
	%D%/reader.c %D%/reader.h \
	%D%/row.h \
	%D%/sent.c %D%/sent.h \
	%D%/schema.c %D%/schema.h %D%/schema_sql.h \
	%D%/sign.c %D%/sign.h \
	%D%/slot.c %D%/slot.h \
	%D%/sql.c %D%/sql.h \
	%D%/squeeze.c %D%/squeeze.h \
	%D%/stats.c %D%/stats.h \
	%D%/store.c %D%/store.h \
	%D%/suspect.c %D%/suspect.h \
	%D%/template.c %D%/template.h \
	%D%/token.c %D%/token.h \
	%D%/train.c %D%/train.h \
	%D%/treetop.c %D%/treetop.h \
	%D%/unsqueeze.c %D%/unsqueeze.h \
	%D%/verify.c %D%/verify.h \
	%D%/version_1.c %D%/version_1.h \
	%D%/words.c %D%/words.h \
	%D%/writer.c %D%/writer.h

nodist_libstore_a_SOURCES = %D%/schema_sql.c %D%/queries.h

# The SQL, as text that people read, compiled in.
schema_files   = %D%/schema_1.sql %D%/schema_2.sql
EXTRA_DIST    += build-aux/embed-queries.sh %D%/queries.sql $(schema_files)
BUILT_SOURCES += %D%/schema_sql.c %D%/queries.h
CLEANFILES    += %D%/schema_sql.c %D%/queries.h

%D%/schema_sql.c: build-aux/embed-text.sh $(schema_files)
	$(AM_V_at)$(MKDIR_P) %D%
	$(AM_V_GEN)(cd $(srcdir) && build-aux/embed-text.sh \
		%D%/schema_sql.h $(schema_files)) > $@.tmp
	$(AM_V_at)mv $@.tmp $@

%D%/queries.h: build-aux/embed-queries.sh %D%/queries.sql
	$(AM_V_at)$(MKDIR_P) %D%
	$(AM_V_GEN)$(srcdir)/build-aux/embed-queries.sh \
		$(srcdir)/%D%/queries.sql > $@.tmp
	$(AM_V_at)mv $@.tmp $@

# Also where a single target is made before the rest.
$(libstore_a_OBJECTS): %D%/queries.h
tests/unit/test_compact.$(OBJEXT) tests/unit/test_learn.$(OBJEXT) \
	tests/unit/test_lookup.$(OBJEXT) tests/unit/test_slot.$(OBJEXT) \
	tests/unit/test_template.$(OBJEXT): %D%/queries.h

store_libs = libstore.a $(deletion_libs) $(SQLITE_LIBS)

unit_tests += tests/unit/test_deflate tests/unit/test_inclusion \
	tests/unit/test_leaf tests/unit/test_merkle tests/unit/test_note \
	tests/unit/test_sign tests/unit/test_train
tests_unit_test_inclusion_LDADD = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_note_LDADD    = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_sign_LDADD    = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_deflate_LDADD = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_leaf_LDADD    = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_train_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_merkle_LDADD  = libtest.a $(store_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_forms tests/unit/test_parts tests/unit/test_profile
tests_unit_test_forms_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_parts_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_profile_LDADD = libtest.a $(store_libs) $(CHECK_LIBS)
tests/unit/test_forms.$(OBJEXT) tests/unit/test_parts.$(OBJEXT) \
	tests/unit/test_profile.$(OBJEXT): %D%/queries.h

unit_tests += tests/unit/test_compact tests/unit/test_learn \
	tests/unit/test_slot tests/unit/test_template tests/unit/test_token
tests_unit_test_learn_LDADD    = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_slot_LDADD     = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_token_LDADD    = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_compact_LDADD  = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_template_LDADD = libtest.a $(store_libs) $(CHECK_LIBS)

# Exchanges that the archive's tests share.
store_samples = tests/lib/folder.c tests/lib/folder.h tests/lib/sample.c \
	tests/lib/sample.h

unit_tests += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c $(store_samples)
tests_unit_test_store_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_lookup
tests_unit_test_lookup_SOURCES = tests/unit/test_lookup.c $(store_samples)
tests_unit_test_lookup_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_index_check
tests_unit_test_index_check_SOURCES = tests/unit/test_index_check.c $(store_samples)
tests_unit_test_index_check_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
tests/unit/test_index_check.$(OBJEXT): %D%/queries.h
unit_tests += tests/unit/test_verify
tests_unit_test_verify_SOURCES = tests/unit/test_verify.c $(store_samples)
tests_unit_test_verify_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_merge
tests_unit_test_merge_SOURCES = tests/unit/test_merge.c $(store_samples)
tests_unit_test_merge_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_fresh
tests_unit_test_fresh_SOURCES = tests/unit/test_fresh.c $(store_samples)
tests_unit_test_fresh_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_store_hostile
tests_unit_test_store_hostile_SOURCES = tests/unit/test_store_hostile.c $(store_samples)
tests_unit_test_store_hostile_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
unit_tests += tests/unit/test_store_fail
tests_unit_test_store_fail_SOURCES = tests/unit/test_store_fail.c $(store_samples) \
	tests/lib/batches.c tests/lib/batches.h tests/lib/vfs_fail.c tests/lib/vfs_fail.h \
	tests/lib/vfs_shim.c tests/lib/vfs_shim.h
tests_unit_test_store_fail_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_store_power
tests_unit_test_store_power_SOURCES = tests/unit/test_store_power.c $(store_samples) \
	tests/lib/batches.c tests/lib/batches.h tests/lib/vfs_power.c tests/lib/vfs_power.h \
	tests/lib/vfs_shim.c tests/lib/vfs_shim.h
tests_unit_test_store_power_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)

# A measurement, not a test: see bench/README.md.
EXTRA_DIST += bench/archive.sh bench/archive_peers.py bench/archive_cold.py
EXTRA_PROGRAMS += bench/archive
bench_archive_SOURCES = bench/archive.c
bench_archive_LDADD   = $(store_libs)

fuzz_targets += tests/fuzz/fuzz_archive
tests_fuzz_fuzz_archive_SOURCES = tests/fuzz/fuzz_archive.c tests/lib/fuzz_archive.c \
	tests/lib/fuzz_archive.h $(store_samples) $(fuzz_driver)
tests_fuzz_fuzz_archive_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_archive_LDADD   = $(store_libs) $(CHECK_LIBS)

fuzz_targets += tests/fuzz/fuzz_rows
tests_fuzz_fuzz_rows_SOURCES = tests/fuzz/fuzz_rows.c tests/lib/fuzz_archive.c \
	tests/lib/fuzz_archive.h $(store_samples) $(fuzz_driver)
tests_fuzz_fuzz_rows_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_rows_LDADD   = $(store_libs) $(CHECK_LIBS)

fuzz_targets += tests/fuzz/fuzz_proof
tests_fuzz_fuzz_proof_SOURCES = tests/fuzz/fuzz_proof.c $(fuzz_driver)
tests_fuzz_fuzz_proof_LDFLAGS = $(AM_LDFLAGS_FUZZ)
tests_fuzz_fuzz_proof_LDADD   = $(store_libs)

unit_tests += tests/unit/test_copy tests/unit/test_purge
tests_unit_test_copy_SOURCES = tests/unit/test_copy.c $(store_samples)
tests_unit_test_copy_LDADD   = libtest.a $(store_libs) $(CHECK_LIBS)
tests_unit_test_purge_LDADD  = libtest.a $(store_libs) $(CHECK_LIBS)

unit_tests += tests/unit/test_sent
tests_unit_test_sent_SOURCES = tests/unit/test_sent.c tests/lib/folder.c \
	tests/lib/folder.h
tests_unit_test_sent_LDADD = libtest.a $(store_libs) $(CHECK_LIBS)
