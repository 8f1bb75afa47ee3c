"""Trains the models that every server under load serves: logistic regression and random forest on breast-cancer data, and one of texts.

usage: models.py FOLDER

Writes {lr,rf,text}.joblib for scikit-learn, {lr,rf}.onnx for the others, texts.csv to train one of texts from, and rows.json: rows and
texts with the probabilities that scikit-learn gives them, by which each server is checked before it is measured.
"""
import csv
import json
import pathlib
import random
import sys

import joblib
import numpy
from onnx import TensorProto, checker, helper, numpy_helper, save
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

CLASSES = ["malignant", "benign"]
PRAISE = "wonderful excellent great lovely brilliant delightful perfect superb charming reliable".split()
BLAME = "terrible awful boring broken horrible dreadful useless disappointing poor slow".split()
THINGS = "film book hotel phone meal service album bike course camera".split()


def reviews(count):
    """Short reviews, of each kind as many; every seventh of them says something of the other kind too."""
    chance = random.Random(7)
    for number in range(count):
        own, other = (BLAME, PRAISE) if number % 2 else (PRAISE, BLAME)
        tail = f"though a little {chance.choice(other)}" if number % 7 == 0 else f"and {chance.choice(own)}"
        text = f"The {chance.choice(THINGS)} is {chance.choice(own)}, {chance.choice(own)} {tail} (no. {number})"
        yield text, "negative" if number % 2 else "positive"


def logistic_graph(model):
    """The scaling is folded into the weights in double precision and rounded once."""
    scaler, regression = model
    weights = regression.coef_[0] / scaler.scale_
    bias = regression.intercept_[0] - weights @ scaler.mean_
    return [
        helper.make_node("Gemm", ["input", "weights", "bias"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ], [
        numpy_helper.from_array(numpy.stack([0 * weights, weights], axis=1).astype(numpy.float32), "weights"),
        numpy_helper.from_array(numpy.array([0, bias], dtype=numpy.float32), "bias"),
    ]


def at_most(values):
    """The greatest 32-bit floats that are not above these: a 32-bit x is at most either or neither."""
    rounded = values.astype(numpy.float32)
    above = rounded.astype(numpy.float64) > values
    return numpy.where(above, numpy.nextafter(rounded, numpy.float32(-numpy.inf)), rounded)


def forest_graph(model):
    nodes = {name: [] for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")}
    leaves = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
    for number, fitted in enumerate(model.estimators_):
        tree = fitted.tree_
        is_leaf = tree.children_left < 0
        count = tree.node_count
        nodes["treeids"] += [number] * count
        nodes["nodeids"] += range(count)
        nodes["featureids"] += numpy.where(is_leaf, 0, tree.feature).tolist()
        nodes["values"] += numpy.where(is_leaf, 0, at_most(tree.threshold)).astype(float).tolist()
        nodes["modes"] += ["LEAF" if leaf else "BRANCH_LEQ" for leaf in is_leaf]
        nodes["truenodeids"] += numpy.where(is_leaf, 0, tree.children_left).tolist()
        nodes["falsenodeids"] += numpy.where(is_leaf, 0, tree.children_right).tolist()
        for node in numpy.flatnonzero(is_leaf):
            shares = tree.value[node][0] / tree.value[node][0].sum() / len(model.estimators_)
            for kind, share in enumerate(shares):
                for name, value in zip(leaves, (number, int(node), kind, float(share))):
                    leaves[name].append(value)
    return [helper.make_node(
        "TreeEnsembleClassifier", ["input"], ["label", "probabilities"], domain="ai.onnx.ml", post_transform="NONE",
        classlabels_strings=CLASSES, **{f"nodes_{name}": values for name, values in nodes.items()},
        **{f"class_{name}": values for name, values in leaves.items()})], []


def write(path, nodes, constants, width, outputs):
    graph = helper.make_graph(
        nodes, path.stem, [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["rows", width])], outputs, constants)
    model = helper.make_model(
        graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    checker.check_model(model)
    save(model, str(path))


def main():
    folder = pathlib.Path(sys.argv[1])
    rows, labels = load_breast_cancer(return_X_y=True)
    rows = rows.astype(numpy.float32).astype(numpy.float64)
    logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)).fit(rows, labels)
    forest = RandomForestClassifier(100, random_state=1, n_jobs=1).fit(rows, labels)
    probabilities = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", 2])
    label = helper.make_tensor_value_info("label", TensorProto.STRING, ["rows"])
    write(folder / "lr.onnx", *logistic_graph(logistic), rows.shape[1], [probabilities])
    write(folder / "rf.onnx", *forest_graph(forest), rows.shape[1], [label, probabilities])
    joblib.dump(logistic, folder / "lr.joblib")
    joblib.dump(forest, folder / "rf.joblib")
    texts, kinds = zip(*reviews(2_000))
    with open(folder / "texts.csv", "w", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), *zip(texts, kinds)])
    sentiment = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1_000)).fit(texts, kinds)
    joblib.dump(sentiment, folder / "text.joblib")

    # As people write them: the shortest digits that mean the same 32-bit float.
    told = [[float(str(numpy.float32(value))) for value in row] for row in rows[:512]]
    (folder / "rows.json").write_text(json.dumps({
        "rows": told, "lr": logistic.predict_proba(rows[:512]).tolist(), "rf": forest.predict_proba(rows[:512]).tolist(),
        "texts": texts[:512], "text": sentiment.predict_proba(texts[:512]).tolist()}))


main()
