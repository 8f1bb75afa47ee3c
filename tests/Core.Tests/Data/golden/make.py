#!/usr/bin/python3
"""What pandas and numpy say of the data sets in data/ and of mixed.csv here: the golden values of the statistics' tests.

Usage: /usr/bin/python3 tests/Core.Tests/Data/golden/make.py > tests/Core.Tests/Data/golden/statistics.json
Debian: apt-get install python3-pandas
"""

import json
import pathlib

import numpy
import pandas

HERE = pathlib.Path(__file__).parent
DATA = HERE.parents[3] / "data"
QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


def numbers(series):
    present = series.dropna()
    return {
        "minimum": float(present.min()),
        "maximum": float(present.max()),
        "mean": float(present.mean()),
        "standardDeviation": float(present.std()) if len(present) > 1 else 0.0,
        "quantiles": [float(value) for value in numpy.quantile(present.to_numpy(dtype=float), QUANTILES)],
    }


def statistics(path):
    frame = pandas.read_csv(path, na_values=["?", "None"], float_precision="round_trip")
    texts = pandas.read_csv(path, na_values=["?", "None"], dtype=str)
    columns = []
    for name in frame.columns:
        series = frame[name]
        if name in ("at", "on"):
            series = (pandas.to_datetime(series, utc=True) - pandas.Timestamp("1970-01-01", tz="UTC")) / pandas.Timedelta(seconds=1)
        elif series.dtype == object and set(series.dropna().unique()) <= {True, False}:
            series = series.map({True: 1.0, False: 0.0})
        elif series.dtype == bool:
            series = series.astype(float)
        columns.append({
            "name": name,
            "count": int(series.count()),
            "missing": int(series.isna().sum()),
            "distinct": int(texts[name].nunique()),
            "numbers": None if series.dtype == object or series.count() == 0 else numbers(series),
        })
    return {"file": path.name, "rows": len(frame), "columns": columns}


files = [DATA / "breast-cancer.csv", DATA / "wine.csv", DATA / "digits.csv", DATA / "diabetes.csv", HERE / "mixed.csv"]
print(json.dumps([statistics(path) for path in files], indent=1))
