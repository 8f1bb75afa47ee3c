#!/usr/bin/python3
"""Writes scikit-learn's view of the data sets under data/ as golden values. Debian 12: apt-get install python3-sklearn (1.2.1).

Usage, from the repository root: /usr/bin/python3 tests/Learning.Tests/golden/make.py

For each data set: a seeded quarter of the rows to hold out, and on those rows the scores of HistGradientBoosting at its
defaults and, for classes, of LogisticRegression at C = 1 on features standardised by the training rows, with its coefficients.
"""

import csv
import json
import pathlib

import numpy
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, roc_auc_score
from sklearn.preprocessing import StandardScaler

ROOT = pathlib.Path(__file__).resolve().parents[3]
# The order of the classes is that of ModelSignature: ordinal, or numeric where all are integers.
SETS = {"breast-cancer": "binary", "wine": "multiclass", "digits": "multiclass", "diabetes": "regression"}


def load(name):
    with open(ROOT / "data" / f"{name}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    features = numpy.array([[float(value) for value in row[:-1]] for row in rows])
    return features, [row[-1] for row in rows]


def rounded(values, digits=9):
    return numpy.round(values, digits).tolist()


def quality(truth, probabilities):
    result = {
        "accuracy": accuracy_score(truth, probabilities.argmax(axis=1)),
        "logLoss": log_loss(truth, probabilities),
    }
    result["auc"] = (
        roc_auc_score(truth, probabilities[:, 1])
        if probabilities.shape[1] == 2
        else roc_auc_score(truth, probabilities, multi_class="ovr", average="macro")
    )
    return result


def classification(features, labels, train, test):
    classes = sorted(set(labels), key=int) if all(label.isdigit() for label in labels) else sorted(set(labels))
    target = numpy.array([classes.index(label) for label in labels])
    boosted = HistGradientBoostingClassifier(random_state=0).fit(features[train], target[train])
    scaler = StandardScaler().fit(features[train])
    # Newton's method: the optimum itself, not the place where lbfgs happens to stop.
    linear = LogisticRegression(C=1.0, solver="newton-cg", tol=1e-6, max_iter=100_000).fit(scaler.transform(features[train]), target[train])
    probabilities = linear.predict_proba(scaler.transform(features[test]))
    return {
        "classes": classes,
        "boosting": quality(target[test], boosted.predict_proba(features[test])),
        "logistic": quality(target[test], probabilities) | {
            "coefficients": rounded(linear.coef_),
            "intercepts": rounded(linear.intercept_),
            "probabilities": rounded(probabilities, 7),
        },
    }


def regression(features, labels, train, test):
    target = numpy.array([float(label) for label in labels])
    boosted = HistGradientBoostingRegressor(random_state=0).fit(features[train], target[train])
    rmse = mean_squared_error(target[test], boosted.predict(features[test]), squared=False)
    return {"boosting": {"rmse": rmse}, "meanRmse": float(numpy.sqrt(numpy.mean((target[test] - target[train].mean()) ** 2)))}


def main():
    golden = {"command": "/usr/bin/python3 tests/Learning.Tests/golden/make.py", "scikitLearn": sklearn.__version__, "sets": {}}
    for name, task in SETS.items():
        features, labels = load(name)
        order = numpy.random.RandomState(20_240_301).permutation(len(labels))
        test = sorted(order[: len(labels) // 4].tolist())
        train = sorted(order[len(labels) // 4:].tolist())
        values = (regression if task == "regression" else classification)(features, labels, train, test)
        golden["sets"][name] = {"task": task, "test": test} | values
    path = pathlib.Path(__file__).with_name("scikit-learn.json")
    path.write_text(json.dumps(golden, separators=(",", ":")).replace('"sets":', '\n"sets":').replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
