"""What people write first: FastAPI with a pydantic body around scikit-learn. Run by uvicorn; MODELS names the folder."""
import os
import pathlib

import joblib
import numpy
from fastapi import FastAPI
from pydantic import BaseModel

folder = pathlib.Path(os.environ["MODELS"])
models = {name: joblib.load(folder / f"{name}.joblib") for name in ("lr", "rf")}
app = FastAPI()


class Rows(BaseModel):
    instances: list[list[float]]


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/predict/{name}")
def predict(name: str, body: Rows):
    probabilities = models[name].predict_proba(numpy.array(body.instances))
    return {"predictions": probabilities.argmax(axis=1).tolist(), "probabilities": probabilities.tolist()}
