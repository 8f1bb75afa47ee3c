#!/usr/bin/python3
"""Searches the same six functions with this product and with Optuna, and prints a report in Markdown. Debian 12: python3-optuna.

usage: bench/Search.Benchmarks/compare.py [SEEDS [TRIALS]] > bench/reports/search.md    (the project must have been built for Release)
Also writes search.svg beside search.md. Fails if any TPE of ours is worse than Optuna's: Mann-Whitney, one-sided, p < 0.01.
"""
import json
import math
import multiprocessing
import pathlib
import statistics
import subprocess
import sys
import time
import warnings

import numpy
import optuna
import scipy.special
from optuna.distributions import FloatDistribution
from optuna.samplers._tpe import _truncnorm
from scipy.stats import mannwhitneyu

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
SEEDS = int(sys.argv[1]) if len(sys.argv) > 1 else 100
TRIALS = int(sys.argv[2]) if len(sys.argv) > 2 else 100
HERE = pathlib.Path(__file__).resolve().parent

SCALE = numpy.array([[10, 3, 17, 3.5, 1.7, 8], [.05, 10, 17, .1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, .05, 10, .1, 14]])
CENTRE = 1e-4 * numpy.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                             [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]])


def of_numbers(box, function):
    return lambda trial: float(function(numpy.array([trial.suggest_float(f"x{i}", low, high) for i, (low, high) in enumerate(box)])))


def branin(x):
    return ((x[1] - 5.1 / (4 * math.pi ** 2) * x[0] ** 2 + 5 / math.pi * x[0] - 6) ** 2
            + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10)


def ackley(x):
    return -20 * math.exp(-0.2 * math.sqrt((x ** 2).mean())) - math.exp(numpy.cos(2 * math.pi * x).mean()) + 20 + math.e


def mixed(trial):
    return ({"a": 0.5, "b": 0, "c": 1, "d": 0.7}[trial.suggest_categorical("kind", ["a", "b", "c", "d"])]
            + 0.25 * (math.log10(trial.suggest_float("rate", 1e-5, 1, log=True)) + 2) ** 2
            + 0.1 * (math.log2(trial.suggest_int("leaves", 2, 1024, log=True)) - 5) ** 2
            + 4 * (trial.suggest_float("share", 0, 1, step=0.05) - 0.3) ** 2)


PROBLEMS = {
    "sphere5": of_numbers([(-5, 5)] * 5, lambda x: (x ** 2).sum()),
    "rosenbrock5": of_numbers([(-5, 10)] * 5, lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()),
    "branin": of_numbers([(-5, 10), (0, 15)], branin),
    "hartmann6": of_numbers([(0, 1)] * 6, lambda x: -numpy.dot([1.0, 1.2, 3.0, 3.2], numpy.exp(-(SCALE * (x - CENTRE) ** 2).sum(1)))),
    "ackley5": of_numbers([(-32.768, 32.768)] * 5, ackley),
    "mixed": mixed,
}
OPTIMA = {"sphere5": 0, "rosenbrock5": 0, "branin": 0.397887, "hartmann6": -3.32237, "ackley5": 0, "mixed": 0}
SAMPLERS = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe-multivariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True),
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
}


def best_so_far(problem, sampler):
    study = optuna.create_study(sampler=sampler)
    study.optimize(problem, n_trials=TRIALS)
    return numpy.minimum.accumulate([trial.value for trial in study.trials]).tolist()


def searched(case):
    name, sampler = case
    return [best_so_far(PROBLEMS[name], SAMPLERS[sampler](seed)) for seed in range(SEEDS)]


def hasten():
    """Optuna 3.1 finds normal quantiles by bisection in Python, most of its time; SciPy's give the same curves to the 13th digit."""
    _truncnorm._ndtr, _truncnorm._log_ndtr, _truncnorm._ndtri_exp = (
        scipy.special.ndtr, scipy.special.log_ndtr, scipy.special.ndtri_exp)


def peer_curves():
    cases = [(name, sampler) for name in PROBLEMS for sampler in SAMPLERS]
    with multiprocessing.Pool(initializer=hasten) as pool:
        found = dict(zip(cases, pool.map(searched, cases, chunksize=1)))
    return {name: {sampler: found[name, sampler] for sampler in SAMPLERS} for name in PROBLEMS}


def micros_of_suggestion(sampler, observations):
    box = {f"x{i}": FloatDistribution(-5, 5) for i in range(5)}
    random = numpy.random.RandomState(1)
    study = optuna.create_study(sampler=sampler)
    for _ in range(observations):
        at = {name: float(random.uniform(-5, 5)) for name in box}
        study.add_trial(optuna.trial.create_trial(params=at, distributions=box, value=sum(x * x for x in at.values())))
    times = []
    for _ in range(21):
        before = time.process_time()
        trial = study.ask()
        for name in box:
            trial.suggest_float(name, -5, 5)
        times.append((time.process_time() - before) * 1e6)
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    return statistics.median(times)


def quartiles(values):
    low, middle, high = numpy.percentile(values, [25, 50, 75])
    return f"{middle:.4g} [{low:.4g}, {high:.4g}]"


def plot(ours, theirs):
    """Medians of the best so far, a panel per function; the scale is logarithmic in the distance to the optimum."""
    colours = {"tpe": "#0072b2", "tpe-multivariate": "#d55e00", "random": "#999999"}
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" width="930" height="520" font-family="sans-serif" font-size="12">',
             '<rect width="930" height="520" fill="white"/>']
    for panel, name in enumerate(PROBLEMS):
        left, top = 20 + 305 * (panel % 3), 40 + 230 * (panel // 3)
        lines = {(who, s): numpy.median(curves[name][s], axis=0) for who, curves in (("ours", ours), ("Optuna", theirs)) for s in colours}
        floor = OPTIMA[name]
        span = max(line[0] for line in lines.values()) - floor
        height = lambda value: math.log10(max((value - floor) / span, 1e-4))
        parts.append(f'<text x="{left}" y="{top - 6}">{name}</text>'
                     f'<rect x="{left}" y="{top}" width="280" height="190" fill="none" stroke="#ccc"/>')
        for (who, sampler), line in lines.items():
            points = " ".join(f"{left + 280 * i / (TRIALS - 1):.1f},{top - 190 * height(v) / 4:.1f}" for i, v in enumerate(line))
            dash = "" if who == "ours" else ' stroke-dasharray="4 3"'
            parts.append(f'<polyline fill="none" stroke="{colours[sampler]}"{dash} points="{points}"/>')
    for i, sampler in enumerate(colours):
        parts.append(f'<text x="{20 + 170 * i}" y="512" fill="{colours[sampler]}">{sampler}</text>')
    parts.append('<text x="440" y="512">solid: ours, dashed: Optuna; distance to the optimum over trials, log scale</text></svg>')
    (HERE.parent / "reports" / "search.svg").write_text("\n".join(parts) + "\n")


def main():
    ours = json.loads(subprocess.run(
        ["dotnet", "run", "-c", "Release", "--no-build", "--project", str(HERE), "--", str(SEEDS), str(TRIALS)],
        check=True, capture_output=True, text=True).stdout)
    theirs = peer_curves()
    print(f"# Hyper-parameter search\n\n{SEEDS} seeds, {TRIALS} trials each, "
          "less is better: median of the best value found and [quartiles]. "
          "p: Mann-Whitney, one-sided, of ours being worse; under 0.01 the comparison fails.\n\n"
          "```\ndotnet build -c Release bench/Search.Benchmarks\n"
          f"/usr/bin/python3 bench/Search.Benchmarks/compare.py {SEEDS} {TRIALS} > bench/reports/search.md\n```\n\n"
          f"Optuna {optuna.__version__}, both in one run. Defaults on both sides: 10 random trials, 24 candidates.\n\n"
          "| function | sampler | ours | Optuna | p |\n|---|---|--:|--:|--:|")
    worst = 1.0
    for name in PROBLEMS:
        for sampler in ("tpe", "tpe-multivariate", "random"):
            mine, peer = ([curve[-1] for curve in curves[name][sampler]] for curves in (ours["curves"], theirs))
            p = mannwhitneyu(mine, peer, alternative="greater").pvalue
            worst = worst if sampler == "random" else min(worst, p)
            print(f"| {name} | {sampler} | {quartiles(mine)} | {quartiles(peer)} | {p:.3f} |")
        print(f"| {name} | sobol | {quartiles([curve[-1] for curve in ours['curves'][name]['sobol']])} | | |")
    print(f"\nLeast p of a TPE: {worst:.3f}.\n\n![Best value so far](search.svg)\n\n## CPU time of a suggestion\n\n"
          "Five continuous parameters, medians, microseconds; Optuna as it is distributed.\n\n"
          "| sampler | observations | ours | Optuna | times faster |\n|---|--:|--:|--:|--:|")
    for sampler in ("tpe", "tpe-multivariate"):
        for observations in (100, 1000):
            peer, mine = micros_of_suggestion(SAMPLERS[sampler](0), observations), ours["micros"][sampler][str(observations)]
            print(f"| {sampler} | {observations} | {mine:.0f} | {peer:.0f} | {peer / mine:.0f} |")
    plot(ours["curves"], theirs)
    return 0 if worst >= 0.01 else 1


if __name__ == "__main__":
    sys.exit(main())
