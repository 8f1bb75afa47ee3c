"""What people write first: FastAPI around scikit-learn, with pydantic models of what comes and goes. Run by uvicorn; MODELS names the folder."""
import os
import pathlib

import joblib
import numpy
from fastapi import FastAPI
from pydantic import BaseModel

folder = pathlib.Path(os.environ["MODELS"])
models = {name: joblib.load(folder / f"{name}.joblib") for name in ("lr", "rf", "text")}
app = FastAPI()


class Rows(BaseModel):
    instances: list[list[float]]


class Texts(BaseModel):
    instances: list[str]


class Predictions(BaseModel):
    predictions: list[int]
    probabilities: list[list[float]]


# Coroutines, for handing each request to a thread would cost more than a prediction.
@app.get("/health")
async def health():
    return {"status": "ok"}


@app.post("/predict/text", response_model=Predictions)
async def predict_text(body: Texts):
    probabilities = models["text"].predict_proba(body.instances)
    return {"predictions": probabilities.argmax(axis=1).tolist(), "probabilities": probabilities.tolist()}


@app.post("/predict/{name}", response_model=Predictions)
async def predict(name: str, body: Rows):
    probabilities = models[name].predict_proba(numpy.array(body.instances))
    return {"predictions": probabilities.argmax(axis=1).tolist(), "probabilities": probabilities.tolist()}
