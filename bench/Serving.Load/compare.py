"""Measures LocalHost beside FastAPI with scikit-learn and fastify with ONNX Runtime: the same models, rows, machine and minutes.

usage: compare.py [--seconds 2] [--rounds 3] [--report FILE]

The servers take turns in each round, so that what else the machine does hits all of them; medians are told. Every server is
first checked against scikit-learn's probabilities. Only this machine is asked.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import servers

# model, rows in a body, connections, different bodies
CASES = [(model, rows, connections, turns)
         for rows, turns in ((1, 256), (32, 16), (1_024, 2))
         for model in ("lr", "rf")
         for connections in (1, 8, 64)]
CASES += [(model, 1_024, 4, 2) for model in ("lr", "rf")]
CASES += [("text", 1, connections, 256) for connections in (1, 8, 64)]
MODELS = {"lr": "logistic regression", "rf": "random forest of 100 trees"}
# What is aimed for: model, rows, connections; how many times the requests of FastAPI (one worker) and of fastify
AIMS = [("lr", 1, 8, 12, 2), ("lr", 1, 64, 15, 1.8), ("rf", 1, 8, 100, 2.5), ("lr", 1_024, 4, 100, 5), ("rf", 1_024, 4, 50, 5),
        ("text", 1, 8, 15, None)]
BARE_FORMS = {1: servers.BARE_FORM, 1_024: servers.BARE_BINARY}
CPU_AIM, P99_AIM, BINARY_AIM, MEMORY_AIM = 40, 0.5, 20, 160
TITLES = {**MODELS, "text": "sentiment of a text"}


def measure(case, contestants, golden, folder, seconds, rounds):
    model, rows, connections, turns = case
    loads = [servers.Load(folder, form, model, rows, golden, turns) for _, form in contestants]
    results = [[] for _ in contestants]
    for turn in range(-1, rounds):
        for (server, _), load, seen in zip(contestants, loads, results):
            result = load.run(server, connections, 1 if turn < 0 else seconds)
            if turn >= 0:
                seen.append(result)
    return [{key: statistics.median(result[key] for result in seen) for key in seen[0]} for seen in results]


def row(name, result, first, second, rows):
    bad = int(result["refused"] + result["broken"])
    of_second = f"{result['rate'] / second:.1f} ×" if second else ""
    return (f"| {name} | {result['rate']:,.0f} | {result['rate'] * rows:,.0f} | {result['p50']:.2f} | {result['p99']:.2f} | "
            f"{result['cpu']:,.0f} | {result['rate'] / first:.1f} × | {of_second} | {bad} |")


def titled(model, rows, connections):
    return f"{TITLES[model].capitalize()}, {rows:,} row{'s' if rows > 1 else ''}, {connections} connection{'s' if connections > 1 else ''}"


def aims(told, resident):
    """What was aimed for and what came of it, from results by case and then by server and form."""
    lines = ["| case | aimed for | measured | |", "|---|---|---|---|"]

    def add(case, aim, value, unit, is_met):
        lines.append(f"| {case} | {aim} | {value:,.{0 if value >= 20 else 2}f} {unit} | {'met' if is_met else '**missed**'} |")

    def rate(case, server):
        return told[case][server]["rate"]

    for *case, first, second in AIMS:
        case = tuple(case)
        ours = rate(case, "ours V1" if case[0] == "text" else "ours V2")
        for peer, aim in ((servers.FASTAPI, first), (servers.FASTIFY, second)):
            if aim:
                add(titled(*case), f"at least {aim} × {peer}", ours / rate(case, peer), "×", ours >= aim * rate(case, peer))
    single = told["lr", 1, 8]
    cpu, p99 = single["ours V2"]["cpu"], single["ours V2"]["p99"] / single[servers.FASTIFY]["p99"]
    add(titled("lr", 1, 8), f"at most {CPU_AIM} µs of CPU", cpu, "µs", cpu <= CPU_AIM)
    add(titled("lr", 1, 8), f"p99 at most {P99_AIM} × {servers.FASTIFY}", p99, "×", p99 <= P99_AIM)
    large = "lr", 1_024, 8
    binary = rate(large, "ours V2 binary") / rate(large, "ours V2")
    add(titled(*large), f"binary at least {BINARY_AIM} × our own JSON", binary, "×", binary >= BINARY_AIM)
    add("two models loaded, before any load", f"at most {MEMORY_AIM} MB", resident / 1e6, "MB", resident <= MEMORY_AIM * 1e6)
    most = rate(large, f"{servers.BARE} of binary") / rate(large, "ours V2")
    return [*lines, "", f"The bare web server, which takes the same binary requests and looks at nothing in them, answers {most:.1f} × as many as ours "
            "does of JSON: no server of binary could reach more of it here, because ours reads JSON nearly as fast as the loopback brings it."]


def memory_of(*those):
    return ", ".join(f"{server.name} {server.resident_bytes() / 1e6:,.0f} MB" for server in those)


def inside(ours, golden, folder, seconds):
    """What a request costs within the process: memory allocated, and the share of processor time inside ONNX Runtime."""
    lines = ["| model | rows | form | allocated per request | CPU per request | of it in the scorer |", "|---|--:|---|--:|--:|--:|"]
    for model in MODELS:
        for rows in (1, 32, 1_024):
            for form in servers.OURS:
                load = servers.Load(folder, form, model, rows, golden, 16)
                load.run(ours, 8, 1)
                metrics = ("dotnet_gc_heap_total_allocated_bytes_total", "mlops_scoring_duration_seconds_sum")
                before = [ours.metric(name) for name in metrics]
                result = load.run(ours, 8, seconds)
                allocated, scoring = (ours.metric(name) - value for name, value in zip(metrics, before))
                count = max(1, result["requests"])
                lines.append(
                    f"| {model} | {rows:,} | {form.name} | {allocated / count:,.0f} B | {result['cpu']:,.0f} µs | "
                    f"{scoring / count * 1e6 / result['cpu']:.0%} |")
                print(lines[-1], flush=True)
    return lines


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=2, choices=range(1, 31))
    arguments.add_argument("--rounds", type=int, default=3, choices=range(1, 11))
    arguments.add_argument("--report", type=pathlib.Path, default=servers.ROOT / "bench/reports/serving-load.md")
    asked = arguments.parse_args()
    if absent := servers.missing():
        sys.exit("missing: " + "; ".join(absent))

    peers = servers.HERE / "peers"
    if not (peers / "node_modules").exists():
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-package-lock", "--silent"], cwd=peers, check=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        golden = servers.train(folder)
        with (servers.fastapi(18_090, folder) as fastapi, servers.fastapi(18_091, folder, 2) as fastapi2,
              servers.fastify(18_092, folder) as fastify, servers.Ours(18_093, folder) as ours, servers.bare(18_094) as bare):
            contestants = [(fastapi, servers.PEER), (fastapi2, servers.PEER), (fastify, servers.PEER)]
            contestants += [(ours, form) for form in servers.OURS]
            readers = [(fastapi, servers.PEER), (fastapi2, servers.PEER), *((ours, form) for form in servers.TEXTS)]
            resting, resident = memory_of(fastapi, fastapi2, fastify, ours), ours.resident_bytes()
            ours.train_texts()
            for server, form in readers:
                servers.check(server, form, "text", golden)
            for server, form in contestants:
                for model in MODELS:
                    servers.check(server, form, model, golden)
            for server, form in (*contestants, (bare, servers.BARE_FORM)):
                # Until a runtime has compiled what is hot for good, it is not itself.
                servers.Load(folder, form, "lr", 1, golden, 256).run(server, 8, 5)
            lines, told = [], {}
            for case in CASES:
                model, rows, connections, _ = case
                title = titled(model, rows, connections)
                print(title, flush=True)
                rivals = readers if model == "text" else contestants
                if model == "lr" and rows in BARE_FORMS:
                    rivals = [*rivals, (bare, BARE_FORMS[rows])]
                results = measure(case, rivals, golden, folder, asked.seconds, asked.rounds)
                lines += ["", f"### {title}", "",
                          "| server | requests/s | rows/s | p50 ms | p99 ms | CPU µs a request | of FastAPI | of fastify | failed |",
                          "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
                second = None if model == "text" else results[2]["rate"]
                names = [f"{server.name} {form.name}".strip() for server, form in rivals]
                told[model, rows, connections] = dict(zip(names, results))
                for name, result in zip(names, results):
                    lines.append(row(name, result, results[0]["rate"], second, rows))
                    print(lines[-1], flush=True)
            memory = memory_of(fastapi, fastapi2, fastify, ours)
            cost = inside(ours, golden, folder, asked.seconds)
            logged, dropped = (ours.metric("mlops_prediction_log_records_total", outcome=outcome) for outcome in ("written", "dropped"))

    asked.report.write_text("\n".join([
        "# Serving under load, beside other stacks", "",
        f"Made by `bench/Serving.Load/compare.py --seconds {asked.seconds} --rounds {asked.rounds}`: {os.cpu_count()} cores, which the load "
        f"generator (wrk, one thread) has a share of; load average {os.getloadavg()[0]:.1f} at the end. Medians of rounds in which the servers "
        "took turns. All serve the same two models of 30 features, and of texts each one that it has learned itself from the same 2,000; ours checks, routes by policy, measures and logs each request "
        "(async), as it does by default. V1 is KServe's form, which the peers speak too; V2 the Open Inference Protocol. "
        "Kestrel with a fixed text is the web server that ours is built on, which reads the request and does nothing: the most that HTTP allows.", "",
        f"Of the requests to us {logged:,.0f} are in the prediction log and {dropped:,.0f} found no room in its queue, which readers see as gaps.",
        "",
        f"Memory with the two models loaded, before any load: {resting}. After all of it: {memory}.",
        "", "## What was aimed for", "", *aims(told, resident), "", "## What was measured",
        *lines, "", "## What a request costs within the process", "",
        "8 connections. Memory as .NET counts it, whatever else the process did included. Processor time is the whole process's, the "
        "prediction log's writer included.", "", *cost, ""]))
    print(f"written: {asked.report}")


main()
