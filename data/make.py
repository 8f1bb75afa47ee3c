#!/usr/bin/python3
"""Writes the data sets of this folder as scikit-learn ships them. Debian: apt-get install python3-sklearn.

Usage: /usr/bin/python3 data/make.py [folder]

Values are written as Python's shortest decimal that reads back to the same float64; a column of whole numbers is written
without a decimal point. The same scikit-learn data gives the same bytes.
"""

import csv
import hashlib
import pathlib
import sys

from sklearn import datasets


def column(values):
    if all(float(value).is_integer() for value in values):
        return [str(int(value)) for value in values]
    return [repr(float(value)) for value in values]


def write(folder, name, features, data, target, values):
    columns = [column(data[:, i]) for i in range(data.shape[1])] + [values]
    path = folder / f"{name}.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*features, target])
        writer.writerows(zip(*columns))
    content = path.read_bytes()
    print(f"{path.name}: {len(values)} rows, {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent

    cancer = datasets.load_breast_cancer()
    write(folder, "breast-cancer", cancer.feature_names, cancer.data, "diagnosis",
          [str(cancer.target_names[label]) for label in cancer.target])

    wine = datasets.load_wine()
    write(folder, "wine", wine.feature_names, wine.data, "cultivar", [str(wine.target_names[label]) for label in wine.target])

    digits = datasets.load_digits()
    write(folder, "digits", digits.feature_names, digits.data, "digit", column(digits.target))

    diabetes = datasets.load_diabetes(scaled=False)
    write(folder, "diabetes", diabetes.feature_names, diabetes.data, "progression", column(diabetes.target))


if __name__ == "__main__":
    main()
