"""Golden values of the statistics behind gates, from SciPy and scikit-learn.

Run: python3 make_gates.py > gates.json    (SciPy 1.10.1, scikit-learn 1.2.1, pandas 1.5.3 of Debian)

McNemar is the binomial test of the discordant rows, and with continuity correction chi-square of 1 degree of freedom, as statsmodels
has both. Demographic parity and equalised odds follow the definitions in Fairlearn's user guide.
"""
import json

import numpy as np
import pandas as pd
from scipy import stats
from sklearn import metrics as m


def mcnemar(candidate, champion):
    differing = candidate + champion
    corrected = max(abs(candidate - champion) - 1, 0) ** 2 / differing
    return {
        "candidate": candidate,
        "champion": champion,
        "exact": stats.binomtest(candidate, differing, 0.5).pvalue,
        "corrected": stats.chi2.sf(corrected, 1),
    }


def wilson(hits, rows, confidence):
    interval = stats.binomtest(hits, rows).proportion_ci(confidence, method="wilson")
    return {"hits": hits, "rows": rows, "confidence": confidence, "low": interval.low, "high": interval.high}


def draws(rng, rows):
    return np.bincount(rng.integers(0, rows, rows), minlength=rows)


def binary(rng, rows=60):
    target = rng.integers(0, 2, rows)
    score = np.round(np.clip(0.25 + 0.3 * target + 0.4 * rng.random(rows), 0, 1), 1)
    drawn = draws(rng, rows)
    y, s = np.repeat(target, drawn), np.repeat(score, drawn)
    label = s > 0.5
    return {
        "classes": 2, "target": target.tolist(), "drawn": drawn.tolist(),
        "predictions": np.column_stack([1 - score, score]).ravel().tolist(),
        "expected": {
            "rocAuc": m.roc_auc_score(target, score, sample_weight=drawn),
            "accuracy": m.accuracy_score(y, label),
            "logLoss": m.log_loss(y, s),
            "brier": m.brier_score_loss(y, s),
            "recall": m.recall_score(y, label),
            "f1": m.f1_score(y, label),
        },
    }


def multiclass(rng, rows=60):
    target = rng.integers(0, 3, rows)
    raw = rng.random((rows, 3)) + 0.6 * np.eye(3)[target]
    p = raw / raw.sum(axis=1, keepdims=True)
    drawn = draws(rng, rows)
    y, q = np.repeat(target, drawn), np.repeat(p, drawn, axis=0)
    return {
        "classes": 3, "target": target.tolist(), "drawn": drawn.tolist(), "predictions": p.ravel().tolist(),
        "expected": {
            "rocAuc": m.roc_auc_score(y, q, multi_class="ovr", average="macro"),
            "accuracy": m.accuracy_score(y, q.argmax(axis=1)),
            "balancedAccuracy": m.balanced_accuracy_score(y, q.argmax(axis=1)),
        },
    }


def regression(rng, rows=60):
    target = rng.normal(100, 30, rows)
    predictions = target + rng.normal(0, 10, rows)
    drawn = draws(rng, rows)
    return {
        "classes": 0, "target": target.tolist(), "drawn": drawn.tolist(), "predictions": predictions.tolist(),
        "expected": {
            "rmse": m.mean_squared_error(target, predictions, sample_weight=drawn) ** 0.5,
            "mae": m.mean_absolute_error(target, predictions, sample_weight=drawn),
            "r2": m.r2_score(target, predictions, sample_weight=drawn),
        },
    }


def paired(rng, rows=300):
    """The difference of two correlated errors; the interval is of 200,000 resamples, so that it has little chance in it."""
    target = rng.normal(0, 1, rows)
    champion = target + rng.normal(0, 1, rows)
    candidate = target + 0.7 * (champion - target) + rng.normal(0, 0.6, rows)
    gain = lambda t, a, b, axis: np.abs(t - b).mean(axis=axis) - np.abs(t - a).mean(axis=axis)
    found = stats.bootstrap(
        (target, candidate, champion), gain, n_resamples=200_000, batch=2_000, paired=True, vectorized=True,
        method="percentile", confidence_level=0.9, random_state=rng)
    return {
        "target": target.tolist(), "candidate": candidate.tolist(), "champion": champion.tolist(),
        "gain": float(gain(target, candidate, champion, 0)),
        "low": found.confidence_interval.low, "high": found.confidence_interval.high,
    }


def fairness(rng, rows=400):
    group = rng.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2])
    target = rng.integers(0, 2, rows)
    score = np.clip(0.3 * target + 0.6 * rng.random(rows) + 0.15 * (group == "a"), 0, 1)
    frame = pd.DataFrame({"group": group, "target": target, "label": score > 0.5})
    selected = frame.groupby("group").label.mean()
    by_truth = frame.groupby(["target", "group"]).label.mean().unstack()
    return {
        "group": group.tolist(), "target": target.tolist(), "score": score.tolist(),
        "parityDifference": selected.max() - selected.min(), "parityRatio": selected.min() / selected.max(),
        "oddsDifference": (by_truth.max(axis=1) - by_truth.min(axis=1)).max(),
        "oddsRatio": (by_truth.min(axis=1) / by_truth.max(axis=1)).min(),
    }


rng = np.random.default_rng(20261121)
print(json.dumps({
    "mcNemar": [mcnemar(*pair) for pair in [(3, 9), (0, 5), (7, 7), (40, 75), (510, 430), (12, 300)]],
    "wilson": [wilson(*case) for case in [(0, 12, 0.95), (7, 20, 0.9), (60, 60, 0.95), (450, 1000, 0.99)]],
    "resampled": [binary(rng), multiclass(rng), regression(rng)],
    "paired": paired(rng),
    "fairness": fairness(rng),
}, indent=1))
