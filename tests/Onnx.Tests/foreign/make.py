#!/usr/bin/env python3
"""Writes models as other tools write them, with what scikit-learn itself says of a few rows.

    apt-get install python3-onnx python3-sklearn    # onnx 1.12.0, scikit-learn 1.2.1
    /usr/bin/python3 make.py                        # writes *.onnx and expected.json beside this file

The graphs have the shape that skl2onnx, onnxmltools and PyTorch give them: a float input of any name, int64 labels,
probabilities as a ZipMap (sequence of maps) or a tensor, a regression as a column or a vector.
"""
import json
import pathlib

import numpy as np
from onnx import TensorProto, TypeProto, checker, helper
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler

HERE = pathlib.Path(__file__).parent
ML = "ai.onnx.ml"
expected = {}


def save(name, nodes, width, outputs, rows, result, initializers=()):
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info("float_input", TensorProto.FLOAT, [None, width])], outputs, initializers)
    model = helper.make_model(
        graph, producer_name="make.py", ir_version=8,
        opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid(ML, 1)])
    checker.check_model(model)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    expected[name] = {"rows": np.asarray(rows, dtype=np.float32).tolist(), "result": np.asarray(result).tolist()}


def zipmap_type(name, key):
    kind = TypeProto()
    kind.sequence_type.elem_type.map_type.key_type = key
    kind.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
    return helper.make_value_info(name, kind)


def label(name, kind=TensorProto.INT64):
    return helper.make_tensor_value_info(name, kind, [None])


def logistic():
    x, y = load_wine(return_X_y=True)
    x = StandardScaler().fit_transform(x).astype(np.float32)
    model = LogisticRegression().fit(x, y)
    rows = x[::20]

    def classifier(**labels):
        return [
            helper.make_node(
                "LinearClassifier", ["float_input"], ["label", "raw"], domain=ML,
                coefficients=model.coef_.ravel().tolist(), intercepts=model.intercept_.tolist(),
                multi_class=0, post_transform="SOFTMAX", **labels),
            helper.make_node("Normalizer", ["raw"], ["normal"], domain=ML, norm="L1"),
        ]

    for name, kind, labels, zipped in [
        ("zipmap_integers", TensorProto.INT64, {"classlabels_ints": [0, 1, 2]}, {"classlabels_int64s": [0, 1, 2]}),
        ("zipmap_strings", TensorProto.STRING, {"classlabels_strings": ["c0", "b1", "a2"]}, {"classlabels_strings": ["c0", "b1", "a2"]}),
    ]:
        save(name,
             classifier(**labels) + [
                 helper.make_node("Identity", ["label"], ["output_label"]),
                 helper.make_node("ZipMap", ["normal"], ["output_probability"], domain=ML, **zipped)],
             x.shape[1], [label("output_label", kind), zipmap_type("output_probability", kind)], rows, model.predict_proba(rows))
    save("tensor_reversed",
         classifier(classlabels_strings=["c0", "b1", "a2"]) + [
             helper.make_node("Identity", ["label"], ["output_label"]),
             helper.make_node("Identity", ["normal"], ["output_probability"])],
         x.shape[1],
         [label("output_label", TensorProto.STRING), helper.make_tensor_value_info("output_probability", TensorProto.FLOAT, [None, 3])],
         rows, model.predict_proba(rows))


def forest():
    x, y = load_breast_cancer(return_X_y=True)
    x = x.astype(np.float32)
    model = RandomForestClassifier(n_estimators=5, max_depth=4, random_state=0).fit(x, y)
    nodes = {key: [] for key in ("treeids", "nodeids", "modes", "featureids", "values", "truenodeids", "falsenodeids")}
    leaves = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    for number, tree in enumerate(estimator.tree_ for estimator in model.estimators_):
        for node in range(tree.node_count):
            leaf = tree.children_left[node] < 0
            threshold = np.float32(tree.threshold[node])
            if threshold > tree.threshold[node]:
                threshold = np.nextafter(threshold, np.float32(-np.inf))
            for key, value in zip(nodes, (
                    number, node, "LEAF" if leaf else "BRANCH_LEQ", 0 if leaf else int(tree.feature[node]), 0.0 if leaf else float(threshold),
                    0 if leaf else int(tree.children_left[node]), 0 if leaf else int(tree.children_right[node]))):
                nodes[key].append(value)
            if leaf:
                share = tree.value[node][0] / tree.value[node][0].sum() / len(model.estimators_)
                for target, weight in enumerate(share):
                    for key, value in zip(leaves, (number, node, target, float(weight))):
                        leaves[key].append(value)
    def classifier(scores):
        return helper.make_node(
            "TreeEnsembleClassifier", ["float_input"], ["label", scores], domain=ML, classlabels_int64s=[0, 1], post_transform="NONE",
            **{f"nodes_{key}": value for key, value in nodes.items()}, **{f"class_{key}": value for key, value in leaves.items()})

    save("forest", [classifier("probabilities")],
         x.shape[1], [label("label"), helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
         x[::60], model.predict_proba(x[::60]))
    zipmap = helper.make_node("ZipMap", ["raw"], ["output_probability"], domain=ML, classlabels_int64s=[0, 1])
    save("forest_zipmap", [classifier("raw"), zipmap],
         x.shape[1], [label("label"), zipmap_type("output_probability", TensorProto.INT64)], x[::60], model.predict_proba(x[::60]))


def sigmoid():
    x, y = load_breast_cancer(return_X_y=True)
    x = StandardScaler().fit_transform(x).astype(np.float32)
    model = LogisticRegression().fit(x, y)
    weights = helper.make_tensor("w", TensorProto.FLOAT, [x.shape[1], 1], model.coef_.ravel())
    bias = helper.make_tensor("b", TensorProto.FLOAT, [1], model.intercept_)
    save("sigmoid_column",
         [helper.make_node("Gemm", ["float_input", "w", "b"], ["score"]), helper.make_node("Sigmoid", ["score"], ["output"])],
         x.shape[1], [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1])],
         x[::60], model.predict_proba(x[::60]), [weights, bias])


def regression():
    x, y = load_diabetes(return_X_y=True)
    x = x.astype(np.float32)
    model = LinearRegression().fit(x, y)
    linear = helper.make_node(
        "LinearRegressor", ["float_input"], ["variable"], domain=ML,
        coefficients=model.coef_.tolist(), intercepts=[float(model.intercept_)])
    save("regression_column", [linear], x.shape[1],
         [helper.make_tensor_value_info("variable", TensorProto.FLOAT, [None, 1])], x[::50], model.predict(x[::50]))
    shape = helper.make_tensor("shape", TensorProto.INT64, [1], [-1])
    save("regression_vector", [linear, helper.make_node("Reshape", ["variable", "shape"], ["flat"])], x.shape[1],
         [helper.make_tensor_value_info("flat", TensorProto.FLOAT, [None])], x[::50], model.predict(x[::50]), [shape])


def endless():
    """A loop that runs until someone ends it."""
    scalar = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Identity", ["going"], ["still"]), helper.make_node("Add", ["before", "before"], ["after"])], "body",
        [scalar("step", TensorProto.INT64, []), scalar("going", TensorProto.BOOL, []), scalar("before", TensorProto.FLOAT, [None, 1])],
        [scalar("still", TensorProto.BOOL, []), scalar("after", TensorProto.FLOAT, [None, 1])])
    always = helper.make_tensor("always", TensorProto.BOOL, [], [True])
    save("endless", [helper.make_node("Loop", ["", "always", "float_input"], ["y"], body=body)], 1,
         [scalar("y", TensorProto.FLOAT, [None, 1])], [], [], [always])


logistic()
endless()
forest()
sigmoid()
regression()
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in expected.items())
(HERE / "expected.json").write_text("{\n" + lines + "\n}\n")
