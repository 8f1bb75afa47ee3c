#!/usr/bin/python3
"""Times scikit-learn's linear models on the tables that `linear` mode has left in a folder. Debian 12: apt-get install python3-sklearn.

Usage: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 /usr/bin/python3 bench/Learning.Benchmarks/linear.py <folder>
"""

import pathlib
import statistics
import sys
import time
import warnings

import numpy
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, LogisticRegression, PoissonRegressor, Ridge
from sklearn.metrics import mean_squared_error, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

REPEATS = 9


def measure(name, model, task, folder, is_count=False):
    target = numpy.fromfile(folder / f"{task}-target.f64", dtype="<f8")
    features = numpy.fromfile(folder / f"{task}-features.f32", dtype="<f4").reshape(-1, len(target)).T
    if is_count:
        target = numpy.floor(numpy.exp(target / 2))
    half = len(target) // 2
    train = numpy.asfortranarray(features[:half], dtype=numpy.float64)
    model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), model)
    model.fit(train, target[:half])
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        model.fit(train, target[:half])
        times.append(time.process_time() - start)
    before = []
    for _ in range(REPEATS):
        start = time.process_time()
        model[:-1].fit_transform(train)
        before.append(time.process_time() - start)
    if task == "Binary":
        score = f"AUC {roc_auc_score(target[half:], model.predict_proba(features[half:])[:, 1]):.6f}"
    else:
        score = f"RMSE {mean_squared_error(target[half:], model.predict(features[half:]), squared=False):.6f}"
    iterations = numpy.max(getattr(model[-1], "n_iter_", 1) or 1)
    print(f"| {name} | {1e3 * statistics.median(times):.1f} | {1e3 * statistics.median(before):.1f} | {iterations} | {score} |")


def main():
    warnings.simplefilter("ignore")
    folder = pathlib.Path(sys.argv[1])
    print("| scikit-learn | CPU ms | of it before fitting | iterations | held-out score |\n|---|--:|--:|--:|--:|")
    measure("LogisticRegression", LogisticRegression(), "Binary", folder)
    # Its gradient is that of the sum over rows: 2e-3 of 20,000 rows is 1e-7 of the mean.
    measure("LogisticRegression, tol 2e-3", LogisticRegression(tol=2e-3), "Binary", folder)
    measure("LogisticRegression, newton-cg, tol 2e-3", LogisticRegression(solver="newton-cg", tol=2e-3), "Binary", folder)
    measure("Ridge", Ridge(), "Regression", folder)
    measure("ElasticNet", ElasticNet(alpha=0.01), "Regression", folder)
    measure("PoissonRegressor", PoissonRegressor(alpha=0.01), "Regression", folder, is_count=True)
    measure("PoissonRegressor, tol 1e-7", PoissonRegressor(alpha=0.01, tol=1e-7), "Regression", folder, is_count=True)


if __name__ == "__main__":
    main()
