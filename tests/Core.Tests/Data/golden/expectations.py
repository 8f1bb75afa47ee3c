"""Writes expectations.csv and expectations.json: what expectations come to on a table, worked out with pandas, numpy and scipy.

Great Expectations itself is not used: each rule is computed here by the definition in its documentation, so that the
product and this script are two readings of the same text. Run with pandas 1.5.3, numpy 1.24, scipy 1.10:

    python3 expectations.py
"""
import datetime
import json
import re

import numpy as np
import pandas as pd
from scipy import stats

rng = np.random.default_rng(20261121)
n = 400
amount = np.round(rng.normal(50, 20, n), 2)
table = pd.DataFrame({
    "id": np.arange(1, n + 1),
    "code": [f"{c}{k:03d}" for c, k in zip(rng.choice(list("ABC"), n), rng.integers(0, 300, n))],
    "amount": amount,
    "cost": np.round(amount * rng.uniform(0.5, 1.1, n), 2),
    "country": rng.choice(["DE", "FR", "IT", "NO"], n, p=[0.5, 0.3, 0.15, 0.05]),
    "day": [(datetime.date(2026, 1, 1) + datetime.timedelta(days=int(d))).isoformat() for d in rng.integers(0, 365, n)],
    "seen": np.sort(rng.integers(0, 1000, n)),
    "left": rng.integers(0, 60, n),
    "note": rng.choice(["ok", "späť", "a longer note", "x"], n),
})
table["right"] = 60 - table["left"]
table.loc[rng.choice(n, 20, replace=False), "amount"] = np.nan
table.loc[rng.choice(n, 40, replace=False), "country"] = None
table.loc[7, "right"] = 99
table.loc[[11, 90], "day"] = ["2026-13-01", "soon"]
table.loc[200, "seen"] = 3
table.to_csv("expectations.csv", index=False)
table = pd.read_csv("expectations.csv", keep_default_na=False, na_values=[""])

cases = []


def case(kind, success, result, /, **kwargs):
    cases.append({"type": kind, "kwargs": kwargs, "success": bool(success), "result": result})


def rows(kind, present, unexpected, mostly=None, judges_missing=False, /, **kwargs):
    """present, unexpected: boolean series; a row that is not present is never unexpected."""
    elements = len(present)
    judged = elements if judges_missing else int(present.sum())
    count = int(unexpected.sum())
    success = judged == 0 or (judged - count) / judged >= (1 if mostly is None else mostly)
    result = {
        "element_count": elements,
        "unexpected_count": count,
        "unexpected_percent": 100 * count / judged if judged else 0,
        "partial_unexpected_index_list": [int(i) for i in np.flatnonzero(unexpected.values)[:20]],
    }
    if not judges_missing:
        result["missing_count"] = elements - judged
        result["unexpected_percent_total"] = 100 * count / elements
    if mostly is not None:
        kwargs["mostly"] = mostly
    case(kind, success, result, **kwargs)


def per_column(kind, column, bad, mostlies=(None,), frame=table, /, **kwargs):
    present = frame[column].notna()
    for mostly in mostlies:
        rows(kind, present, present & frame[column].map(bad, na_action="ignore").fillna(False).astype(bool), mostly,
             column=column, **kwargs)


def around(share):
    """The share itself, which is enough, and the next one above, which is not."""
    return (float(share), float(np.nextafter(share, 1)))


case("expect_table_row_count_to_be_between", True, {"observed_value": n}, min_value=n, max_value=n)
case("expect_table_row_count_to_be_between", False, {"observed_value": n}, min_value=n, strict_min=True)
names = list(table.columns)
case("expect_table_columns_to_match_set", True, {"observed_value": names}, column_set=sorted(names))
case("expect_table_columns_to_match_set", False, {"observed_value": names}, column_set=names[:3])
case("expect_table_columns_to_match_set", True, {"observed_value": names}, column_set=names[:3], exact_match=False)
case("expect_table_columns_to_match_ordered_list", True, {}, column_list=names)
case("expect_table_columns_to_match_ordered_list", False, {}, column_list=names[::-1])
case("expect_column_to_exist", True, {}, column="code", column_index=1)
case("expect_column_to_exist", False, {}, column="code", column_index=2)
case("expect_column_to_exist", False, {}, column="Code")

missing = table["amount"].isna()
for mostly in (None, *around((n - missing.sum()) / n)):
    rows("expect_column_values_to_not_be_null", ~missing, missing, mostly, True, column="amount")
for mostly in (None, *around(missing.sum() / n)):
    rows("expect_column_values_to_be_null", missing, ~missing, mostly, True, column="amount")
rows("expect_column_values_to_not_be_null", table["id"].notna(), table["id"].isna(), None, True, column="id")

per_column("expect_column_values_to_be_of_type", "amount", lambda v: False, type_="float64")
per_column("expect_column_values_to_be_of_type", "id", lambda v: False, type_="int64")
per_column("expect_column_values_to_be_of_type", "code", lambda v: True, (None, 0.0), type_="int")
per_column("expect_column_values_to_be_in_type_list", "id", lambda v: False, type_list=["datetime64", "int"])
per_column("expect_column_values_to_be_in_type_list", "code", lambda v: True, type_list=["datetime64", "int"])

per_column("expect_column_values_to_be_in_set", "country", lambda v: v not in ("DE", "FR"),
           (None, *around((table["country"].isin(["DE", "FR"])).sum() / table["country"].notna().sum())), value_set=["DE", "FR"])
per_column("expect_column_values_to_be_in_set", "left", lambda v: v not in range(0, 60), value_set=list(range(60)))
per_column("expect_column_values_to_not_be_in_set", "country", lambda v: v == "XX", value_set=["XX"])
per_column("expect_column_values_to_not_be_in_set", "country", lambda v: v == "NO", value_set=["NO"])

inside = table["amount"].between(20, 80)
per_column("expect_column_values_to_be_between", "amount", lambda v: not 20 <= v <= 80,
           (None, *around(inside.sum() / table["amount"].notna().sum())), min_value=20, max_value=80)
least, most = float(table["amount"].min()), float(table["amount"].max())
per_column("expect_column_values_to_be_between", "amount", lambda v: not least <= v <= most, min_value=least, max_value=most)
per_column("expect_column_values_to_be_between", "amount", lambda v: not least < v < most, min_value=least, max_value=most,
           strict_min=True, strict_max=True)
per_column("expect_column_values_to_be_between", "left", lambda v: not v >= 10, min_value=10)

per_column("expect_column_values_to_match_regex", "code", lambda v: not re.search("^[AB]", v), (None, 0.5), regex="^[AB]")
per_column("expect_column_values_to_match_regex", "code", lambda v: not re.search(r"\d{3}$", v), regex=r"\d{3}$")
per_column("expect_column_values_to_not_match_regex", "note", lambda v: bool(re.search("ä", v)), regex="ä")
per_column("expect_column_values_to_not_match_regex", "note", lambda v: bool(re.search("[0-9]", v)), regex="[0-9]")
per_column("expect_column_value_lengths_to_be_between", "note", lambda v: not 1 <= len(v) <= 13, min_value=1, max_value=13)
per_column("expect_column_value_lengths_to_be_between", "note", lambda v: not 1 < len(v) <= 4, min_value=1, max_value=4, strict_min=True)


def unreadable(value):
    try:
        datetime.datetime.strptime(value, "%Y-%m-%d")
        return False
    except ValueError:
        return True


per_column("expect_column_values_to_match_strftime_format", "day", unreadable, (None, 0.99), strftime_format="%Y-%m-%d")
per_column("expect_column_values_to_match_strftime_format", "code", lambda v: True, strftime_format="%Y-%m-%d")

for column in ("id", "code"):
    repeated = table[column].duplicated(keep=False)
    for mostly in (None, *around((n - repeated.sum()) / n)):
        case("expect_column_values_to_be_unique", (n - repeated.sum()) / n >= (1 if mostly is None else mostly),
             {"element_count": n, "unexpected_count": int(repeated.sum()), "missing_count": 0},
             column=column, **({} if mostly is None else {"mostly": mostly}))
pairs = table.duplicated(["country", "left"], keep=False) & ~table[["country", "left"]].isna().all(axis=1)
case("expect_compound_columns_to_be_unique", False, {"element_count": n, "unexpected_count": int(pairs.sum())},
     column_list=["country", "left"])
case("expect_compound_columns_to_be_unique", True, {"unexpected_count": 0}, column_list=["country", "id"])
some = table[["country", "left"]].notna().all(axis=1)
pairs = table[some].duplicated(["country", "left"], keep=False)
case("expect_compound_columns_to_be_unique", False,
     {"element_count": n, "unexpected_count": int(pairs.sum()), "missing_count": int((~some).sum())},
     column_list=["country", "left"], ignore_row_if="any_value_is_missing")

for column, strictly in (("seen", False), ("seen", True), ("id", True)):
    step = table[column].diff()
    bad = (step <= 0) if strictly else (step < 0)
    rows("expect_column_values_to_be_increasing", table[column].notna(), bad, None, column=column, strictly=strictly)
    bad = (step >= 0) if strictly else (step > 0)
    for mostly in (None, *around((n - bad.sum()) / n)):
        rows("expect_column_values_to_be_decreasing", table[column].notna(), bad, mostly, column=column, strictly=strictly)

score = (table["amount"] - table["amount"].mean()) / table["amount"].std(ddof=1)
rows("expect_column_value_z_scores_to_be_less_than", table["amount"].notna(), score.notna() & ~(score.abs() < 2), None,
     column="amount", threshold=2, double_sided=True)
rows("expect_column_value_z_scores_to_be_less_than", table["amount"].notna(), score.notna() & ~(score < 2), 0.9,
     column="amount", threshold=2, double_sided=False)
rows("expect_column_value_z_scores_to_be_less_than", table["amount"].notna(), score.notna() & ~(score.abs() < 10), None,
     column="amount", threshold=10, double_sided=True)

figures = {"mean": table["amount"].mean(), "median": table["amount"].median(), "stdev": table["amount"].std(ddof=1),
           "sum": table["amount"].sum(), "min": table["amount"].min(), "max": table["amount"].max()}
for name, value in figures.items():
    value = float(value)
    type_ = f"expect_column_{name}_to_be_between"
    case(type_, True, {"observed_value": value}, column="amount", min_value=value - 0.5, max_value=value + 0.5)
    case(type_, False, {"observed_value": value}, column="amount", min_value=value + 0.5)
german = table[table["country"] == "DE"]["amount"]
case("expect_column_mean_to_be_between", True, {"observed_value": float(german.mean())}, column="amount",
     min_value=float(german.mean()) - 1e-6, max_value=float(german.mean()) + 1e-6, row_condition='country == "DE"')

shares = [0.05, 0.25, 0.5, 0.95]
values = [float(v) for v in np.quantile(table["amount"].dropna(), shares)]
case("expect_column_quantile_values_to_be_between", True, {"observed_value": {"quantiles": shares, "values": values}},
     column="amount", quantile_ranges={"quantiles": shares, "value_ranges": [[None, v + 0.1] for v in values]})
case("expect_column_quantile_values_to_be_between", False, {}, column="amount",
     quantile_ranges={"quantiles": shares, "value_ranges": [[v - 0.1, v + 0.1] for v in values[:3]] + [[values[3] + 1, None]]})

unique = table["code"].nunique()
case("expect_column_unique_value_count_to_be_between", True, {"observed_value": unique}, column="code", min_value=unique, max_value=unique)
case("expect_column_unique_value_count_to_be_between", False, {"observed_value": unique}, column="code", max_value=unique - 1)
case("expect_column_proportion_of_unique_values_to_be_between", True, {"observed_value": unique / n}, column="code",
     min_value=0.1, max_value=1)
case("expect_column_proportion_of_unique_values_to_be_between", False, {"observed_value": unique / n}, column="code", min_value=1)

countries = sorted(table["country"].dropna().unique())
for relation, value_set, success in (
        ("in", ["DE", "FR", "IT", "NO", "SE"], True), ("in", ["DE", "FR"], False), ("contain", ["DE", "FR"], True),
        ("contain", ["DE", "SE"], False), ("equal", countries, True), ("equal", countries + ["SE"], False)):
    type_ = {"in": "expect_column_distinct_values_to_be_in_set", "contain": "expect_column_distinct_values_to_contain_set",
             "equal": "expect_column_distinct_values_to_equal_set"}[relation]
    case(type_, success, {"observed_value": countries}, column="country", value_set=value_set)

both = table["amount"].notna() | table["cost"].notna()
for or_equal in (False, True):
    bad = ~((table["amount"] >= table["cost"]) if or_equal else (table["amount"] > table["cost"])) & both
    rows("expect_column_pair_values_a_to_be_greater_than_b", both, bad, None, column_A="amount", column_B="cost", or_equal=or_equal)
either = table["amount"].notna() & table["cost"].notna()
bad = ~(table["amount"] > table["cost"]) & either
rows("expect_column_pair_values_a_to_be_greater_than_b", either, bad, 0.5, column_A="amount", column_B="cost",
     ignore_row_if="either_value_is_missing")
rows("expect_column_pair_values_to_be_equal", table["left"].notna(), table["left"] != table["right"], None, column_A="left",
     column_B="right")
rows("expect_column_pair_values_to_be_equal", table["left"].notna(), table["left"] != table["left"], None, column_A="left",
     column_B="left")
whole = table["left"].notna()
rows("expect_multicolumn_sum_to_equal", whole, (table["left"] + table["right"]) != 60, None, column_list=["left", "right"], sum_total=60)
rows("expect_multicolumn_sum_to_equal", whole, (table["left"] + table["right"]) != 60, 0.99, column_list=["left", "right"], sum_total=60)
rows("unexpected_rows_expectation", whole, (table["left"] > 50) & (table["country"] == "DE"), None, True,
     unexpected_rows_condition="left > 50 and country = 'DE'")
rows("unexpected_rows_expectation", whole, table["left"] > 60, None, True, unexpected_rows_condition="not (left <= 60)")

observed = table["country"].value_counts(normalize=True)
for weights, holdout in (({"DE": 0.5, "FR": 0.3, "IT": 0.15, "NO": 0.05}, 0), ({"DE": 0.4, "FR": 0.3, "IT": 0.3}, 0.1)):
    others = [c for c in observed.index if c not in weights]
    kept = 1 - holdout if others else 1
    p = [observed[c] for c in weights] + [observed[c] for c in others]
    q = [w * kept for w in weights.values()] + [holdout / len(others) for _ in others]
    divergence = float(stats.entropy(p, q))
    for threshold in (divergence * 1.01, divergence * 0.99):
        case("expect_column_kl_divergence_to_be_less_than", divergence <= threshold, {"observed_value": divergence}, column="country",
             partition_object={"values": list(weights), "weights": list(weights.values())}, threshold=threshold,
             tail_weight_holdout=holdout)
bins = [20, 40, 60, 80]
present = table["amount"].dropna()
counts = np.histogram(present, bins)[0]
p = np.concatenate(([(present < 20).sum()], counts, [(present > 80).sum()])) / len(present)
q = np.array([0.05, 0.9 * 0.25, 0.9 * 0.5, 0.9 * 0.25, 0.05])
divergence = float(stats.entropy(p, q))
for threshold in (divergence * 1.01, divergence * 0.99):
    case("expect_column_kl_divergence_to_be_less_than", divergence <= threshold, {"observed_value": divergence}, column="amount",
         partition_object={"bins": bins, "weights": [0.25, 0.5, 0.25]}, threshold=threshold, tail_weight_holdout=0.1)
case("expect_column_kl_divergence_to_be_less_than", False, {}, column="country",
     partition_object={"values": ["DE"], "weights": [1.0]}, threshold=1000)

with open("expectations.json", "w") as out:
    json.dump(cases, out, indent=1)
print(len(cases), "cases,", len({c["type"] for c in cases}), "types")
