#!/usr/bin/env bash
# Runs every benchmark once, in turn, and shows what it says. The reports under bench/reports are written from such runs;
# compare ratios within one run, on a machine that does nothing else. The peers need Debian's python3-sklearn and python3-pandas;
# bench/Serving.Load says what it needs. bench/Serving.Load/soak.py, ten minutes long, is run by itself.
# usage: bench/run.sh [CONFIGURATION]
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

run() {
  local project=$1
  shift
  printf '\n== %s %s\n' "$project" "$*"
  dotnet run -c "$configuration" --no-build --project "bench/$project" -- "$@"
}

peer() {
  local script=$1
  shift
  if /usr/bin/python3 -c 'import sklearn, pandas' 2>/dev/null; then
    printf '\n== %s\n' "$script"
    OMP_NUM_THREADS=1 /usr/bin/python3 "$script" "$@"
  else
    echo "-- $script left out: python3-sklearn and python3-pandas are not installed"
  fi
}

mkdir -p "$folder/csv"
run LocalHost.Benchmarks --durable
run Storage.Benchmarks "$folder"
run Core.Benchmarks --predict-cpu
run Core.Benchmarks --log "$folder"
run Core.Benchmarks --metrics-cpu
run Onnx.Benchmarks interleaved
run Data.Benchmarks "$folder/csv" 60
peer bench/Data.Benchmarks/read_csv.py "$folder/csv"
run Data.Benchmarks expectations "$folder/csv" 1000000
peer bench/Data.Benchmarks/check_expectations.py "$folder/csv"
run AbTesting.Simulations "$folder"
run Learning.Benchmarks 20000
peer bench/Learning.Benchmarks/compare.py speed
peer bench/Learning.Benchmarks/compare.py quality
peer bench/Learning.Benchmarks/compare.py scaling
if /usr/bin/python3 -c 'import optuna' 2>/dev/null; then
  peer bench/Search.Benchmarks/compare.py
else
  echo "-- bench/Search.Benchmarks/compare.py left out: python3-optuna is not installed"
fi
printf '\n== bench/Serving.Load\n'
/usr/bin/python3 bench/Serving.Load/compare.py || echo "-- bench/Serving.Load/compare.py left out"
bench/start.sh 7
