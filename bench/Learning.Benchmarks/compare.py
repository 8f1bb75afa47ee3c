#!/usr/bin/python3
"""Times scikit-learn on the tables that the benchmark has left in a folder. Debian 12: apt-get install python3-sklearn.

Usage: OMP_NUM_THREADS=1 /usr/bin/python3 bench/Learning.Benchmarks/compare.py <folder>
"""

import os
import pathlib
import statistics
import sys
import time

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mean_squared_error, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

REPEATS = 5


def measure(name, task, model, folder):
    target = numpy.fromfile(folder / f"{task}-target.f64", dtype="<f8")
    features = numpy.fromfile(folder / f"{task}-features.f32", dtype="<f4").reshape(-1, len(target)).T
    half = len(target) // 2
    train = numpy.asfortranarray(features[:half], dtype=numpy.float64)
    times = []
    model.fit(train, target[:half])
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        model.fit(train, target[:half])
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    if task == "Binary":
        score = f"AUC {roc_auc_score(target[half:], model.predict_proba(features[half:])[:, 1]):.4f}"
    else:
        score = f"RMSE {mean_squared_error(target[half:], model.predict(features[half:]), squared=False):.4f}"
    wall, cpu = (statistics.median(column) for column in zip(*times))
    print(f"| {name} | {task} | {os.environ.get('OMP_NUM_THREADS', 'all')} | {wall:.3f} | {cpu:.3f} | {score} |")


def main():
    folder = pathlib.Path(sys.argv[1])
    boosting = {"early_stopping": False, "random_state": 0}
    measure("HistGradientBoosting", "Binary", HistGradientBoostingClassifier(**boosting), folder)
    measure("LogisticRegression", "Binary", make_pipeline(StandardScaler(), LogisticRegression()), folder)
    measure("HistGradientBoosting", "Regression", HistGradientBoostingRegressor(**boosting), folder)


if __name__ == "__main__":
    main()
