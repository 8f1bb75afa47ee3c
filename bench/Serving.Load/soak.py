"""Ten minutes at 80 % of the most that LocalHost takes, while models are promoted, rolled back and endpoints reconfigured.

usage: soak.py [--minutes 10] [--every 5] [--report FILE]

Fails unless every request was answered with 200, and memory is after the last five minutes what it was before them.
"""
import argparse
import itertools
import os
import pathlib
import statistics
import sys
import tempfile
import threading
import time

import servers

CONNECTIONS = 64
SHARE = 0.8
GROWTH = 1.03
PORT = 18_094

ARMS = [{"name": "steady", "model": "lr", "version": 1}, {"name": "next", "model": "lr", "alias": "champion"}]
POLICIES = [
    {"kind": "fixed", "arms": [{"name": "main", "model": "lr", "alias": "champion"}]},
    {"kind": "canary", "arms": [{**ARMS[0], "weight": 0.9}, {**ARMS[1], "weight": 0.1}]},
    {"kind": "abTest", "arms": ARMS, "salt": "soak"},
    {"kind": "bandit", "arms": ARMS, "bandit": {"algorithm": "thompson", "floor": 0.1}},
    {"kind": "fixed", "arms": [ARMS[0]], "shadow": {"model": "lr", "version": 2, "share": 0.2}},
]


def changes(ours):
    """Without end: a promotion, a new policy, a roll-back, the next policy."""
    for policy in itertools.cycle(POLICIES):
        for version in (2, 1):
            yield f"champion is version {version}", lambda: servers.call(
                f"{ours.url}/api/v1/models/lr/aliases/champion", "PUT", {"version": version})
            yield f"policy {policy['kind']}", lambda: servers.call(f"{ours.url}/api/v1/endpoints/lr", "PUT", {"policy": policy})


class Changes(threading.Thread):
    """Changes something every so often until it is told to end."""

    def __init__(self, ours, every):
        super().__init__(daemon=True)
        self.every, self.done, self.faults = every, 0, []
        self._following, self._end = changes(ours), threading.Event()

    def run(self):
        due = time.monotonic()
        while not self._end.is_set():
            _, change = next(self._following)
            try:
                change()
                self.done += 1
            except RuntimeError as fault:
                self.faults.append(str(fault))
            due += self.every
            self._end.wait(max(0, due - time.monotonic()))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self.join()


def pace(load, ours):
    """Connections and pause with which the load is the wanted share of the most, policies changing all the while: some cost more."""
    # Until the runtime has compiled what is hot for good, the most is not the most.
    load.run(ours, CONNECTIONS, 20)
    with Changes(ours, every=1):
        most = load.run(ours, CONNECTIONS, 20)["rate"]
        pause, connections = 4, CONNECTIONS
        for _ in range(4):
            rate = load.run(ours, connections, 10, pause)["rate"]
            connections = max(1, round(connections * SHARE * most / rate))
    return most, connections, pause


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--every", type=float, default=5)
    arguments.add_argument("--report", type=pathlib.Path, default=servers.ROOT / "bench/reports/serving-soak.md")
    asked = arguments.parse_args()
    if not 0 < asked.minutes <= 30:
        sys.exit("expected at most 30 minutes")
    if absent := servers.missing():
        sys.exit("missing: " + "; ".join(absent))

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        golden = servers.train(folder)
        with servers.Ours(PORT, folder) as ours:
            ours.register("lr")
            servers.call(f"{ours.url}/api/v1/models/lr/aliases/champion", "PUT", {"version": 1})
            load = servers.Load(folder, servers.OURS[1], "lr", 1, golden, 256)
            most, connections, pause = pace(load, ours)
            print(f"most {most:,.0f} requests/s; {connections} connections with a pause of {pause} ms", flush=True)
            seconds = int(asked.minutes * 60)
            result, memory = {}, []
            begun = time.monotonic()
            under_load = threading.Thread(target=lambda: result.update(load.run(ours, connections, seconds, pause)))
            with Changes(ours, asked.every) as change:
                under_load.start()
                while under_load.is_alive():
                    memory.append((time.monotonic() - begun, ours.resident_bytes()))
                    if len(memory) % 60 == 0:
                        print(f"{memory[-1][0]:5.0f} s, {change.done} changes, {memory[-1][1] / 1e6:,.0f} MB", flush=True)
                    time.sleep(1)
            done, faults = change.done, change.faults
            failed = int(result["refused"] + result["broken"])
            versions = {version: ours.metric("mlops_prediction_requests_total", version=version, status=200) for version in (1, 2)}
            logged = {outcome: ours.metric("mlops_prediction_log_records_total", outcome=outcome) for outcome in ("written", "dropped")}

    def median(begin, end):
        return statistics.median(size for at, size in memory if begin <= at <= end)

    middle = seconds / 2
    first, last = median(middle, middle + seconds / 10), median(seconds - seconds / 10, seconds)
    grew = last / first
    minutes = "\n".join(
        f"| {minute + 1} | {median(minute * 60, (minute + 1) * 60) / 1e6:,.0f} MB |" for minute in range(int(asked.minutes)))
    told = f"""# Serving while everything changes

Made by `bench/Serving.Load/soak.py --minutes {asked.minutes:g} --every {asked.every:g}`: {os.cpu_count()} cores, the load generator's share included.
Single rows in V2's JSON on {connections} connections: {result['rate']:,.0f} requests/s, {result['rate'] / most:.0%} of the {most:,.0f} that it takes without pause while policies change.
Every {asked.every:g} s one change: champion to version 2, another policy (fixed, canary, A/B, bandit, shadow), champion back to version 1, the next policy.

| what | |
|---|--:|
| requests | {result['requests']:,.0f} |
| failed or broken off | {failed} |
| changes | {done}, {len(faults)} failed |
| answered by version 1, 2 | {versions[1]:,.0f}, {versions[2]:,.0f} |
| p50, p99, longest | {result['p50']:.2f}, {result['p99']:.2f}, {result['max']:.0f} ms |
| CPU a request | {result['cpu']:,.0f} µs |
| records in the prediction log, dropped | {logged['written']:,.0f}, {logged['dropped']:,.0f} |
| resident memory, middle and end | {first / 1e6:,.0f} MB, {last / 1e6:,.0f} MB ({grew:.3f} ×) |

| minute | resident memory, median |
|--:|--:|
{minutes}
"""
    asked.report.write_text(told)
    print(told)
    if faults:
        print("\n".join(faults[:5]), file=sys.stderr)
    if failed or faults or grew > GROWTH:
        sys.exit("not as it should be: a failed request or change, or memory that grew")


main()
