"""Ten minutes at 80 % of the most that LocalHost takes, while models are promoted, rolled back and endpoints reconfigured.

usage: soak.py [--minutes 10] [--every 5] [--report FILE]

Fails unless every request was answered with 200, and memory is at the end what it was in the middle; of fewer than ten
minutes, in which it has not settled, the latter is only told.
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
PACED_CONNECTIONS = 256  # they wait between their requests
SHARE = 0.8
GROWTH = 1.03
SETTLED = 10  # minutes
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


class Repeating(threading.Thread):
    """Takes a step every so many seconds, within `with`."""

    def __init__(self, every):
        super().__init__(daemon=True)
        self._every, self._end = every, threading.Event()

    def step(self):
        raise NotImplementedError

    def run(self):
        due = time.monotonic()
        while not self._end.is_set():
            self.step()
            due += self._every
            self._end.wait(max(0, due - time.monotonic()))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self.join()


class Changes(Repeating):
    """Changes something each time."""

    def __init__(self, ours, every):
        super().__init__(every)
        self.done, self.faults = 0, []
        self._following = changes(ours)

    def step(self):
        _, change = next(self._following)
        try:
            change()
            self.done += 1
        except RuntimeError as fault:
            self.faults.append(str(fault))


class Memory(Repeating):
    """Notes the resident memory each second."""

    def __init__(self, ours):
        super().__init__(every=1)
        self._ours, self._sizes = ours, []

    def step(self):
        self._sizes.append(self._ours.resident_bytes())

    @property
    def median(self):
        return statistics.median(self._sizes)


def most(load, ours):
    """Requests a second that it takes without pause while policies change all the while: some cost more."""
    # Until the runtime has compiled what is hot for good, the most is not the most.
    load.run(ours, CONNECTIONS, 20)
    with Changes(ours, every=1):
        return statistics.median(load.run(ours, CONNECTIONS, 10)["rate"] for _ in range(3))


def minute(load, ours, rate):
    """What came of a minute of load, with memory: resident, and what the runtime's own heap has of it."""
    with Memory(ours) as memory:
        result = load.run(ours, PACED_CONNECTIONS, 60, rate)
    heap = ours.metric("dotnet_gc_last_collection_memory_committed_size_bytes")
    return {**result, "memory": memory.median, "heap": heap}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=int, default=10)
    arguments.add_argument("--every", type=float, default=5)
    arguments.add_argument("--report", type=pathlib.Path, default=servers.ROOT / "bench/reports/serving-soak.md")
    asked = arguments.parse_args()
    if not 2 <= asked.minutes <= 60:
        sys.exit("expected 2 to 60 minutes")
    if absent := servers.missing():
        sys.exit("missing: " + "; ".join(absent))

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        golden = servers.train(folder)
        with servers.Ours(PORT, folder) as ours:
            ours.register("lr")
            servers.call(f"{ours.url}/api/v1/models/lr/aliases/champion", "PUT", {"version": 1})
            load = servers.Load(folder, servers.OURS[1], "lr", 1, golden, 256)
            highest = most(load, ours)
            print(f"most {highest:,.0f} requests/s", flush=True)
            minutes = []
            with Changes(ours, asked.every) as change:
                while len(minutes) < asked.minutes:
                    minutes.append(minute(load, ours, SHARE * highest))
                    last = minutes[-1]
                    print(f"minute {len(minutes)}: {last['rate']:,.0f} requests/s, {change.done} changes, "
                          f"{last['memory'] / 1e6:,.0f} MB, {last['heap'] / 1e6:,.0f} MB of it managed", flush=True)
            done, faults = change.done, change.faults
            versions = {version: ours.metric("mlops_prediction_requests_total", version=version, status=200) for version in (1, 2)}
            logged = {outcome: ours.metric("mlops_prediction_log_records_total", outcome=outcome) for outcome in ("written", "dropped")}

    requests = sum(one["requests"] for one in minutes)
    failed = int(sum(one["refused"] + one["broken"] for one in minutes))
    rate = requests / sum(one["seconds"] for one in minutes)
    cpu = sum(one["cpu"] * one["requests"] for one in minutes) / requests
    middle, end = minutes[len(minutes) // 2 - 1]["memory"], minutes[-1]["memory"]
    rows = "\n".join(
        f"| {number} | {one['rate']:,.0f} | {one['p50']:.2f} | {one['p99']:.2f} | {one['max']:.0f} "
        f"| {one['memory'] / 1e6:,.0f} MB | {one['heap'] / 1e6:,.0f} MB |"
        for number, one in enumerate(minutes, 1))
    told = f"""# Serving while everything changes

Made by `bench/Serving.Load/soak.py --minutes {asked.minutes} --every {asked.every:g}`: {os.cpu_count()} cores, the load generator's share included.
Single rows in V2's JSON: {rate:,.0f} requests/s, {rate / highest:.0%} of the {highest:,.0f} that it takes on {CONNECTIONS} connections without pause while policies change; {SHARE:.0%} were asked, on {PACED_CONNECTIONS} connections.
Every {asked.every:g} s one change: champion to version 2, another policy (fixed, canary, A/B, bandit, shadow), champion back to version 1, the next policy.

| what | |
|---|--:|
| requests | {requests:,.0f} |
| failed or broken off | {failed} |
| changes | {done}, {len(faults)} failed |
| answered by version 1, 2, warming up included | {versions[1]:,.0f}, {versions[2]:,.0f} |
| CPU a request | {cpu:,.0f} µs |
| records in the prediction log, dropped | {logged['written']:,.0f}, {logged['dropped']:,.0f} |
| resident memory, middle and end | {middle / 1e6:,.0f} MB, {end / 1e6:,.0f} MB ({end / middle:.3f} ×) |

| minute | requests/s | p50, ms | p99, ms | longest, ms | resident memory, median | of it managed |
|--:|--:|--:|--:|--:|--:|--:|
{rows}
"""
    asked.report.write_text(told)
    print(told)
    if faults:
        print("\n".join(faults[:5]), file=sys.stderr)
    if failed or faults or (asked.minutes >= SETTLED and end / middle > GROWTH):
        sys.exit("not as it should be: a failed request or change, or memory that grew")


main()
