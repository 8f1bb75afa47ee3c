"""Golden distributions of what Optuna's TPE suggests after a given history: cumulative shares of 1000 suggestions per parameter.

Run: python3 make_suggestions.py > suggestions.json    (optuna 3.1.0, numpy 1.24.2, scipy 1.10.1 of Debian 12)

Optuna 3.1 finds normal quantiles by bisection in Python; SciPy's in their place are the same to the 13th digit and ten times as fast.
"""
import json
import math
import warnings

import numpy
import optuna
import scipy.special
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe import _truncnorm
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
_truncnorm._ndtr, _truncnorm._log_ndtr, _truncnorm._ndtri_exp = scipy.special.ndtr, scipy.special.log_ndtr, scipy.special.ndtri_exp
DRAWS = 1000

BRANIN = {"x": FloatDistribution(-5, 10), "y": FloatDistribution(0, 15)}
MIXED = {
    "kind": CategoricalDistribution(["a", "b", "c", "d"]),
    "rate": FloatDistribution(1e-5, 1, log=True),
    "leaves": IntDistribution(2, 1024, log=True),
    "share": FloatDistribution(0, 1, step=0.05),
}


def branin(x, y):
    return ((y - 5.1 / (4 * math.pi ** 2) * x ** 2 + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10)


def mixed(kind, rate, leaves, share):
    return ({"a": 0.5, "b": 0, "c": 1, "d": 0.7}[kind] + 0.25 * (math.log10(rate) + 2) ** 2 + 0.1 * (math.log2(leaves) - 5) ** 2
            + 4 * (share - 0.3) ** 2)


def described(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return {"type": "categorical", "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, IntDistribution) else "float"
    step = None if distribution.log or kind == "int" else distribution.step
    return {"type": kind, "low": distribution.low, "high": distribution.high, "log": distribution.log, "step": step}


def suggested(sampler, study, space):
    at = sampler.sample_relative(study, None, sampler.infer_relative_search_space(study, None))
    for name, distribution in space.items():
        if name not in at:
            at[name] = sampler.sample_independent(study, None, name, distribution)
    return [distribution.to_internal_repr(at[name]) for name, distribution in space.items()]


def shares(values):
    """At most 19 values, and the share of the suggestions that are no greater."""
    at = numpy.unique(numpy.quantile(values, numpy.linspace(0.05, 0.95, 19), method="inverted_cdf"))
    return {"at": at.tolist(), "share": [float((values <= limit).mean()) for limit in at]}


def case(space, function, observations, running, multivariate):
    past = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=observations))
    ask = lambda trial: {name: trial._suggest(name, distribution) for name, distribution in space.items()}
    past.optimize(lambda trial: function(**ask(trial)), n_trials=observations + running)
    study = optuna.create_study()
    for number, trial in enumerate(past.trials):
        ended = number < observations
        study.add_trial(create_trial(
            state=TrialState.COMPLETE if ended else TrialState.RUNNING, value=trial.value if ended else None,
            params=trial.params, distributions=trial.distributions))
    sampler = optuna.samplers.TPESampler(seed=1, multivariate=multivariate, constant_liar=True)
    drawn = numpy.array([suggested(sampler, study, space) for _ in range(DRAWS)])
    return {
        "space": {name: described(distribution) for name, distribution in space.items()},
        "observed": [[distribution.to_internal_repr(trial.params[name]) for trial in past.trials] for name, distribution in space.items()],
        "values": [trial.value for trial in past.trials[:observations]],
        "multivariate": multivariate,
        "suggested": [shares(column) for column in drawn.T],
    }


def cases():
    yield case(BRANIN, branin, 11, 0, False)
    yield case(BRANIN, branin, 50, 4, False)
    yield case(MIXED, mixed, 60, 3, False)
    yield case(BRANIN, branin, 30, 0, True)
    yield case(MIXED, mixed, 60, 3, True)


print(json.dumps(list(cases()), separators=(",", ":")))
