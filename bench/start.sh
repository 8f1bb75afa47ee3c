#!/usr/bin/env bash
# Measures how fast LocalHost is ready and how much memory it holds idle, and writes bench/reports/start.md.
#
#   bench/start.sh [runs]
#
# Ready means that /readyz answers 200; the clock starts before the process does. A first start makes the data folder, a later
# one finds it. Idle memory is the resident set 10 s after the last start, with no request since.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-7}
url=http://127.0.0.1:7391
host=artifacts/bin/LocalHost/release/Mlops.LocalHost.dll
report=bench/reports/start.md

dotnet build src/LocalHost -c Release -v q --nologo -clp:NoSummary >/dev/null
folder=$(mktemp -d)
pid=
trap 'if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT

milliseconds() { echo $(( $(date +%s%N) / 1000000 )); }

start() { # data folder -> sets pid and took
    local begun
    begun=$(milliseconds)
    dotnet "$host" --urls "$url" --data "$1" >"$folder/log" 2>&1 &
    pid=$!
    until curl -sf -o /dev/null "$url/readyz"; do
        kill -0 "$pid" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
        sleep 0.01
    done
    took=$(( $(milliseconds) - begun ))
}

stop() {
    kill "$pid"
    wait "$pid" || true
    pid=
}

median() { printf '%s\n' "$@" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

first=() later=()
for run in $(seq "$runs"); do
    start "$folder/data-$run"
    first+=("$took")
    stop
    start "$folder/data-$run"
    later+=("$took")
    if [ "$run" -lt "$runs" ]; then stop; fi
done
sleep 10
resident=$(awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$pid/status")
stop

cat >"$report" <<EOF
# LocalHost: start and idle memory

Made by \`bench/start.sh $runs\`: $(nproc) cores, $(uname -m), .NET $(dotnet --version), Release, load average $(cut -d' ' -f1 /proc/loadavg) at the end.

| measure | target | median | all runs |
|---|---|---|---|
| first start to ready (new data folder) | 2,000 ms | $(median "${first[@]}") ms | ${first[*]} |
| later start to ready | 2,000 ms | $(median "${later[@]}") ms | ${later[*]} |
| resident memory, idle | 150 MB | $resident MB | |

Ready means that \`/readyz\` answers 200, measured from before the process is started.
EOF
cat "$report"
