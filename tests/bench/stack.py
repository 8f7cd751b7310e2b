# SPDX-License-Identifier: Apache-2.0
"""What every measurement needs: private servers, a fresh database for each
run, topics, processes, and where CPU time and memory went."""

import contextlib
import hashlib
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import time

import psycopg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("MAHALLE_BIN", ROOT / "build/release"))
BENCH = BIN / "tests/bench"
STACK = ROOT / "build/bench-stack"
LOGS = ROOT / "build/log"
PARTITIONS = 12
TICK = os.sysconf("SC_CLK_TCK")


def read_shell(path):
    """Assignments of a shell file that only assigns."""
    pairs = {}
    for line in path.read_text().splitlines():
        line = line.removeprefix("export ")
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            pairs[name] = "".join(shlex.split(value))
    return pairs


def up():
    env = dict(os.environ, MAHALLE_STACK=str(STACK), MAHALLE_BIN=str(BIN))
    subprocess.run([ROOT / "deploy/stack", "up", "kafka", "postgres"],
                   env=env, check=True, stdout=subprocess.DEVNULL)


def down():
    env = dict(os.environ, MAHALLE_STACK=str(STACK), MAHALLE_BIN=str(BIN))
    subprocess.run([ROOT / "deploy/stack", "down", "postgres", "kafka"],
                   env=env, check=False, stdout=subprocess.DEVNULL)


def brokers():
    return read_shell(STACK / "env")["MAHALLE_BROKERS"]


def conninfo(database, superuser=False):
    ports = read_shell(STACK / "ports")
    secrets = read_shell(STACK / "secrets")
    user, password = ("postgres", secrets["SUPERUSER_PASSWORD"]) \
        if superuser else ("mahalle_admin_login", secrets["ADMIN_PASSWORD"])
    return (f"host=127.0.0.1 port={ports['POSTGRES_PORT']} dbname={database} "
            f"user={user} password={password}")


@contextlib.contextmanager
def database(name, tables=None):
    """A database of this name, made anew, with the tables of the project or of
    an SQL file; everything is written out before the run begins."""
    with psycopg.connect(conninfo("postgres", True), autocommit=True) as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        conn.execute(f"CREATE DATABASE {name} OWNER mahalle_owner")
        if tables is None:
            schemas = STACK / "schemas"  # it keeps reference data there
            shutil.rmtree(schemas, ignore_errors=True)
            shutil.copytree(ROOT / "schemas", schemas)
            env = dict(os.environ, MAHALLE_PG=conninfo(name),
                       MAHALLE_SCHEMAS=str(schemas))
            subprocess.run([BIN / "mahalle-admin", "db", "install"], env=env,
                           check=True, stdout=subprocess.DEVNULL)
        else:
            with psycopg.connect(conninfo(name), autocommit=True) as own:
                own.execute(tables.read_text())
        conn.execute("CHECKPOINT")
        yield conninfo(name)
        conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def make_topic(name):
    admin = AdminClient({"bootstrap.servers": brokers()})
    if name in admin.list_topics(timeout=20).topics:
        return False
    topic = NewTopic(name, PARTITIONS, 1,
                     config={"message.timestamp.type": "LogAppendTime"})
    for done in admin.create_topics([topic]).values():
        done.result()
    return True


def remove_topics(names):
    admin = AdminClient({"bootstrap.servers": brokers()})
    for done in admin.delete_topics(list(names)).values():
        done.exception()


def filled_topic(count):
    """A topic that holds exactly the first `count` events of the stream as it
    is made today; one that is there from an earlier run is taken as it is."""
    sources = [ROOT / "tests/bench/events.c", ROOT / "tests/bench/load.c",
               *sorted((ROOT / "schemas/events").glob("*/*.avsc"))]
    digest = hashlib.sha256(b"".join(map(pathlib.Path.read_bytes, sources)))
    name = f"bench.{count}.{digest.hexdigest()[:8]}"
    if not make_topic(name):
        if held(name) == count:
            return name
        remove_topics([name])
        time.sleep(2)
        make_topic(name)
    subprocess.run([BENCH / "load", brokers(), name, str(count)], check=True)
    return name


def held(name):
    """Records in the topic."""
    consumer = Consumer({"bootstrap.servers": brokers(), "group.id": "bench"})
    ends = [consumer.get_watermark_offsets(TopicPartition(name, i), timeout=20)
            for i in range(PARTITIONS)]
    consumer.close()
    return sum(high - low for low, high in ends)


# ---------------------------------------------------------------- processes

def stat(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text()
    return fields.rpartition(") ")[2].split()


def cpu_seconds(pid):
    """Of the process itself."""
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICK


def children(pid):
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]


def postgres_cpu_seconds():
    """Of the server: itself, its living children and those that have ended."""
    pid = int((STACK / "postgres.pid").read_text())
    fields = stat(pid)
    total = sum(int(fields[i]) for i in (11, 12, 13, 14)) / TICK
    for child in children(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += cpu_seconds(child)
    return total


def kafka_cpu_seconds():
    return cpu_seconds(int((STACK / "kafka.pid").read_text()))


def machine_cpu_seconds():
    """Of everything on the machine, to see who else was at work."""
    line = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()
    user, nice, system, _, _, irq, softirq = map(int, line[1:8])
    return (user + nice + system + irq + softirq) / TICK


def peak_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def has_ended(process):
    """Without taking its result away from `end`."""
    return os.waitid(os.P_PID, process.pid,
                     os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def end(process, patience_s=0.0):
    """Wait until the process ends by itself, ask it to when patience is over,
    make it end 20 s later. @returns CPU seconds it has used in all"""
    began = time.monotonic()
    asked = False
    while not has_ended(process):
        waited = time.monotonic() - began
        if waited >= patience_s + 20:
            os.kill(process.pid, signal.SIGKILL)
        elif waited >= patience_s and not asked:
            os.kill(process.pid, signal.SIGTERM)
            asked = True
        time.sleep(0.02)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime
