# SPDX-License-Identifier: Apache-2.0
"""The lag exporters that others use, and ours, each asked the same: how many
records is this group behind, and is something wrong?

They are Go programs and no part of the project: `install` builds those that are
missing into build/exporters, from the Go module proxy, or from a checkout below
the directory that MAHALLE_EXPORTERS names."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "build" / "exporters"
# name of the checkout, module, version
MODULES = {
    "kafka_exporter": ("kafka_exporter", "github.com/danielqsj/kafka_exporter", "v1.9.0"),
    "kminion": ("kminion", "github.com/cloudhut/kminion/v2", "v2.3.5"),
    "burrow": ("Burrow", "github.com/linkedin/Burrow", "v1.9.5"),
}


def build(name):
    """The program, built if it is not there; its version in a file beside it."""
    checkout, module, version = MODULES[name]
    program, told = HERE / name, HERE / f"{name}.version"
    if program.exists() and told.exists():
        return
    if not shutil.which("go"):
        raise SystemExit("Go 1.24 or later is needed to build the exporters: https://go.dev/dl/")
    source = pathlib.Path(os.environ.get("MAHALLE_EXPORTERS", "/nowhere")) / checkout
    env = {**os.environ, "GOBIN": str(HERE / "bin"), "GOPATH": str(HERE / "gopath"),
           "GOCACHE": str(HERE / "gocache"), "GOFLAGS": "-modcacherw"}
    HERE.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        subprocess.run(["go", "build", "-o", program, "."], cwd=source, env=env, check=True)
        version = subprocess.run(["git", "describe", "--tags", "--always"], cwd=source, text=True,
                                 stdout=subprocess.PIPE, check=True).stdout.strip()
    else:
        subprocess.run(["go", "install", f"{module}@{version}"], env=env, check=True)
        (HERE / "bin" / checkout).rename(program)
    told.write_text(version)


def install():
    for name in MODULES:
        build(name)


def version(name):
    return (HERE / f"{name}.version").read_text()


def free_port():
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url, timeout=20):
    """Text of an answer; None when there is none."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.read().decode("utf-8")
    except (urllib.error.URLError, OSError):
        return None


SAMPLE = re.compile(r'^(\w+)\{(.*)\} (\S+)$', re.MULTILINE)


def samples(text):
    """[(name, labels, value)] of a page of metrics."""
    return [(name, dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value))
            for name, labels, value in SAMPLE.findall(text or "")]


class Tool:
    """A process that is asked; `say` gives (records or None, verdict or "", words)."""

    def __init__(self, name, command, log, env=None, cwd=None):
        self.name = name
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdout=out, stderr=out, cwd=cwd,
                env={**os.environ, **(env or {})})

    def wait(self, url, within=40):
        end = time.monotonic() + within
        while get(url) is None:
            assert self.process.poll() is None and time.monotonic() < end, f"{self.name}: no answer"
            time.sleep(0.3)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class KafkaExporter(Tool):
    title = "kafka_exporter"

    def __init__(self, brokers, logs):
        self.url = f"http://127.0.0.1:{free_port()}/metrics"
        super().__init__("kafka_exporter", [
            HERE / "kafka_exporter", f"--kafka.server={brokers}",
            f"--web.listen-address={self.url[7:-8]}"], logs / "kafka_exporter.log")
        self.wait(self.url)

    def look(self):
        self.page = samples(get(self.url))

    def say(self, name):
        here = [(kind, labels, value) for kind, labels, value in self.page
                if labels.get("consumergroup") == name and labels.get("topic") == name]
        each = sorted((labels["partition"], value) for kind, labels, value in here
                      if kind == "kafka_consumergroup_lag")
        total = [value for kind, _, value in here if kind == "kafka_consumergroup_lag_sum"]
        if not total:
            return None, "", "no series"
        below = [f"-1 on partition {part}" for part, value in each if value < 0]
        return int(total[0]), "", ", ".join([f"sum {int(total[0])}", *below])


class KMinion(Tool):
    title = "KMinion"

    def __init__(self, brokers, logs):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/metrics"
        super().__init__("kminion", [HERE / "kminion"], logs / "kminion.log", {
            "KAFKA_BROKERS": brokers, "EXPORTER_HOST": "127.0.0.1", "EXPORTER_PORT": str(port)})
        self.wait(self.url)

    def look(self):
        self.page = samples(get(self.url))

    def say(self, name):
        total = [value for kind, labels, value in self.page
                 if kind == "kminion_kafka_consumer_group_topic_lag"
                 and labels["group_id"] == name and labels["topic_name"] == name]
        state = [labels["state"] for kind, labels, value in self.page
                 if kind == "kminion_kafka_consumer_group_info" and labels["group_id"] == name]
        words = f"lag {int(total[0])}" if total else "no series"
        return (int(total[0]) if total else None, "",
                words + (f", group {state[0]}" if state else ""))


class Burrow(Tool):
    title = "Burrow"

    def __init__(self, brokers, logs):
        port = free_port()
        folder = logs / "burrow"
        folder.mkdir(exist_ok=True)
        servers = json.dumps(brokers.split(","))
        (folder / "burrow.toml").write_text(
            '[general]\npidfile="burrow.pid"\n[logging]\nlevel="warn"\n'
            '[client-profile.p]\nkafka-version="2.0.0"\n'
            f'[cluster.c]\nclass-name="kafka"\nservers={servers}\nclient-profile="p"\n'
            'topic-refresh=10\noffset-refresh=10\n'
            f'[consumer.c]\nclass-name="kafka"\ncluster="c"\nservers={servers}\n'
            'client-profile="p"\nstart-latest=false\n'
            '[storage.default]\nclass-name="inmemory"\nintervals=10\nmin-distance=1\n'
            f'[httpserver.default]\naddress="127.0.0.1:{port}"\n')
        self.url = f"http://127.0.0.1:{port}"
        super().__init__("burrow", [HERE / "burrow", f"--config-dir={folder}"],
                         logs / "burrow.log", cwd=folder)
        self.wait(self.url + "/burrow/admin")

    def look(self):
        """It is asked for each group."""

    def say(self, name):
        answer = json.loads(get(f"{self.url}/v3/kafka/c/consumer/{name}/lag") or "{}")
        if "status" not in answer or answer["status"]["status"] == "NOTFOUND":
            return None, "", "group unknown"
        status = answer["status"]
        worst = sorted({part["status"] for part in status["partitions"]} - {"OK"})
        return (status["totallag"], status["status"],
                f"{status['status']}{' (' + ', '.join(worst) + ')' if worst else ''},"
                f" lag {status['totallag']}")


class MahalleLag(Tool):
    """One for each group; it reads with the rights of mahalle_ops."""
    title = "mahalle-lag"

    def __init__(self, stack, name, logs):
        self.url = f"http://127.0.0.1:{free_port()}"
        super().__init__("mahalle-lag", [
            shutil.which("mahalle-lag", path=stack.environment["PATH"]), "serve",
            "--listen", self.url[7:]], logs / f"lag-{name}.log", {
            **stack.environment, "MAHALLE_PG": stack.environment["MAHALLE_PG_OPS"],
            "MAHALLE_TOPIC": name, "MAHALLE_GROUP": name})
        self.wait(self.url + "/livez")

    def say(self):
        """(records, verdict, words, seconds)"""
        answer = json.loads(get(self.url + "/status") or "{}")
        if "partitions" not in answer:
            return None, "", "no answer", None
        records = [part["lag_records"] for part in answer["partitions"]]
        seconds = [part["lag_seconds"] for part in answer["partitions"]]
        records = None if None in records else sum(records)
        seconds = None if None in seconds else max(seconds)
        return (records, answer["status"],
                f"{answer['status']}, lag {'unknown' if records is None else records}, "
                + ("age unknown" if seconds is None else f"{seconds:.0f} s"), seconds)
