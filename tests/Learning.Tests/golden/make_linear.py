#!/usr/bin/python3
"""Writes scikit-learn's linear models of data sets under data/ as golden values. Debian 12: apt-get install python3-sklearn (1.2.1).

Usage, from the repository root: /usr/bin/python3 tests/Learning.Tests/golden/make_linear.py

All rows are learned from, on features standardised by all rows; row i weighs 1 + i mod 3 where weights are used. ElasticNet sees the
target standardised too (by the same weights), and its coefficients are given in the target's unit again.
"""

import csv
import json
import pathlib

import numpy
import sklearn
from sklearn.linear_model import ElasticNet, LogisticRegression, PoissonRegressor, Ridge
from sklearn.preprocessing import StandardScaler

ROOT = pathlib.Path(__file__).resolve().parents[3]


def load(name):
    with open(ROOT / "data" / f"{name}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    features = StandardScaler().fit_transform(numpy.array([[float(value) for value in row[:-1]] for row in rows]))
    labels = [row[-1] for row in rows]
    return features, labels, 1.0 + numpy.arange(len(rows)) % 3


def answer(name, settings, weighted, coefficients, intercept):
    parameters = numpy.column_stack([numpy.atleast_2d(coefficients), numpy.atleast_1d(intercept)])
    return {"data": name, "settings": settings, "weighted": weighted, "parameters": numpy.round(parameters, 9).tolist()}


def ridge(alpha, weighted):
    features, labels, weights = load("diabetes")
    model = Ridge(alpha=alpha, solver="cholesky").fit(features, numpy.array(labels, float), weights if weighted else None)
    return answer("diabetes", {"alpha": alpha}, weighted, model.coef_, model.intercept_)


def elastic_net(alpha, ratio, weighted):
    features, labels, weights = load("diabetes")
    target = numpy.array(labels, float)
    used = weights if weighted else numpy.ones(len(target))
    mean = numpy.average(target, weights=used)
    deviation = numpy.sqrt(numpy.average((target - mean) ** 2, weights=used))
    model = ElasticNet(alpha=alpha, l1_ratio=ratio, tol=1e-14, max_iter=1_000_000)
    model.fit(features, (target - mean) / deviation, weights if weighted else None)
    return answer(
        "diabetes", {"alpha": alpha, "l1Ratio": ratio}, weighted, deviation * model.coef_, mean + deviation * model.intercept_)


def poisson(alpha, weighted):
    features, labels, weights = load("diabetes")
    model = PoissonRegressor(alpha=alpha, tol=1e-12, max_iter=100_000)
    model.fit(features, numpy.array(labels, float), weights if weighted else None)
    return answer("diabetes", {"alpha": alpha}, weighted, model.coef_, model.intercept_)


def logistic(name, c, weighted):
    features, labels, weights = load(name)
    classes = sorted(set(labels))
    # Newton's method: the optimum itself, not the place where lbfgs happens to stop.
    model = LogisticRegression(C=c, solver="newton-cg", tol=1e-8, max_iter=100_000)
    model.fit(features, [classes.index(label) for label in labels], weights if weighted else None)
    return answer(name, {"c": c}, weighted, model.coef_, model.intercept_)


def main():
    golden = {
        "command": "/usr/bin/python3 tests/Learning.Tests/golden/make_linear.py",
        "scikitLearn": sklearn.__version__,
        "ridge": [ridge(alpha, weighted) for alpha in (1, 50) for weighted in (False, True)],
        "elastic-net": [
            elastic_net(alpha, ratio, weighted)
            for alpha, ratio in ((0.01, 0.5), (0.1, 0.5), (0.05, 1), (0.2, 0.05)) for weighted in (False, True)
        ],
        "poisson-regression": [poisson(alpha, weighted) for alpha in (1, 0.01) for weighted in (False, True)],
        "logistic-regression": [logistic("breast-cancer", 1, True), logistic("breast-cancer", 0.02, True), logistic("wine", 1, True)],
    }
    path = pathlib.Path(__file__).with_name("linear.json")
    path.write_text(json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{").replace("],\"", "],\n\"") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
