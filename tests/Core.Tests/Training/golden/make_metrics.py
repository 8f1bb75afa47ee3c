"""Golden values of evaluation metrics, from scikit-learn.

Run: python3 make_metrics.py > metrics.json    (scikit-learn 1.2.1, Debian's python3-sklearn)
"""
import json

import numpy as np
from sklearn import metrics as m


def classification(rng, rows, classes, ties):
    target = rng.integers(0, classes, rows)
    raw = rng.random((rows, classes)) + 0.6 * np.eye(classes)[target]
    if ties:
        raw = np.round(raw * 4) + 1
    p = raw / raw.sum(axis=1, keepdims=True)
    predicted = p.argmax(axis=1)
    expected = {
        "accuracy": m.accuracy_score(target, predicted),
        "balancedAccuracy": m.balanced_accuracy_score(target, predicted),
        "f1Macro": m.f1_score(target, predicted, average="macro", labels=list(range(classes)), zero_division=0),
        "logLoss": m.log_loss(target, p, labels=list(range(classes))),
    }
    if classes == 2:
        expected |= {
            "rocAuc": m.roc_auc_score(target, p[:, 1]),
            "precision": m.precision_score(target, predicted),
            "recall": m.recall_score(target, predicted),
            "f1": m.f1_score(target, predicted),
            "brier": m.brier_score_loss(target, p[:, 1]),
        }
    else:
        expected["rocAuc"] = m.roc_auc_score(target, p, multi_class="ovr", average="macro")
    return {
        "classes": classes,
        "target": target.tolist(),
        "predictions": p.ravel().tolist(),
        "confusion": m.confusion_matrix(target, predicted, labels=list(range(classes))).tolist(),
        "expected": expected,
    }


def regression(rng, rows):
    target = rng.normal(100, 30, rows)
    predictions = target + rng.normal(0, 10, rows)
    return {
        "classes": 0,
        "target": target.tolist(),
        "predictions": predictions.tolist(),
        "expected": {
            "rmse": m.mean_squared_error(target, predictions) ** 0.5,
            "mae": m.mean_absolute_error(target, predictions),
            "r2": m.r2_score(target, predictions),
        },
    }


rng = np.random.default_rng(20261120)
print(json.dumps({
    "binary": classification(rng, 40, 2, False),
    "binary with ties": classification(rng, 60, 2, True),
    "three classes": classification(rng, 50, 3, False),
    "five classes with ties": classification(rng, 80, 5, True),
    "regression": regression(rng, 40),
}, indent=1))
