#!/usr/bin/env bash
# Runs every test project and closes with one line: N passed, N failed, N skipped.
# usage: build/test.sh CONFIGURATION [--coverage]
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
options=(-c "$configuration" --no-build --nologo --results-directory "$results")
if [ "${2:-}" = "--coverage" ]; then
  options+=(--collect "Code Coverage;Format=cobertura")
fi

failed_projects=0
dotnet test MlopsFunctions.sln "${options[@]}" 2>&1 | tee "$results/output.txt" || failed_projects=1
if [ "${2:-}" = "--coverage" ]; then
  node build/coverage.mjs "$results"
fi

awk -v failed_projects="$failed_projects" '
  /(Passed|Failed|Skipped)! +- Failed:/ {
    for (i = 1; i <= NF; i++) {
      if ($i == "Failed:") failed += $(i + 1)
      if ($i == "Passed:") passed += $(i + 1)
      if ($i == "Skipped:") skipped += $(i + 1)
    }
  }
  END {
    # A test process that dies reports no failed test; it is one all the same.
    if (failed_projects && failed == 0) failed = 1
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit (failed > 0 || passed == 0)
  }' "$results/output.txt"
