"""The servers under load, each on a port of its own on this machine, and what is sent to them."""
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HOST = ROOT / "artifacts/bin/LocalHost/release/Mlops.LocalHost.dll"
BARE_HOST = ROOT / "artifacts/bin/Serving.Bare/release/Mlops.Serving.Bare.dll"
FASTAPI, FASTIFY, BARE = "FastAPI + scikit-learn, 1 worker", "fastify + onnxruntime-node", "Kestrel with a fixed text"
CLASSES = "malignant,benign"
SENTIMENTS = ["negative", "positive"]
FEATURES = 30
LARGE_BLOB = 64 * 1024 * 1024
TICKS = os.sysconf("SC_CLK_TCK")


def call(url, method="GET", body=None, content_type="application/json", headers=None):
    data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    request = urllib.request.Request(url, data, {"Content-Type": content_type, **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {url}: {error.code} {error.read()[:500]}") from error


def descendants(pid):
    children = {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
            except OSError:
                pass
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


class Server:
    """A server as a process of its own; `with` starts it, waits until it answers, and ends it."""

    def __init__(self, name, port, command, environment=None, ready="/health", folder=None):
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self._command, self._environment, self._ready, self._folder = command, environment or {}, ready, folder
        self._log = tempfile.TemporaryFile()

    def __enter__(self):
        self._process = subprocess.Popen(
            self._command, env={**os.environ, **self._environment}, cwd=self._folder, stdout=self._log, stderr=self._log,
            start_new_session=True)
        for _ in range(300):
            try:
                urllib.request.urlopen(self.url + self._ready, timeout=2).read()
                break
            except OSError:
                if self._process.poll() is not None:
                    self._fail()
                time.sleep(0.1)
        else:
            self._fail()
        try:
            self.prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _fail(self):
        self._log.seek(0)
        raise SystemExit(f"{self.name} did not start:\n{self._log.read()[-2000:].decode()}")

    def __exit__(self, *_):
        try:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(10)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def prepare(self):
        pass

    def tidy(self):
        """Called after each load."""

    def _sum(self, read):
        total = 0
        for pid in descendants(self._process.pid):
            try:
                total += read(pathlib.Path(f"/proc/{pid}"))
            except OSError:
                pass
        return total

    def cpu_seconds(self):
        """Of the process and its children, in user and system mode."""
        def read(folder):
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])
        return self._sum(read) / TICKS

    def resident_bytes(self):
        return self._sum(lambda folder: int((folder / "statm").read_text().split()[1])) * os.sysconf("SC_PAGE_SIZE")


class Ours(Server):
    """LocalHost as it is delivered: checks, policies, metrics and the prediction log are on."""

    def __init__(self, port, models):
        self._data = tempfile.mkdtemp(prefix="serving-load-")
        self._models = models
        super().__init__(
            "ours", port, ["dotnet", str(HOST), "--urls", f"http://127.0.0.1:{port}", "--data", self._data], ready="/readyz")

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self._data, ignore_errors=True)

    def prepare(self):
        for name in ("lr", "rf"):
            self.register(name)
            call(f"{self.url}/api/v1/endpoints", "POST", {"name": name, "model": name, "version": 1})

    def train_texts(self):
        """Has it train a model of texts itself, by its text learner, and serve it."""
        call(f"{self.url}/api/v1/datasets/reviews/versions", "POST", (self._models / "texts.csv").read_bytes(), "text/csv")
        begun = json.loads(call(f"{self.url}/api/v1/training", "POST", {
            "model": "text", "dataset": "reviews", "target": "sentiment", "positiveClass": "positive",
            "learner": {"name": "logistic-regression"}})[0])
        call(f"{self.url}/api/v1/training/{begun['id']}/events")
        call(f"{self.url}/api/v1/endpoints", "POST", {"name": "text", "model": "text", "alias": "champion"})

    def register(self, name):
        call(f"{self.url}/api/v1/models/{name}/versions?numbered=true&classes={CLASSES}", "POST",
             (self._models / f"{name}.onnx").read_bytes(), "application/octet-stream")

    def tidy(self):
        """Gives the disk back what the log's blobs take, lengths staying: a minute of large requests is tens of gigabytes."""
        for blob in pathlib.Path(self._data).rglob("*"):
            if blob.is_file() and blob.stat().st_size > LARGE_BLOB:
                subprocess.run(["fallocate", "--punch-hole", "--length", str(blob.stat().st_size), str(blob)], check=True)

    def metric(self, name, **labels):
        """The sum of a metric's series that have these labels."""
        total = 0.0
        for line in call(f"{self.url}/metrics")[0].decode().splitlines():
            series, _, value = line.rpartition(" ")
            if series.split("{")[0] == name and all(f'{label}="{wanted}"' in series for label, wanted in labels.items()):
                total += float(value)
        return total


def fastapi(port, models, workers=1):
    return Server(
        FASTAPI if workers == 1 else f"FastAPI + scikit-learn, {workers} workers", port,
        ["/usr/bin/python3", "-m", "uvicorn", "fastapi_peer:app", "--port", str(port), "--workers", str(workers),
         "--loop", "uvloop", "--http", "httptools", "--log-level", "warning", "--no-access-log"],
        {"MODELS": str(models), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}, folder=HERE / "peers")


def fastify(port, models):
    return Server(
        FASTIFY, port, ["node", "fastify_peer.js"], {"MODELS": str(models), "PORT": str(port)},
        folder=HERE / "peers")


def bare(port):
    """What HTTP alone costs: the same web server, which answers anything with a fixed text."""
    return Server(BARE, port, ["dotnet", str(BARE_HOST), f"http://127.0.0.1:{port}"], ready="/")


class Form:
    """A way to ask: where, with what body, and how to read probabilities from the answer.

    path(model) is the target; body(rows) gives bytes and, where tensors follow the JSON, the JSON's length.
    """

    def __init__(self, name, path, body, read, content_type="application/json"):
        self.name, self.path, self.body, self.read, self.content_type = name, path, body, read, content_type


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode(), None


def instances(rows):
    return compact({"instances": rows})


def records(rows):
    named = [{f"f{index}": value for index, value in enumerate(row)} for row in rows]
    return compact({"record": named[0]} if len(rows) == 1 else {"records": named})


def reviews(texts):
    named = [{"review": text} for text in texts]
    return compact({"record": named[0]} if len(texts) == 1 else {"records": named})


def tensor(rows, data=None, size=None):
    head = {"name": "numeric", "shape": [len(rows), FEATURES], "datatype": "FP32"}
    head |= {"data": data} if size is None else {"parameters": {"binary_data_size": size}}
    outputs = [{"name": "probabilities"} if size is None else {"name": "probabilities", "parameters": {"binary_data": True}}]
    return compact({"inputs": [head], "outputs": outputs})[0]


def flat(rows):
    return [value for row in rows for value in row]


def v2_json(rows):
    return tensor(rows, flat(rows)), None


def v2_binary(rows):
    raw = struct.pack(f"<{len(rows) * FEATURES}f", *flat(rows))
    head = tensor(rows, size=len(raw))
    return head + raw, len(head)


def read_v2_binary(answer, headers):
    raw = answer[int(headers["Inference-Header-Content-Length"]):]
    values = struct.unpack(f"<{len(raw) // 4}f", raw)
    return [list(values[row:row + 2]) for row in range(0, len(values), 2)]


def pairs(values):
    return [values[row:row + 2] for row in range(0, len(values), 2)]


PEER = Form("", "/predict/{}".format, instances, lambda answer, _: json.loads(answer)["probabilities"])
OURS = [
    Form("V1", "/v1/models/{}:predict".format, instances,
         lambda answer, _: [[float(label == kind) for kind in CLASSES.split(",")] for label in json.loads(answer)["predictions"]]),
    Form("V2", "/v2/models/{}/infer".format, v2_json, lambda answer, _: pairs(json.loads(answer)["outputs"][0]["data"])),
    Form("V2 binary", "/v2/models/{}/infer".format, v2_binary, read_v2_binary, "application/octet-stream"),
    Form("native", "/api/v1/endpoints/{}/predict".format, records, lambda answer, _: [
        [one["probabilities"][kind] for kind in CLASSES.split(",")]
        for one in (lambda told: told.get("predictions") or [told])(json.loads(answer))]),
]

BARE_FORM = Form("", OURS[1].path, v2_json, None)
BARE_BINARY = Form("of binary", OURS[2].path, v2_binary, None, "application/octet-stream")

TEXTS = [
    Form("V1", "/v1/models/{}:predict".format, instances,
         lambda answer, _: [[float(label == kind) for kind in SENTIMENTS] for label in json.loads(answer)["predictions"]]),
    Form("native", "/api/v1/endpoints/{}/predict".format, reviews, lambda answer, _: [
        [one["probabilities"][kind] for kind in SENTIMENTS]
        for one in (lambda told: told.get("predictions") or [told])(json.loads(answer))]),
]


def sent(model, golden):
    """What requests to a model carry."""
    return golden["texts" if model == "text" else "rows"]


def check(server, form, model, golden):
    """Fails unless a server predicts the rows as scikit-learn does; of texts, which it has learned from itself, the same kind."""
    body, length = form.body(sent(model, golden)[:64])
    answer, headers = call(
        server.url + form.path(model), "POST", body, form.content_type,
        {"Inference-Header-Content-Length": str(length)} if length else None)
    told = form.read(answer, headers)
    expected = golden[model][:64]
    exact = model == "text" or all(value in (0.0, 1.0) for row in told for value in row)
    for row, wanted in zip(told, expected, strict=True):
        fits = (row[1] > row[0]) == (wanted[1] > wanted[0]) if exact else abs(row[1] - wanted[1]) < 1e-4
        if not fits:
            raise SystemExit(f"{server.name} {form.name} predicts {row} where scikit-learn predicts {wanted}")


class Load:
    """A load of wrk: bodies of so many rows in turn."""

    def __init__(self, folder, form, model, rows, golden, turns):
        self._form, self._model = form, model
        self._bodies = pathlib.Path(tempfile.mkstemp(dir=folder)[1])
        every = sent(model, golden)
        with self._bodies.open("wb") as file:
            for turn in range(turns):
                body, self._length = form.body([every[(turn * (rows + 3) + row) % len(every)] for row in range(rows)])
                file.write(b"%d\n%s\n" % (len(body), body))

    def run(self, server, connections, seconds, rate=0):
        """What the load generator saw, asking as often as it can or so often a second; times in milliseconds."""
        environment = {
            "BODIES": str(self._bodies), "TARGET": self._form.path(self._model), "TYPE": self._form.content_type, "RATE": str(rate)}
        if self._length:
            environment["JSON_LENGTH"] = str(self._length)
        begun = server.cpu_seconds()
        told = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(HERE / "requests.lua"), server.url],
            env={**os.environ, **environment}, capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
        result = json.loads(next(line for line in told.splitlines() if line.startswith("{")))
        result["rate"] = result["requests"] / result["seconds"]
        result["cpu"] = (server.cpu_seconds() - begun) / max(1, result["requests"]) * 1e6
        server.tidy()
        return result


def missing():
    """What must be installed first."""
    needed = {"wrk": shutil.which("wrk"), "fallocate": shutil.which("fallocate"), "node": shutil.which("node"), "dotnet": shutil.which("dotnet")}
    absent = [name for name, found in needed.items() if not found]
    if subprocess.run(["/usr/bin/python3", "-c", "import fastapi, uvicorn, uvloop, httptools, sklearn, onnx"], capture_output=True).returncode:
        absent.append("python3-fastapi python3-uvicorn python3-uvloop python3-httptools python3-sklearn python3-onnx")
    absent += [f"{built.relative_to(ROOT)} (make setup)" for built in (HOST, BARE_HOST) if not built.exists()]
    return absent


def train(folder):
    subprocess.run(["/usr/bin/python3", str(HERE / "models.py"), str(folder)], check=True)
    return json.loads((folder / "rows.json").read_text())
