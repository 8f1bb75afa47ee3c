"""Golden values of the search: densities, splits, pruning decisions and hypervolumes from Optuna, importances from the paper's formula.

Run: python3 make_search.py > search.json    (optuna 3.1.0, numpy 1.24.2, scipy 1.10.1 of Debian 12)

Optuna 3.1 leaves the width of a kernel out of its density, so that narrow kernels count too little; since 3.5 it does not (issue 5109,
pull request 5110). The densities here are with that correction, made below.

Optuna 3.1 has no PED-ANOVA yet; `importance` below is written from Watanabe, Bansal and Hutter, "PED-ANOVA", IJCAI 2023, with the
choices that Optuna documents for its own since 3.6: best tenth, 50 grid points, Scott's rule, a prior of weight 1.
"""
import json
import math
import warnings

import numpy
import optuna
from optuna._hypervolume import WFG
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe import _truncnorm
from optuna.samplers._tpe import sampler as tpe
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.trial import TrialState, create_trial
from scipy.stats import norm

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
rng = numpy.random.RandomState(20261121)

unscaled = _truncnorm.logpdf
_truncnorm.logpdf = lambda x, a, b, loc=0, scale=1: unscaled(x, a, b, loc, scale) - numpy.log(scale)

SPACE = {
    "rate": FloatDistribution(1e-4, 1.0, log=True),
    "width": FloatDistribution(-3.0, 7.0),
    "share": FloatDistribution(0.1, 0.9, step=0.05),
    "leaves": IntDistribution(2, 300, log=True),
    "depth": IntDistribution(3, 21, step=3),
    "kind": CategoricalDistribution(["a", "b", "c", "d"]),
}


def described(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return {"type": "categorical", "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, IntDistribution) else "float"
    step = None if distribution.log or distribution.step == 1 and kind == "int" else distribution.step
    return {"type": kind, "low": distribution.low, "high": distribution.high, "log": distribution.log, "step": step}


def drawn(distribution, size):
    """Values as Optuna keeps them: choices by their index."""
    if isinstance(distribution, CategoricalDistribution):
        return rng.randint(0, len(distribution.choices), size)
    if distribution.log:
        values = numpy.exp(rng.uniform(math.log(distribution.low), math.log(distribution.high), size))
        return numpy.round(values) if isinstance(distribution, IntDistribution) else values
    if distribution.step is not None:
        steps = round((distribution.high - distribution.low) / distribution.step)
        return distribution.low + distribution.step * rng.randint(0, steps + 1, size)
    return rng.uniform(distribution.low, distribution.high, size)


def parzen(names, observations, multivariate, weighted=False):
    space = {name: SPACE[name] for name in names}
    observed = {name: drawn(SPACE[name], observations) for name in names}
    weights = rng.uniform(0.01, 1, observations) if weighted else None
    estimator = _ParzenEstimator(
        observed, space,
        _ParzenEstimatorParameters(True, 1.0, True, False, tpe.default_weights, multivariate), weights)
    at = {name: drawn(SPACE[name], 25) for name in names}
    return {
        "space": {name: described(SPACE[name]) for name in names},
        "observed": [observed[name].tolist() for name in names],
        "weights": None if weights is None else weights.tolist(),
        "multivariate": multivariate,
        "at": [at[name].tolist() for name in names],
        "logDensity": estimator.log_pdf(at).tolist(),
    }


def parzens():
    # Up to 24 observations of steps: beyond, weights differ by age, and which of two equal ones is the older is left to the sort.
    for name in SPACE:
        for observations in ((0, 1, 2, 7, 24) if name in ("share", "depth", "leaves") else (0, 1, 2, 7, 24, 25, 26, 27, 60)):
            yield parzen([name], observations, False)
    yield parzen(["width"], 5, False, weighted=True)
    yield parzen(["kind"], 5, False, weighted=True)
    for observations in (1, 8, 40):
        yield parzen(list(SPACE), observations, True)
        yield parzen(["width", "rate"], observations, True)
    yield parzen(list(SPACE), 12, True, weighted=True)


def recorded(trial):
    return {
        "state": {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed",
                  TrialState.RUNNING: "running"}[trial.state],
        "values": None if trial.values is None or trial.state != TrialState.COMPLETE else list(trial.values),
        "reports": [[step, None if math.isnan(value) else value] for step, value in sorted(trial.intermediate_values.items())],
    }


def split(directions, trials, pruned, running):
    study = optuna.create_study(directions=directions)
    for _ in range(trials):
        reports = {}
        chance = rng.rand()
        state = TrialState.PRUNED if chance < pruned else TrialState.RUNNING if chance < pruned + running else TrialState.COMPLETE
        if state == TrialState.PRUNED and rng.rand() < 0.9:
            reports = {step: float(rng.choice([rng.randn(), float("nan")], p=[0.8, 0.2])) for step in range(1, rng.randint(2, 6))}
        # Rounded, so that some are equal.
        values = [round(float(rng.rand()), 2) for _ in directions] if state == TrialState.COMPLETE else None
        study.add_trial(create_trial(
            state=state, values=values, intermediate_values=reports, params={"x": 0.5}, distributions={"x": FloatDistribution(0, 1)}))
    _, scores, _ = tpe._get_observation_pairs(study, ["x"], constant_liar=True)
    finished = sum(score < float("inf") for score, _ in scores)
    below, above = tpe._split_observation_pairs(scores, tpe.default_gamma(finished), None)
    counted = [trial for trial in study.trials if len(directions) == 1 or trial.state == TrialState.COMPLETE]
    weights = tpe._calculate_weights_below_for_multi_objective(scores, below, None).tolist() if len(directions) > 1 else None
    return {
        "maximize": [direction == "maximize" for direction in directions],
        "trials": [recorded(trial) for trial in study.trials],
        "finished": finished,
        "below": [counted[i].number for i in below],
        "weights": weights,
        "above": [counted[i].number for i in above],
    }


def splits():
    for direction in ("minimize", "maximize"):
        yield split([direction], 7, 0.2, 0.1)
        yield split([direction], 60, 0.3, 0.1)
        yield split([direction], 60, 0.97, 0.0)
    yield split(["minimize"], 400, 0.1, 0.1)
    yield split(["minimize", "maximize"], 45, 0, 0)
    yield split(["minimize", "maximize"], 130, 0, 0)
    yield split(["minimize", "maximize", "minimize"], 90, 0, 0)


def curve(steps):
    best, worst, pace = rng.uniform(0, 0.5), rng.uniform(0.3, 1), rng.uniform(0.2, 1.5)
    return [float("nan") if rng.rand() < 0.004 else round(best + worst * step ** -pace + 0.03 * rng.randn(), 4) for step in steps]


def pruning(spec, pruner, direction, steps, trials):
    study = optuna.create_study(study_name="42", direction=direction, pruner=pruner)
    decisions = []
    for _ in range(trials):
        trial = study.ask()
        decided = []
        mine = list(steps)[:rng.randint(len(steps) // 2, len(steps) + 1)] if rng.rand() < 0.2 else list(steps)
        fails_after = rng.randint(1, len(steps)) if rng.rand() < 0.05 else None
        for count, (step, value) in enumerate(zip(mine, curve(mine))):
            trial.report(-value if direction == "maximize" else value, step)
            decided.append(bool(trial.should_prune()))
            if decided[-1] or count == fails_after:
                break
        if decided[-1]:
            study.tell(trial, state=TrialState.PRUNED)
        elif fails_after is not None:
            study.tell(trial, state=TrialState.FAIL)
        else:
            study.tell(trial, 0.5)
        decisions.append(decided)
    return {
        "spec": spec, "maximize": direction == "maximize", "decisions": decisions,
        "trials": [recorded(trial) for trial in study.trials],
    }


def prunings():
    p = optuna.pruners
    for direction in ("minimize", "maximize"):
        yield pruning({"kind": "median"}, p.MedianPruner(), direction, range(1, 21), 25)
        yield pruning(
            {"kind": "median", "startupTrials": 3, "warmupSteps": 4, "intervalSteps": 3, "minTrials": 4},
            p.MedianPruner(3, 4, 3, n_min_trials=4), direction, range(1, 21), 25)
        yield pruning({"kind": "percentile", "percentile": 25}, p.PercentilePruner(25), direction, range(1, 16), 25)
        yield pruning(
            {"kind": "percentile", "percentile": 80, "intervalSteps": 4, "warmupSteps": 2},
            p.PercentilePruner(80, n_warmup_steps=2, interval_steps=4), direction, range(1, 41, 3), 25)
        yield pruning({"kind": "successiveHalving"}, p.SuccessiveHalvingPruner(), direction, range(1, 41), 30)
        yield pruning({"kind": "successiveHalving"}, p.SuccessiveHalvingPruner(), direction, range(10, 401, 10), 30)
        yield pruning(
            {"kind": "successiveHalving", "minResource": 2, "reductionFactor": 2, "minEarlyStoppingRate": 1},
            p.SuccessiveHalvingPruner(2, 2, 1), direction, range(1, 33), 30)
        yield pruning(
            {"kind": "successiveHalving", "minResource": 1, "reductionFactor": 2},
            p.SuccessiveHalvingPruner(1, 2), direction, range(7, 64, 7), 40)
        yield pruning({"kind": "hyperband"}, p.HyperbandPruner(), direction, range(1, 28), 60)
        yield pruning(
            {"kind": "hyperband", "minResource": 1, "maxResource": 243}, p.HyperbandPruner(1, 243), direction, range(9, 244, 9), 60)
        yield pruning(
            {"kind": "hyperband", "minResource": 2, "maxResource": 32, "reductionFactor": 2},
            p.HyperbandPruner(2, 32, 2), direction, range(1, 33), 60)
        yield pruning(
            {"kind": "patient", "patience": 2, "wrapped": {"kind": "median", "startupTrials": 2}},
            p.PatientPruner(p.MedianPruner(2), 2), direction, range(1, 21), 25)
        yield pruning(
            {"kind": "patient", "patience": 4, "minDelta": 0.01}, p.PatientPruner(None, 4, 0.01), direction, range(1, 41), 20)
        lower, upper = (-0.9, 0.0) if direction == "maximize" else (0.0, 0.9)
        yield pruning(
            {"kind": "threshold", "lower": lower, "upper": upper, "warmupSteps": 3, "intervalSteps": 2},
            p.ThresholdPruner(lower, upper, 3, 2), direction, range(1, 21), 30)


def hypervolume(dimensions, points):
    losses = numpy.round(rng.rand(points, dimensions), 3)
    reference = numpy.full(dimensions, 1.1)
    return {"points": losses.tolist(), "reference": reference.tolist(), "volume": float(WFG().compute(losses, reference))}


def density(counts, numeric):
    """The probability of each grid point or choice: kernels at those that were seen, weighted by how often, and the prior."""
    seen = numpy.flatnonzero(counts)
    weights = numpy.append(counts[seen], 1.0) / (counts.sum() + 1.0)
    points = numpy.arange(len(counts))
    if not numeric:
        kernels = numpy.full((len(seen) + 1, len(counts)), 1 / (len(seen) + 1))
        kernels[numpy.arange(len(seen)), seen] += 1
        return weights @ (kernels / kernels.sum(axis=1, keepdims=True))
    total = counts.sum()
    mean = (points * counts).sum() / total
    deviation = math.sqrt((counts * (points - mean) ** 2).sum() / max(1, total - 1))
    each = numpy.repeat(points, counts.astype(int))
    cumulated = counts[seen].cumsum()
    lower = seen[numpy.searchsorted(cumulated, total // 4, side="left")]
    upper = seen[min(len(seen) - 1, numpy.searchsorted(cumulated, total * 3 // 4, side="right"))]
    assert each[0] <= lower <= upper <= each[-1]
    sigma = max(1.059 * min((upper - lower) / 1.34, deviation) * total ** -0.2, 0.5 / 1.64)
    means = numpy.append(seen, (len(counts) - 1) / 2)
    sigmas = numpy.append(numpy.full(len(seen), sigma), len(counts))
    mass = lambda low, high: norm.cdf(high, means, sigmas) - norm.cdf(low, means, sigmas)
    whole = mass(-0.5, len(counts) - 0.5)
    return numpy.array([(weights * mass(point - 0.5, point + 0.5) / whole).sum() for point in points])


def grid_counts(distribution, values):
    if isinstance(distribution, CategoricalDistribution):
        return numpy.bincount(values.astype(int), minlength=len(distribution.choices)).astype(float)
    points = 50
    low, high = distribution.low, distribution.high
    if isinstance(distribution, IntDistribution) and distribution.log:
        points = min(points, math.ceil(math.log2(high - low + 1)) + 1)
    elif distribution.step is not None:
        points = min(points, round((high - low) / distribution.step) + 1)
    if distribution.log:
        low, high, values = math.log(low), math.log(high), numpy.log(values)
    grid = numpy.linspace(low, high, points)
    nearest = numpy.searchsorted(grid, values - (grid[1] - grid[0]) / 2)
    return numpy.bincount(nearest, minlength=points).astype(float)


def importance(trials, maximize):
    columns = {name: drawn(distribution, trials) for name, distribution in SPACE.items()}
    values = (numpy.log(columns["rate"]) ** 2 + 2 * (columns["kind"] == 1) + 0.3 * columns["depth"] + 0.01 * columns["width"]
              + 0.1 * rng.randn(trials))
    losses = numpy.sort(values)
    best = values <= losses[max(2, math.ceil(0.1 * trials)) - 1]
    shares = {}
    for name, distribution in SPACE.items():
        numeric = not isinstance(distribution, CategoricalDistribution)
        top = density(grid_counts(distribution, columns[name][best]), numeric) + 1e-12
        local = density(grid_counts(distribution, columns[name]), numeric) + 1e-12
        shares[name] = float((local * (top / local - 1) ** 2).sum())
    total = sum(shares.values())
    return {
        "space": {name: described(distribution) for name, distribution in SPACE.items()},
        "maximize": maximize,
        "columns": [columns[name].tolist() for name in SPACE],
        "values": (-values if maximize else values).tolist(),
        "importance": {name: share / total for name, share in shares.items()},
    }


print(json.dumps({
    "parzen": list(parzens()),
    "splits": list(splits()),
    "prunings": list(prunings()),
    "hypervolumes": [hypervolume(d, n) for d in (1, 2, 3, 4) for n in (1, 2, 3, 12)],
    "importances": [importance(n, maximize) for n in (3, 20, 200) for maximize in (False, True)],
}, separators=(",", ":")))
