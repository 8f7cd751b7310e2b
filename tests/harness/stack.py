# SPDX-License-Identifier: Apache-2.0
"""A private Kafka and PostgreSQL with the real programs, for one test run.

The servers come from deploy/stack; consumers are started here, so that a test
can kill them.  Only processes that were started here are ever ended.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import confluent_kafka
import confluent_kafka.admin
import psycopg

ROOT = pathlib.Path(__file__).parents[2]
TOPIC = "mahalle.events"


class Stack:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.schemas = self.directory / "schemas"
        self.environment = {}
        self.consumers = []
        self.gateways = []
        self.started = 0
        self.first = 1
        self.groups = 0
        self.producer = None
        self.installed = False

    # servers

    def stack(self, *arguments):
        """Run deploy/stack; its output is shown when it fails."""
        done = subprocess.run(
            [ROOT / "deploy" / "stack", *arguments], text=True, capture_output=True,
            env={**os.environ, "MAHALLE_STACK": str(self.directory),
                 "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1"})   # starts sooner
        assert done.returncode == 0, done.stdout + done.stderr

    def up(self, *parts):
        self.stack("up", *(parts or ("kafka", "postgres")))
        shell = f". '{self.directory}/env' && env -0"
        raw = subprocess.run(["bash", "-c", shell], check=True, capture_output=True).stdout
        self.environment = dict(item.split("=", 1)
                                for item in raw.decode().split("\0") if item)
        self.environment["MAHALLE_GROUP"] = f"test-{self.groups}"
        if not self.schemas.exists():
            self.fresh_schemas()
        self.environment["MAHALLE_SCHEMAS"] = str(self.schemas)

    def fresh_schemas(self):
        """A copy of the contract: what a test adds to it stays out of the tree."""
        shutil.rmtree(self.schemas, ignore_errors=True)
        shutil.copytree(ROOT / "schemas", self.schemas,
                        ignore=shutil.ignore_patterns("loaded"))

    def down(self, *parts):
        self.stack("down", *(parts or ("postgres", "kafka")))

    def kill_server(self, part):
        """SIGKILL for a server and its children, as when the power fails."""
        pid = int((self.directory / f"{part}.pid").read_text())
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as source:
            family = [pid, *map(int, source.read().split())]
        for each in family:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_for(lambda: all(state_of(each) in (None, "Z") for each in family), 20)
        # the first thread may be gone while another still holds the port
        wait_for(lambda: not self.listens(part), 20)
        if part == "postgres" and state_of(pid) == "Z":
            # nobody reaps it here, and PostgreSQL takes a dead process for a live one
            (self.directory / "postgres" / "data" / "postmaster.pid").unlink()

    def listens(self, part):
        if part == "kafka":
            host, port = self.environment["MAHALLE_BROKERS"].split(":")
        else:
            url = psycopg.conninfo.conninfo_to_dict(self.environment["MAHALLE_PG"])
            host, port = url["host"], url["port"]
        try:
            socket.create_connection((host, int(port)), 1).close()
            return True
        except OSError:
            return False

    def fresh(self):
        """Empty tables, an empty topic, no consumer, a group without members."""
        self.stop_consumers()
        self.kill_gateways()
        self.new_group()
        self.first = self.started + 1
        self.producer = None
        admin = self.kafka_admin()
        if TOPIC in admin.list_topics(timeout=30).topics:
            admin.delete_topics([TOPIC], operation_timeout=30)[TOPIC].result()
            wait_for(lambda: TOPIC not in admin.list_topics(timeout=30).topics, 30)
        self.fresh_database()
        self.admin("topics", "create")
        wait_for(self.partitions, 30)

    def new_group(self):
        """Consumers do not wait until Kafka takes those before them, which were
        killed, for dead: 10 s."""
        self.groups += 1
        self.environment["MAHALLE_GROUP"] = f"test-{self.groups}"

    def fresh_database(self):
        """Installed once a run; each test gets a copy, and one of the contract."""
        self.fresh_schemas()
        with self.superuser() as connection:
            connection.execute("DROP DATABASE IF EXISTS mahalle WITH (FORCE)")
            if not self.installed:
                connection.execute("DROP DATABASE IF EXISTS installed WITH (FORCE)")
                connection.execute("CREATE DATABASE mahalle OWNER mahalle_owner")
                self.admin("db", "install")
                connection.execute("GRANT mahalle_analyst TO mahalle_analyst_login")
                connection.execute("GRANT mahalle_ops TO mahalle_ops_login")
                connection.execute("ALTER DATABASE mahalle RENAME TO installed")
                self.installed = True
            connection.execute("CREATE DATABASE mahalle TEMPLATE installed OWNER mahalle_owner")

    def superuser(self):
        secrets = dict(line.split("=", 1) for line in
                       (self.directory / "secrets").read_text().splitlines())
        url = psycopg.conninfo.conninfo_to_dict(self.environment["MAHALLE_PG"])
        return psycopg.connect(
            host=url["host"], port=url["port"], dbname="postgres", user="postgres",
            password=secrets["SUPERUSER_PASSWORD"], autocommit=True)

    def kafka_admin(self):
        return confluent_kafka.admin.AdminClient(
            {"bootstrap.servers": self.environment["MAHALLE_BROKERS"]})

    # programs

    def run(self, program, *arguments, **options):
        options.setdefault("env", self.environment)
        options.setdefault("timeout", 300)
        return subprocess.run([program, *map(str, arguments)], capture_output=True,
                              **options)

    def admin(self, *arguments):
        done = self.run("mahalle-admin", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.decode()

    def post(self, lines, *arguments, **options):
        """mahalle-post; (finished process, list of what it refused)."""
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "events.ndjson")
            rejects = pathlib.Path(folder, "rejects.ndjson")
            source.write_text("".join(line + "\n" for line in lines), "utf-8")
            done = self.run("mahalle-post", *arguments, "--rejects", rejects, source,
                            **options)
            refused = []
            if rejects.exists():
                refused = [json.loads(line) for line in
                           rejects.read_text("utf-8").splitlines()]
        return done, refused

    def start_post(self, *arguments):
        """A mahalle-post that reads what it is given, until that ends."""
        return subprocess.Popen(
            ["mahalle-post", *map(str, arguments), "-"], env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def post_all(self, lines):
        """Post lines of which every one is good."""
        done, refused = self.post(lines)
        assert (done.returncode, refused) == (0, []), done.stderr.decode()

    def start_consumers(self, count, **environment):
        for _ in range(count):
            self.start_consumer(**environment)

    def start_consumer(self, *arguments, **environment):
        self.started += 1
        path = self.directory / "log" / f"consumer-{self.started}.log"
        with open(path, "wb") as log:
            process = subprocess.Popen(
                ["mahalle-aggregate", *arguments], stdout=log, stderr=log,
                env={**self.environment, **environment})
        process.log = path
        self.consumers.append(process)
        return process

    def stop_consumers(self, how=signal.SIGTERM, within=30):
        """Ask all to stop; every one must end with exit code 0 unless killed."""
        consumers, self.consumers = self.consumers, []
        for process in consumers:
            if process.poll() is None:
                process.send_signal(how)
        for process in consumers:
            code = process.wait(within)
            if how == signal.SIGTERM:
                assert code == 0, f"exit {code}\n{tail(process.log)}"

    def kill_gateways(self):
        """Those of tests that failed; each would keep the database busy."""
        for process in self.gateways:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.gateways = []

    def assert_none_blocked(self):
        """No consumer since `fresh` has given up a partition for a person to look at."""
        for number in range(self.first, self.started + 1):
            text = (self.directory / "log" / f"consumer-{number}.log").read_text()
            assert 'blocked="' not in text, text

    # Kafka

    def produce(self, records):
        """Raw records as (key, value); a key that is None goes anywhere."""
        if self.producer is None:
            self.producer = confluent_kafka.Producer({
                "bootstrap.servers": self.environment["MAHALLE_BROKERS"],
                "partitioner": "murmur2_random", "enable.idempotence": True,
                "message.max.bytes": 2_000_000, "linger.ms": 5, "log_level": 2})
        producer = self.producer
        places, failed = [], []

        def delivered(error, message):
            if error:
                failed.append(error)
            else:
                places.append((message.partition(), message.offset()))

        for key, value, *partition in records:
            to = {"partition": partition[0]} if partition else {}
            while True:
                try:
                    producer.produce(TOPIC, key=key, value=value,
                                     on_delivery=delivered, **to)
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        left = producer.flush(60)
        assert not left and not failed, failed
        return places

    def set_topic(self, name, value):
        admin = self.kafka_admin()
        resource = confluent_kafka.admin.ConfigResource("topic", TOPIC)
        resource.add_incremental_config(confluent_kafka.admin.ConfigEntry(
            name, value,
            incremental_operation=confluent_kafka.admin.AlterConfigOpType.SET))
        for future in admin.incremental_alter_configs([resource]).values():
            future.result(30)

    def spoil(self, partition, offset):
        """Change a byte near the end of the batch at `offset` where the broker keeps it."""
        [path] = self.directory.glob(f"kafka/**/{TOPIC}-{partition}/{0:020}.log")
        with open(path, "r+b") as log:
            while True:
                at, head = log.tell(), log.read(12)
                size = int.from_bytes(head[8:], "big")
                if int.from_bytes(head[:8], "big") == offset:
                    break
                log.seek(at + 12 + size)
            log.seek(at + 12 + size - 12)
            byte = log.read(1)
            log.seek(-1, 1)
            log.write(bytes([byte[0] ^ 0xff]))

    def partitions(self):
        topic = self.kafka_admin().list_topics(TOPIC, timeout=30).topics[TOPIC]
        return [] if topic.error else sorted(topic.partitions)

    def end_offsets(self):
        reader = confluent_kafka.Consumer({
            "bootstrap.servers": self.environment["MAHALLE_BROKERS"],
            "group.id": f"test-{random.getrandbits(40)}"})
        def end(partition):
            where = confluent_kafka.TopicPartition(TOPIC, partition)
            for _ in range(100):
                try:
                    return reader.get_watermark_offsets(where, timeout=30)[1]
                except confluent_kafka.KafkaException as error:
                    # a broker that has just started
                    if error.args[0].code() != confluent_kafka.KafkaError.NOT_LEADER_FOR_PARTITION:
                        raise
                    time.sleep(0.2)
            raise AssertionError(f"no leader of partition {partition}")

        try:
            return {p: end(p) for p in self.partitions()}
        finally:
            reader.close()

    def read_log(self, times=False):
        """Every record of the topic: (partition, offset, key, value), in log order;
        with its time in ms as a fifth if `times`."""
        ends = {p: end for p, end in self.end_offsets().items() if end}
        reader = confluent_kafka.Consumer({
            "bootstrap.servers": self.environment["MAHALLE_BROKERS"],
            "group.id": f"test-{random.getrandbits(40)}", "enable.auto.commit": False,
            "fetch.message.max.bytes": 4_000_000})
        found = []
        try:
            reader.assign([confluent_kafka.TopicPartition(TOPIC, p, 0) for p in ends])
            left = dict(ends)
            while left:
                for message in reader.consume(10_000, timeout=1):
                    assert not message.error(), message.error()
                    p, offset = message.partition(), message.offset()
                    found.append((p, offset, message.key(), message.value(),
                                  *([message.timestamp()[1]] if times else [])))
                    if offset + 1 >= ends[p]:
                        left.pop(p, None)
        finally:
            reader.close()
        return sorted(found, key=lambda record: record[:2])

    # PostgreSQL

    def connect(self, role="MAHALLE_PG"):
        return psycopg.connect(self.environment[role], autocommit=True)

    def rows(self, query, *parameters):
        with self.connect() as connection:
            return connection.execute(query, parameters).fetchall()

    def execute(self, statement):
        """Run a statement as the owner."""
        with self.connect() as connection:
            connection.execute(statement)

    def value(self, query, *parameters):
        return self.rows(query, *parameters)[0][0]

    def progress(self):
        """{partition: next offset} as committed."""
        return dict(self.rows(
            "SELECT partition, next_offset FROM ops.partition_progress"))

    def fates(self):
        names = ("applied", "duplicate", "stale", "dead", "gaps")
        sums = ", ".join(f"coalesce(sum({n}), 0)::bigint" for n in names)
        return dict(zip(names, self.rows(
            f"SELECT {sums} FROM ops.partition_progress")[0]))

    def wait_applied(self, within=120):
        """Until everything in the topic is committed in PostgreSQL."""
        ends = {p: end for p, end in self.end_offsets().items() if end}

        def arrived():
            for process in self.consumers:
                assert process.poll() is None, f"consumer ended\n{tail(process.log)}"
            progress = self.progress()
            return all(progress.get(p, 0) >= end for p, end in ends.items())

        wait_for(arrived, within, lambda: f"{self.progress()} of {ends}\n" + "\n".join(
            tail(process.log) for process in self.consumers))


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as source:
            return source.read().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return None


def tail(path, lines=15):
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])


def wait_for(condition, within, explain=lambda: ""):
    """Poll until true; an AssertionError after `within` seconds."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"not within {within} s. {explain()}"
        time.sleep(0.1)
