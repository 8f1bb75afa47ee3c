#!/usr/bin/python3
"""Writes scikit-learn's view of preprocessing, text and calibration as golden values. Debian 12: apt-get install python3-sklearn (1.2.1).

Usage, from the repository root: /usr/bin/python3 tests/Learning.Tests/golden/make_preparation.py

Scores that are calibrated are rounded to single precision first, because models give them so.
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.calibration import _SigmoidCalibration
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler

TEXTS = [
    "The parcel arrived late, and the box was broken!",
    "Great service; fast delivery, friendly staff.",
    "The staff was friendly. Delivery: on time.",
    "Broken on arrival... the box was EMPTY!!",
    "Größe passt, schnelle Lieferung; gerne wieder.",
    "GRÖSSE falsch, Lieferung spät, nie wieder!",
    "fast fast FAST delivery & great price (20% off)",
    "late again, late_again, always late",
    "",
    "Ärgerlich: die Lieferung kam nie an. ärgerlich!",
    "a b c 7",
    "the price was great, the delivery was late",
]
CLASSES = [0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 2]
UNSEEN = ["Broken box, late delivery", "schnelle Lieferung, GERNE wieder", "nothing of this is known", ""]


def rounded(values, digits=9):
    return numpy.round(numpy.asarray(values, dtype=float), digits).tolist()


def text():
    result = {"texts": TEXTS, "classes": CLASSES, "unseen": UNSEEN}
    for name, vectorizer in {
        "words": TfidfVectorizer(),
        "pairs": TfidfVectorizer(ngram_range=(1, 2), min_df=2),
        "pairsOnly": TfidfVectorizer(ngram_range=(2, 2)),
        "counts": CountVectorizer(min_df=2),
    }.items():
        matrix = vectorizer.fit_transform(TEXTS)
        bayes = MultinomialNB(alpha=0.5).fit(matrix, CLASSES)
        # Newton's method: the optimum itself, not the place where lbfgs happens to stop.
        logistic = LogisticRegression(solver="newton-cg", tol=1e-8, max_iter=10_000).fit(matrix, CLASSES)
        result[name] = {
            "terms": vectorizer.get_feature_names_out().tolist(),
            "matrix": rounded(matrix.toarray()),
            "unseen": rounded(vectorizer.transform(UNSEEN).toarray()),
            "naiveBayes": rounded(bayes.predict_proba(vectorizer.transform(UNSEEN))),
            "logistic": rounded(logistic.predict_proba(vectorizer.transform(UNSEEN))),
        }
    return result


def numbers():
    column = numpy.array([3, numpy.nan, 1, 10, 3, numpy.nan, 2.5, -4, 10, 0.25, 7]).reshape(-1, 1)
    probes = numpy.array([numpy.nan, 0, 5.5, -100]).reshape(-1, 1)
    result = {"column": [None if numpy.isnan(value) else value for value in column[:, 0]]}
    for impute in ["median", "mean", "most_frequent", "constant"]:
        for scale, scaler in {"standard": StandardScaler(), "minMax": MinMaxScaler(), "robust": RobustScaler(), "none": None}.items():
            imputer = SimpleImputer(strategy=impute, fill_value=-2.0).fit(column)
            filled, probed = imputer.transform(column), imputer.transform(probes)
            if scaler is not None:
                scaler.fit(filled)
                probed = scaler.transform(probed)
            result[f"{impute}/{scale}"] = rounded(probed[:, 0])
    return result


def categories():
    column = numpy.array(list("aaaaabbbbcccddef")).reshape(-1, 1)
    probes = numpy.array(list("abcdefz")).reshape(-1, 1)
    folded = OneHotEncoder(max_categories=4, handle_unknown="infrequent_if_exist", sparse_output=False).fit(column)
    frequent = OneHotEncoder(min_frequency=0.15, handle_unknown="infrequent_if_exist", sparse_output=False).fit(column)
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(column)
    return {
        "column": column[:, 0].tolist(),
        "probes": probes[:, 0].tolist(),
        "atMostThree": folded.transform(probes).tolist(),
        "atLeast15Percent": frequent.transform(probes).tolist(),
        "ordinal": ordinal.transform(probes)[:, 0].tolist(),
    }


def calibration():
    random = numpy.random.RandomState(5)
    scores = numpy.round(random.beta(2, 2, 400), 3).astype(numpy.float32)
    outcomes = (random.uniform(size=400) < scores.astype(float) ** 2).astype(float)
    weights = random.randint(1, 4, 400).astype(float)
    probes = numpy.linspace(0, 1, 41).astype(numpy.float32)
    isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    plain = isotonic.fit(scores.astype(float), outcomes)
    knots = (plain.X_thresholds_.tolist(), plain.y_thresholds_.tolist())
    at = rounded(plain.predict(probes.astype(float)))
    weighted = rounded(isotonic.fit(scores.astype(float), outcomes, weights).predict(probes.astype(float)))
    margins = numpy.log(scores.astype(float) / (1 - scores.astype(float)))
    platt = _SigmoidCalibration().fit(margins, outcomes)
    return {
        "scores": scores.astype(float).tolist(),
        "outcomes": outcomes.tolist(),
        "weights": weights.tolist(),
        "margins": margins.tolist(),
        "probes": probes.astype(float).tolist(),
        "knots": {"scores": knots[0], "values": rounded(knots[1])},
        "isotonic": at,
        "isotonicWeighted": weighted,
        "platt": {"slope": float(platt.a_), "shift": float(platt.b_)},
    }


def main():
    golden = {
        "command": "/usr/bin/python3 tests/Learning.Tests/golden/make_preparation.py",
        "scikitLearn": sklearn.__version__,
        "text": text(),
        "numbers": numbers(),
        "categories": categories(),
        "calibration": calibration(),
    }
    path = pathlib.Path(__file__).with_name("preparation.json")
    lines = (f'"{key}":{json.dumps(value, separators=(",", ":"), ensure_ascii=False)}' for key, value in golden.items())
    path.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
