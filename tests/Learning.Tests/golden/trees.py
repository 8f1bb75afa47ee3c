#!/usr/bin/python3
"""Writes how well scikit-learn's forests and losses do as golden values. Debian 12: apt-get install python3-sklearn (1.2.1).

Usage, from the repository root, after make.py: /usr/bin/python3 tests/Learning.Tests/golden/trees.py

On the rows that make.py holds out: the area under the curve (classes) or the root mean squared error of forests of 100 trees, mean of
five seeds; and for diabetes the mean loss of HistGradientBoosting by the loss it was trained with.
"""

import json
import statistics

import numpy
from sklearn.ensemble import (
    ExtraTreesClassifier, ExtraTreesRegressor, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor)
from sklearn.metrics import mean_absolute_error, mean_pinball_loss, mean_poisson_deviance, mean_squared_error, roc_auc_score

from make import ROOT, SETS, load

LEARNERS = {
    "random-forest": (RandomForestClassifier, RandomForestRegressor, 1 / 3),
    "extra-trees": (ExtraTreesClassifier, ExtraTreesRegressor, 1 / 3),
}


def forest(kinds, kind, train, test):
    scores = []
    for seed in range(5):
        if kind == "regression":
            model = kinds[1](n_estimators=100, max_features=kinds[2], random_state=seed).fit(*train)
            scores.append(mean_squared_error(test[1], model.predict(test[0]), squared=False))
        else:
            probabilities = kinds[0](n_estimators=100, random_state=seed).fit(*train).predict_proba(test[0])
            scores.append(
                roc_auc_score(test[1], probabilities[:, 1]) if kind == "binary"
                else roc_auc_score(test[1], probabilities, multi_class="ovr", average="macro"))
    return round(statistics.mean(scores), 6)


def losses(train, test):
    def fitted(**settings):
        return HistGradientBoostingRegressor(random_state=0, early_stopping=False, **settings).fit(*train).predict(test[0])

    return {
        "absolute": mean_absolute_error(test[1], fitted(loss="absolute_error")),
        "quantile": mean_pinball_loss(test[1], fitted(loss="quantile", quantile=0.8), alpha=0.8),
        "poisson": mean_poisson_deviance(test[1], fitted(loss="poisson")),
    }


def main():
    golden = json.loads((ROOT / "tests/Learning.Tests/golden/scikit-learn.json").read_text())["sets"]
    result = {}
    for name, kind in SETS.items():
        features, labels = load(name)
        held = numpy.isin(numpy.arange(len(labels)), golden[name]["test"])
        target = numpy.array([float(label) for label in labels] if kind == "regression" else labels)
        train, test = (features[~held], target[~held]), (features[held], target[held])
        result[name] = {learner: forest(kinds, kind, train, test) for learner, kinds in LEARNERS.items()}
        if kind == "regression":
            result[name].update(losses(train, test))
    path = ROOT / "tests/Learning.Tests/golden/trees.json"
    path.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
