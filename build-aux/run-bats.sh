#!/bin/sh
# Run a bats file, or skip it where there is no bats.  Asked at the time of
# the test: bats may have been installed since configure ran.
command -v bats >/dev/null || { echo "1..0 # SKIP no bats"; exit 0; }
exec bats --tap "$@"
