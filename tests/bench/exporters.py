# SPDX-License-Identifier: Apache-2.0
"""What the monitor says beside what public lag exporters say, in the same
scenarios, on private servers; a Markdown table.

Each scenario has a topic, a group and a consumer of its own, so that all but
the last happen at the same time. What is true is read from Kafka and PostgreSQL
themselves, every second for the last twelve: an exporter that looks every ten
seconds is right if it was true within them."""

import argparse
import pathlib
import signal
import sys
import threading
import time
import uuid

import confluent_kafka

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

# pylint: disable=wrong-import-position
import exporter_tools as tools
from harness.stack import Stack, wait_for
from oracle import decode, intake
from oracle.contract import Contract

PARTITIONS = 2
BEFORE_S = 30      # all is well
AFTER_S = 120      # we promise a minute; Burrow's window is ten looks of ten seconds
WINDOW_S = 12      # exporters look every ten
SECONDS_RIGHT = 2.0
FEED_S = 0.5       # between records where some keep coming
COURTESY = 4       # records a second: Kafka is told of a commit within one

# name, what happens, whether a person should hear of it (None: either is right; a name:
# ours has to be that one, theirs may be either)
SCENARIOS = (
    ("caught-up", "caught up, nothing comes any more", False),
    ("idle", "an empty topic, the consumer runs", False),
    ("slow", "a slow consumer: one record a commit, backlog of 150,000", "LAGGING"),
    ("frozen", "consumer frozen (SIGSTOP), records go on coming", True),
    ("dead", "consumer dead (SIGKILL), records go on coming", True),
    ("never", "records, and no consumer ever ran", True),
    ("replay", "position set back to zero, being read again", None),
    ("retention", "records deleted before they were read", True),
    ("anew", "topic deleted and made anew under a running consumer", True),
    ("blocked", "one partition blocked by a batch that cannot be unpacked", True),
    ("database", "PostgreSQL down, records go on coming", True),
)


MOVING = ("slow", "replay")    # between the least and the most of the window


class Bench:
    def __init__(self, logs):
        self.stack = Stack(ROOT / "build" / "exporters-stack")
        self.logs = logs
        self.consumers, self.asked, self.feeding = {}, [], set()
        self.bomb_at = None
        self.stop_feeding = threading.Event()
        contract = Contract()
        event, faults = intake.read_flat({
            "event_type": "council_meeting_held", "event_id": str(uuid.UUID(int=0)),
            "occurred_on": "2025-10-13", "posted_at": "2025-10-13T12:00:00Z",
            "agency_code": "governorate", "place_code": "c1195-001",
            "council_code": "c1195-001-C1", "members_present": 7}, contract)
        assert not faults
        self.like = decode.encode(event, contract)

    # records

    def start(self):
        self.stack.up()
        self.stack.fresh()
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": self.stack.environment["MAHALLE_BROKERS"], "linger.ms": 5,
            "log_level": 2})
        self.reader = confluent_kafka.Consumer({
            "bootstrap.servers": self.stack.environment["MAHALLE_BROKERS"],
            "group.id": "truth", "enable.auto.commit": False, "log_level": 2})
        self.delete(name for name, _, _ in SCENARIOS)    # of a run before
        for name, _, _ in SCENARIOS:
            self.create(name)

    def delete(self, names):
        admin = self.stack.kafka_admin()    # answers come only while it is there
        there = admin.list_topics(timeout=30).topics
        names = [name for name in names if name in there]
        for answer in (admin.delete_topics(names, operation_timeout=30) if names else {}).values():
            answer.result(60)
        wait_for(lambda: not set(names) & set(admin.list_topics(timeout=30).topics), 60)

    def create(self, name):
        self.stack.admin("topics", "create", "--topic", name, "--partitions", PARTITIONS)

    def put(self, name, count, partition=None):
        zero = str(uuid.UUID(int=0)).encode()
        for number in range(count):
            key = str(uuid.uuid4()).encode()
            self.producer.produce(
                name, key=key, value=self.like.replace(zero, key),
                partition=number % PARTITIONS if partition is None else partition)
            if number % 1000 == 0:
                self.producer.poll(0)
        assert not self.producer.flush(60)

    def feed(self):
        while not self.stop_feeding.wait(FEED_S):
            for name in sorted(self.feeding):
                self.put(name, PARTITIONS)

    # consumers

    def consume(self, name, *arguments):
        self.consumers[name] = self.stack.start_consumer(
            *arguments, MAHALLE_TOPIC=name, MAHALLE_GROUP=name)

    def end(self, name, how=signal.SIGTERM):
        process = self.consumers.pop(name)
        process.send_signal(how)
        process.wait(30)
        self.stack.consumers.remove(process)

    def positions(self, name):
        found = dict(self.stack.rows("SELECT partition, next_offset FROM ops.partition_progress"
                                     " WHERE topic = %s", name))
        return [found.get(partition, 0) for partition in range(PARTITIONS)]

    def ends(self, name):
        return [self.reader.get_watermark_offsets(
            confluent_kafka.TopicPartition(name, partition), timeout=20)
            for partition in range(PARTITIONS)]

    def wait_applied(self, name):
        wait_for(lambda: self.positions(name) == [end for _, end in self.ends(name)], 60)

    # what is true

    def read(self, name):
        """Next offsets; those of another log say nothing about this one."""
        return [0] * PARTITIONS if name == "anew" else self.positions(name)

    def time_of(self, name, partition, offset):
        self.reader.assign([confluent_kafka.TopicPartition(name, partition, offset)])
        end = time.monotonic() + 20
        while time.monotonic() < end:
            record = self.reader.poll(1)
            if record is not None:
                return self.bomb_at if record.error() else record.timestamp()[1] / 1000
        raise AssertionError(f"{name} {partition} {offset}: nothing came")

    def truth(self, name, positions):
        """(records that wait, records that are gone, begin of the wait or None)"""
        waiting = gone = 0
        since = []
        for partition, (next_offset, (low, high)) in enumerate(
                zip(positions, self.ends(name))):
            gone += max(0, low - next_offset)
            first = max(low, next_offset)
            waiting += max(0, high - first)
            if first < high:
                since.append((partition, first))
        return waiting, gone, since

    # the scenarios

    def act(self):
        """Everything but what comes last."""
        stack = self.stack
        self.consume("slow", "--batch-records", "1")
        self.put("slow", 150_000)
        self.consumers["frozen"].send_signal(signal.SIGSTOP)
        self.end("dead", signal.SIGKILL)
        self.feeding -= {"caught-up", "slow", "replay", "retention", "anew", "blocked"}
        time.sleep(1)
        self.end("retention")
        self.put("retention", 200)
        keep = self.ends("retention")[0][1] - 30
        admin = stack.kafka_admin()    # answers come only while it is there
        for answer in admin.delete_records(
                [confluent_kafka.TopicPartition("retention", 0, keep)]).values():
            answer.result(30)
        self.consume("retention")
        self.delete(["anew"])
        self.create("anew")
        wait_for(lambda: len(admin.list_topics("anew", timeout=30).topics["anew"].partitions)
                 == PARTITIONS, 30)
        bomb = confluent_kafka.Producer({
            "bootstrap.servers": stack.environment["MAHALLE_BROKERS"],
            "message.max.bytes": 200_000_000, "compression.type": "zstd"})
        self.bomb_at = time.time()
        bomb.produce("blocked", value=bytes(110_000_000), partition=0)
        assert not bomb.flush(60)
        self.put("blocked", 100)
        self.feeding |= {"anew"}

    def act_late(self):
        self.feeding.clear()
        time.sleep(2)
        self.end("replay")
        self.stack.execute(
            "UPDATE ops.partition_progress SET next_offset = 0, applied = 0, duplicate = 0,"
            " stale = 0, dead = 0, gaps = 0 WHERE topic = 'replay'")
        self.consume("replay", "--batch-records", "1")

    # asking

    def compare(self, names, positions=None):
        """A row of the table for each; `positions` when nobody can be asked."""
        seen = {name: [] for name in names}
        end = time.monotonic() + WINDOW_S
        while time.monotonic() < end:
            for name in names:
                at = positions[name] if positions else self.read(name)
                seen[name].append(self.truth(name, at))
            time.sleep(0.5)
        for tool in self.others:
            tool.look()
        rows = []
        for name in names:
            mine = self.own[name].say()
            asked = time.time()
            at = positions[name] if positions else self.read(name)
            others = [(tool, tool.say(name)) for tool in self.others]
            waiting, gone, since = self.truth(name, at)
            seen[name].append((waiting, gone, since))
            if name in MOVING:
                seen[name].append(self.truth(name, self.read(name)))
            age = max((asked - self.time_of(name, *place) for place in since), default=0.0)
            rows.append(self.row(name, [(None, mine), *others], seen[name], age))
        return rows

    def row(self, name, answers, seen, age):
        _, what, wrong = next(each for each in SCENARIOS if each[0] == name)
        least = min(each[0] for each in seen)
        most = max(each[0] for each in seen)
        gone = seen[-1][1]
        records = f"{least} to {most}" if name in MOVING else str(seen[-1][0])
        true = f"{records} wait" + (f", {gone} are gone" if gone else "") \
            + (f", oldest {age:.0f} s" if most else "")
        cells = [f"| {what} | {true}"]
        for tool, said in answers:
            number, verdict, words = said[:3]
            more = COURTESY if tool else 0
            right = number is not None and least <= number <= most + more
            if tool is None:
                seconds = said[3]
                right = right and (name == "blocked" if seconds is None    # nobody can read it
                                   else abs(seconds - age) <= SECONDS_RIGHT)
            if isinstance(wrong, str):
                right = right and (tool is not None or verdict == wrong)
            elif verdict and wrong is not None:
                right = right and (verdict != "OK") == wrong
            cells.append(f"{'right' if right else '**wrong**'}: {words}")
            self.right.setdefault(tool.title if tool else "mahalle-lag", []).append(right)
        return " | ".join(cells) + " |"

    def run(self):
        names = [name for name, _, _ in SCENARIOS]
        self.start()
        for name in names:
            if name != "never":
                self.consume(name)
        self.put("replay", 20_000)
        brokers = self.stack.environment["MAHALLE_BROKERS"]
        self.others, self.own, self.right = [], {}, {}
        for kind in (tools.KafkaExporter, tools.KMinion, tools.Burrow):
            self.others.append(kind(brokers, self.logs))
            self.asked.append(self.others[-1])
        for name in names:
            self.own[name] = tools.MahalleLag(self.stack, name, self.logs)
            self.asked.append(self.own[name])
        self.feeding = set(names) - {"idle", "never"}
        feeder = threading.Thread(target=self.feed, daemon=True)
        feeder.start()
        time.sleep(BEFORE_S)
        self.end("slow")
        self.feeding |= {"never"}
        self.act()
        time.sleep(AFTER_S)
        self.act_late()
        rows = self.compare([name for name in names if name != "database"])
        self.stop_consumers(but=("database",))
        rows += self.database_down()
        self.stop_feeding.set()
        feeder.join()
        return rows

    def database_down(self):
        self.wait_applied("database")
        positions = {"database": self.positions("database")}
        self.stack.down("postgres")
        self.feeding = {"database"}
        time.sleep(AFTER_S)
        self.feeding = set()
        time.sleep(1)
        return self.compare(["database"], positions)

    def stop_consumers(self, but=()):
        for name in list(self.consumers):
            if name not in but:
                self.end(name, signal.SIGKILL)

    def close(self):
        self.stop_feeding.set()
        for tool in self.asked:
            tool.stop()
        self.stop_consumers()
        self.stack.up()
        self.stack.down()


def table(bench, rows):
    titles = ["mahalle-lag"] + [tool.title for tool in bench.others]
    lines = ["| scenario | true | " + " | ".join(titles) + " |",
             "|---" * (2 + len(titles)) + "|", *rows,
             "| **right** | | " + " | ".join(
                 f"**{sum(bench.right[title])} of {len(bench.right[title])}**"
                 for title in titles) + " |"]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        prog="tests/bench/run exporters", description=__doc__.split("\n\n", maxsplit=1)[0],
        epilog="Builds kafka_exporter, KMinion and Burrow into build/exporters (needs Go);"
        " about four minutes.")
    parser.parse_args()
    logs = ROOT / "build" / "log" / "exporters"
    logs.mkdir(parents=True, exist_ok=True)
    tools.install()
    bench = Bench(logs)
    try:
        rows = bench.run()
    finally:
        bench.close()
    text = table(bench, rows) + "\n\n" + ", ".join(
        f"{name} {tools.version(name)}" for name in tools.MODULES)
    (logs / "table.md").write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
