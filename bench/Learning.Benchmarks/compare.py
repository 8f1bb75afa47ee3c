#!/usr/bin/python3
"""Our boosting against XGBoost (hist) and scikit-learn's HistGradientBoosting: the same rows, the same settings, turn by turn.

Debian 12: apt-get install python3-sklearn python3-xgboost; first: dotnet build -c Release bench/Learning.Benchmarks

    /usr/bin/python3 bench/Learning.Benchmarks/compare.py speed [rounds]    200,000 x 30 binary, 200,000 x 10 regression
    /usr/bin/python3 bench/Learning.Benchmarks/compare.py quality [seeds]   those and data/*.csv, 5 folds, several seeds
    /usr/bin/python3 bench/Learning.Benchmarks/compare.py scaling           time and memory by rows and columns

Every measurement is a process of its own which trains once to warm up and then once for the record. Each command writes what it finds to
bench/reports/learning-<command>.md as it goes along, so that one cut short leaves what it has.
"""

import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARIES = ["ours", "xgboost", "scikit-learn"]
TARGETS = {"breast-cancer": "diagnosis", "wine": "cultivar", "diabetes": "progression", "digits": "digit"}


class Report:
    """Lines shown and kept in bench/reports/learning-<name>.md."""

    def __init__(self, name, title, text):
        self.path = ROOT / "bench" / "reports" / f"learning-{name}.md"
        self.path.write_text("")
        self.add(f"# {title}", "", f"Written by `compare.py {' '.join(sys.argv[1:])}` on {os.cpu_count()} cores, load average "
                 f"{os.getloadavg()[0]:.0f} at the start. {text}", "")

    def add(self, *lines):
        with self.path.open("a") as file:
            for line in lines:
                print(line, flush=True)
                file.write(line + "\n")


def program():
    found = sorted(ROOT.glob("artifacts/bin/Learning.Benchmarks/*elease*/Mlops.Learning.Benchmarks.dll"))
    return ["dotnet", str(found[0])]


def write(folder, features, target, folds, classes):
    folder.mkdir(parents=True, exist_ok=True)
    numpy.asfortranarray(features, dtype="<f4").T.tofile(folder / "features.f32")
    target.astype("<f8").tofile(folder / "target.f64")
    folds.astype("<i4").tofile(folder / "folds.i32")
    (folder / "table.json").write_text(json.dumps({"classes": classes}))


def read(folder):
    target = numpy.fromfile(folder / "target.f64", dtype="<f8")
    features = numpy.fromfile(folder / "features.f32", dtype="<f4").reshape(-1, len(target)).T
    folds = numpy.fromfile(folder / "folds.i32", dtype="<i4")
    return features, target, folds, json.loads((folder / "table.json").read_text())["classes"]


def large(folder, seed):
    from sklearn.datasets import make_classification, make_friedman1

    rows = 200_000
    held = numpy.where(numpy.arange(rows) < rows * 8 // 10, -1, 0)
    features, target = make_classification(
        rows, 30, n_informative=15, n_redundant=5, n_clusters_per_class=4, class_sep=0.7, flip_y=0.03, random_state=seed)
    write(folder / "binary-200k-30", features, target, held, 2)
    features, target = make_friedman1(rows, 10, noise=1.0, random_state=seed)
    write(folder / "friedman1-200k-10", features, target, held, 0)
    return [folder / "binary-200k-30", folder / "friedman1-200k-10"]


def small(folder, seed):
    from sklearn.model_selection import KFold, StratifiedKFold

    made = []
    for name, column in TARGETS.items():
        with open(ROOT / "data" / f"{name}.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        labels = [row.pop(column) for row in rows]
        features = numpy.array([[float(value or "nan") for value in row.values()] for row in rows], dtype=numpy.float32)
        classes = [] if name == "diabetes" else sorted(set(labels))
        target = numpy.array([classes.index(label) if classes else float(label) for label in labels], dtype=float)
        folds = numpy.zeros(len(target), dtype=int)
        splitter = (StratifiedKFold if classes else KFold)(5, shuffle=True, random_state=seed)
        for number, (_, held) in enumerate(splitter.split(features, target)):
            folds[held] = number
        write(folder / name, features, target, folds, len(classes))
        made.append(folder / name)
    return made


def peer(library, folder, threads, seed):
    """In a process of its own, as OpenMP reads its number of threads once."""
    features, target, folds, classes = read(folder)

    def make():
        if library == "xgboost":
            import xgboost

            kind = xgboost.XGBClassifier if classes else xgboost.XGBRegressor
            return kind(
                n_estimators=100, tree_method="hist", grow_policy="lossguide", max_leaves=31, max_depth=0, max_bin=255,
                learning_rate=0.1, reg_lambda=0, min_child_weight=1e-3, n_jobs=threads, random_state=seed, verbosity=0)
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
        return kind(max_iter=100, early_stopping=False, random_state=seed)

    wall = cpu = 0.0
    for fold in range(folds.max() + 1):
        train = numpy.asfortranarray(features[folds != fold]) if library == "scikit-learn" else features[folds != fold]
        if fold == 0:
            make().fit(train, target[folds != fold])
        model = make()
        started, worked = time.perf_counter(), time.process_time()
        model.fit(train, target[folds != fold])
        wall += time.perf_counter() - started
        cpu += time.process_time() - worked
        held = features[folds == fold]
        predicted = model.predict_proba(held) if classes else model.predict(held)
        predicted.astype("<f8").tofile(folder / f"predicted-{fold}.f64")
    print(json.dumps({"wall": wall, "cpu": cpu}))


def score(folder):
    from sklearn.metrics import log_loss, mean_squared_error, roc_auc_score

    _, target, folds, classes = read(folder)
    scores = []
    for fold in range(folds.max() + 1):
        truth = target[folds == fold]
        predicted = numpy.fromfile(folder / f"predicted-{fold}.f64", dtype="<f8")
        if not classes:
            scores.append(("RMSE", mean_squared_error(truth, predicted, squared=False), 0))
            continue
        predicted = predicted.reshape(len(truth), -1)
        predicted = predicted / predicted.sum(1, keepdims=True)
        auc = roc_auc_score(truth, predicted[:, 1]) if classes == 2 else roc_auc_score(truth, predicted, multi_class="ovr")
        scores.append(("AUC", auc, log_loss(truth, predicted)))
    return scores[0][0], statistics.mean(s[1] for s in scores), statistics.mean(s[2] for s in scores)


def measure(library, folder, threads, seed):
    command = program() + ["fit", str(folder), "gradient-boosting", str(threads), str(seed)]
    if library != "ours":
        command = [sys.executable, __file__, "peer", library, str(folder), str(threads), str(seed)]
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS="1", OMP_WAIT_POLICY="passive")
    ran = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(ran.stdout.splitlines()[-1])


def speed(folder, rounds):
    report = Report("speed", "Boosting against its peers", (
        f"The three take turns, {rounds} rounds; OMP_NUM_THREADS is the number of threads, and OMP_WAIT_POLICY=passive keeps peers from "
        "spinning. The median of the rounds, and the least, which neighbours on the machine disturb least; ratios are to the peer that "
        "is faster by the same measure."))
    report.add("| table | threads | library | wall s | least wall | CPU s | least CPU "
               "| least wall, of faster peer | CPU | least CPU | score |",
               "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|---|")
    measures = {"wall": statistics.median, "least wall": min, "CPU": statistics.median, "least CPU": min}
    for table in large(folder, 7):
        for threads in (1, 2):
            times = {library: [] for library in LIBRARIES}
            scores = {}
            for number in range(rounds):
                for library in LIBRARIES[number % 3:] + LIBRARIES[:number % 3]:
                    times[library].append(measure(library, table, threads, 7))
                    scores[library] = score(table)
            of = {
                (library, name): of_runs(run[name.split()[-1].lower()] for run in runs)
                for library, runs in times.items() for name, of_runs in measures.items()}
            for library in LIBRARIES:
                ratios = [
                    of[library, name] / min(of[other, name] for other in LIBRARIES[1:]) for name in ("least wall", "CPU", "least CPU")]
                cells = [f"{number:.2f}" for number in [*(of[library, name] for name in measures), *ratios]]
                report.add(f"| {table.name} | {threads} | {library} | {' | '.join(cells)} "
                           f"| {scores[library][0]} {scores[library][1]:.4f} |")


def quality(folder, seeds):
    report = Report("quality", "What boosting predicts against its peers", (
        f"data/*.csv in 5 folds, dealt anew for each of {seeds} seeds, and the large tables with 80 rows of 100 to learn from, drawn anew "
        "for each of the first 3; spread is the standard deviation over seeds."))
    report.add("| table | seeds | library | score, mean over seeds | spread | log loss | worse by |", "|---|--:|---|--:|--:|--:|---|")
    for make, count in ((small, seeds), (large, min(seeds, 3))):
        dealt = [make(folder / str(seed), seed) for seed in range(count)]
        for tables in zip(*dealt):
            table, runs = tables[0].name, {library: [] for library in LIBRARIES}
            for seed, dealt_table in enumerate(tables):
                for library in LIBRARIES:
                    measure(library, dealt_table, 2, seed)
                    runs[library].append(score(dealt_table))
            means = {library: statistics.mean(run[1] for run in found) for library, found in runs.items()}
            spreads = {library: statistics.stdev(run[1] for run in found) for library, found in runs.items()}
            kind = runs["ours"][0][0]
            best = (max if kind == "AUC" else min)(LIBRARIES[1:], key=lambda library: means[library])
            worse = (means[best] - means["ours"]) * (1 if kind == "AUC" else -1)
            for library, found in runs.items():
                said = f"{worse:+.4f} than {best}, {worse / spreads[best]:+.2f} of its spread" if library == "ours" else ""
                report.add(f"| {table} | {count} | {library} | {kind} {means[library]:.4f} | {spreads[library]:.4f} "
                           f"| {statistics.mean(run[2] for run in found):.4f} | {said} |")


def scaling():
    report = Report("scaling", "Boosting by rows and columns", (
        "Two threads. Source is the features and the target in double precision, bins a byte per value; the peak is the source and by how "
        "much training raises the resident set of the process, garbage included."))
    report.add("| rows | columns | wall s | CPU s | source MB | bins MB | peak MB | of source and bins |",
               "|--:|--:|--:|--:|--:|--:|--:|--:|")
    points = {}
    for columns in (10, 30, 100):
        for rows in (25_000, 50_000, 100_000, 200_000, 400_000):
            ran = subprocess.run(program() + ["scale", str(rows), str(columns), "2"], check=True, capture_output=True, text=True)
            run = json.loads(ran.stdout)
            points.setdefault(columns, []).append((rows, run["cpu"]))
            whole = run["sourceBytes"] + run["binnedBytes"]
            report.add(f"| {rows} | {columns} | {run['wall']:.2f} | {run['cpu']:.2f} | {run['sourceBytes'] / 1e6:.0f} "
                       f"| {run['binnedBytes'] / 1e6:.1f} | {run['peakBytes'] / 1e6:.1f} | {run['peakBytes'] / whole:.2f} |")
            draw(ROOT / "bench" / "reports" / "learning-scaling.svg", points)
    report.add("", "![CPU seconds by rows, for 10, 30 and 100 columns](learning-scaling.svg)")


def draw(path, points):
    """CPU seconds by rows, which neighbours on the machine change least; both axes logarithmic, a line for each number of columns."""
    width, height, left, bottom = 560, 360, 60, 40
    times = [seconds for line in points.values() for _, seconds in line]
    low, high = min(times) / 1.3, max(times) * 1.3
    across = lambda rows: left + (width - left - 90) * numpy.log(rows / 25_000) / numpy.log(16)
    up = lambda seconds: height - bottom - (height - bottom - 20) * numpy.log(seconds / low) / numpy.log(high / low)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>',
             '<text x="60" y="14">Boosting 100 trees of 31 leaves on 2 threads: CPU seconds by rows</text>']
    for rows in (25_000, 50_000, 100_000, 200_000, 400_000):
        parts.append(f'<text x="{across(rows):.0f}" y="{height - 18}" text-anchor="middle">{rows // 1000}k</text>')
    for seconds in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50):
        if low <= seconds <= high:
            parts.append(f'<line x1="{left}" x2="{width - 90}" y1="{up(seconds):.1f}" y2="{up(seconds):.1f}" stroke="#ddd"/>'
                         f'<text x="{left - 8}" y="{up(seconds) + 4:.0f}" text-anchor="end">{seconds}</text>')
    for (columns, line), colour in zip(points.items(), ("#1b7837", "#2166ac", "#b2182b")):
        path_points = " ".join(f"{across(rows):.1f},{up(seconds):.1f}" for rows, seconds in line)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path_points}"/>'
                     f'<text x="{width - 84}" y="{up(line[-1][1]) + 4:.0f}" fill="{colour}">{columns} columns</text>')
    pathlib.Path(path).write_text("\n".join(parts + ["</svg>", ""]))


def main():
    mode, *rest = sys.argv[1:]
    if mode == "peer":
        peer(rest[0], pathlib.Path(rest[1]), int(rest[2]), int(rest[3]))
        return
    with tempfile.TemporaryDirectory() as folder:
        if mode == "speed":
            speed(pathlib.Path(folder), int(rest[0]) if rest else 3)
        elif mode == "quality":
            quality(pathlib.Path(folder), int(rest[0]) if rest else 5)
        elif mode == "scaling":
            scaling()
        else:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
