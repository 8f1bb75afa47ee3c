"""Golden values of evaluation metrics, from scikit-learn.

Run: python3 make_metrics.py > metrics.json    (scikit-learn 1.2.1, Debian's python3-sklearn)
"""
import json

import numpy as np
from sklearn import metrics as m
from sklearn.calibration import calibration_curve


def calibration_error(happened, believed, bins=15):
    """Expected calibration error from scikit-learn's calibration curve, whose bins are (a, b] as ours."""
    true, predicted = calibration_curve(happened, believed, n_bins=bins, strategy="uniform")
    edges = np.linspace(0, 1, bins + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], believed), minlength=bins)
    return float(np.sum(np.abs(true - predicted) * counts[counts > 0]) / len(happened))


def classification(rng, rows, classes, ties, threshold=None):
    target = rng.integers(0, classes, rows)
    raw = rng.random((rows, classes)) + 0.6 * np.eye(classes)[target]
    if ties:
        raw = np.round(raw * 4) + 1
    p = raw / raw.sum(axis=1, keepdims=True)
    predicted = p.argmax(axis=1) if threshold is None else (p[:, 1] >= threshold).astype(int)
    every = {"labels": list(range(classes)), "zero_division": 0}
    expected = {
        "accuracy": m.accuracy_score(target, predicted),
        "balancedAccuracy": m.balanced_accuracy_score(target, predicted),
        "mcc": m.matthews_corrcoef(target, predicted),
        "logLoss": m.log_loss(target, p, labels=list(range(classes))),
    }
    for name, average in (("Macro", "macro"), ("Weighted", "weighted")):
        expected["precision" + name] = m.precision_score(target, predicted, average=average, **every)
        expected["recall" + name] = m.recall_score(target, predicted, average=average, **every)
        expected["f1" + name] = m.f1_score(target, predicted, average=average, **every)
    if classes == 2:
        expected |= {
            "rocAuc": m.roc_auc_score(target, p[:, 1]),
            "prAuc": m.average_precision_score(target, p[:, 1]),
            "precision": m.precision_score(target, predicted),
            "recall": m.recall_score(target, predicted),
            "f1": m.f1_score(target, predicted),
            "brier": m.brier_score_loss(target, p[:, 1]),
            "ece": calibration_error(target, p[:, 1]),
        }
    else:
        expected["rocAuc"] = m.roc_auc_score(target, p, multi_class="ovr", average="macro")
        expected["prAuc"] = m.average_precision_score(np.eye(classes)[target], p, average="macro")
        expected["ece"] = calibration_error(target == p.argmax(axis=1), p.max(axis=1))
    precision, recall, f1, support = m.precision_recall_fscore_support(target, predicted, **every)
    return {
        "classes": classes,
        "threshold": threshold,
        "target": target.tolist(),
        "predictions": p.ravel().tolist(),
        "confusion": m.confusion_matrix(target, predicted, labels=list(range(classes))).tolist(),
        "perClass": np.column_stack([precision, recall, f1, support]).tolist(),
        "expected": expected,
    }


def regression(rng, rows, positive):
    target = rng.poisson(3, rows) + 1.0 if positive else rng.normal(0, 30, rows)
    predictions = target * np.exp(rng.normal(0, 0.3, rows)) if positive else target + rng.normal(0, 10, rows)
    expected = {
        "rmse": m.mean_squared_error(target, predictions) ** 0.5,
        "mae": m.mean_absolute_error(target, predictions),
        "r2": m.r2_score(target, predictions),
        "mape": m.mean_absolute_percentage_error(target, predictions),
    }
    for quantile in (10, 50, 90):
        expected[f"pinball{quantile}"] = m.mean_pinball_loss(target, predictions, alpha=quantile / 100)
    if positive:
        expected["poissonDeviance"] = m.mean_poisson_deviance(target, predictions)
    return {"classes": 0, "target": target.tolist(), "predictions": predictions.tolist(), "expected": expected}


rng = np.random.default_rng(20261120)
print(json.dumps({
    "binary": classification(rng, 40, 2, False),
    "binary with ties": classification(rng, 60, 2, True),
    "three classes": classification(rng, 50, 3, False),
    "five classes with ties": classification(rng, 80, 5, True),
    "binary with a threshold": classification(rng, 60, 2, False, threshold=0.3),
    "regression": regression(rng, 40, positive=False),
    "regression of counts": regression(rng, 50, positive=True),
}, indent=1))
