#!/usr/bin/python3
"""The twenty expectations of ExpectationPass by hand in pandas: /usr/bin/python3 check_expectations.py <folder>"""

import pathlib
import sys
import time

import pandas as pd

path = pathlib.Path(sys.argv[1]) / "expectations.csv"


def check(t):
    present = t["amount"].dropna()
    both = t["amount"].notna() | t["cost"].notna()
    quantiles = t["score"].quantile([0.05, 0.5, 0.95]).tolist()
    return [
        len(t) >= 1,
        set(t.columns) == {"id", "amount", "cost", "country", "code", "day", "age", "score", "left", "right"},
        not t["id"].duplicated(keep=False).any(),
        not (t["id"].diff() < 0).any(),
        t["amount"].notna().mean() >= 0.9,
        present.between(0, 1000).all(),
        400 <= t["amount"].mean() <= 600,
        400 <= t["cost"].median() <= 600,
        (t["amount"] > t["cost"])[both].mean() >= 0.3,
        t["country"].isin(["DE", "FR", "IT", "NO"]).all(),
        set(t["country"].unique()) == {"DE", "FR", "IT", "NO"},
        t["code"].str.contains("^[A-C][0-9]{3}$", regex=True).all(),
        t["code"].str.len().between(4, 4).all(),
        pd.to_datetime(t["day"], format="%Y-%m-%d", errors="coerce").notna().all(),
        pd.api.types.is_integer_dtype(t["age"]),
        all(a <= q <= b for q, (a, b) in zip(quantiles, [(-2, -1), (-0.1, 0.1), (1, 2)])),
        0.9 <= t["score"].std() <= 1.1,
        t["code"].nunique() <= 3000,
        (t["left"] + t["right"] == 100).all(),
        not t.duplicated(["id", "code"], keep=False).any(),
    ]


reading, checking, processor = [], [], []
for _ in range(6):
    started, used = time.perf_counter(), time.process_time()
    table = pd.read_csv(path)
    read = time.perf_counter()
    met = check(table)
    reading.append(read - started)
    checking.append(time.perf_counter() - read)
    processor.append(time.process_time() - used)
total = sorted(r + c for r, c in zip(reading[1:], checking[1:]))[2]
rows, megabytes = len(table), path.stat().st_size / 1e6
print(f"pandas {pd.__version__}: {rows:,} rows, {megabytes:.0f} MB, {sum(map(bool, met))} of 20 expectations met")
print(f"read and checked: {total:.2f} s by the clock ({sorted(reading[1:])[2]:.2f} reading, {sorted(checking[1:])[2]:.2f} checking), "
      f"{min(processor[1:]):.2f} s of processor time; {rows / total:,.0f} rows/s, {megabytes / total:.0f} MB/s")
