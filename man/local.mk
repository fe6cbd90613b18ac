dist_man_MANS += \
	%D%/obit.1 \
	%D%/obit-archive.5 \
	%D%/obit-audit.1 \
	%D%/obit-capture.1 \
	%D%/obit-diff.1 \
	%D%/obit-gotest.7 \
	%D%/obit-junit.7 \
	%D%/obit-ls.1 \
	%D%/obit-merge.1 \
	%D%/obit-plan.1 \
	%D%/obit-prove.1 \
	%D%/obit-purge.1 \
	%D%/obit-pytest.7 \
	%D%/obit-redact.1 \
	%D%/obit-rules.1 \
	%D%/obit-rules.5 \
	%D%/obit-sdk.7 \
	%D%/obit-seal.1 \
	%D%/obit-send.1 \
	%D%/obit-serve.1 \
	%D%/obit-show.1 \
	%D%/obit-stats.1 \
	%D%/obit-testing.7 \
	%D%/obit-verify.1

dist_check_SCRIPTS += build-aux/check-man.sh
TESTS += build-aux/check-man.sh
