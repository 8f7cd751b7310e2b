# SPDX-License-Identifier: Apache-2.0
"""A second broker for the stack's Kafka, with the number 2: what lies on it alone has no
leader when it dies."""

import os
import re
import shutil
import socket
import subprocess

from harness.stack import ROOT, tail, wait_for


NUMBER = 2


class SecondBroker:
    def __init__(self, stack):
        self.stack = stack
        self.directory = stack.directory / "kafka-2"
        self.process = None

    def __enter__(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        (self.directory / "data").mkdir(parents=True)
        first = (self.stack.directory / "kafka" / "server.properties").read_text()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        lines = [line for line in first.splitlines()
                 if not re.match("process.roles|node.id|(advertised.)?listeners=|log.dirs", line)]
        lines += ["process.roles=broker", f"node.id={NUMBER}",
                  f"listeners=PLAINTEXT://127.0.0.1:{self.port}",
                  f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}",
                  "log.cleaner.dedupe.buffer.size=16777216",   # so little memory does
                  f"log.dirs={self.directory / 'data'}"]
        (self.directory / "server.properties").write_text("\n".join(lines) + "\n")
        meta = (self.stack.directory / "kafka/data/meta.properties").read_text()
        cluster = re.search("cluster.id=(.*)", meta)[1]
        self.java("kafka.tools.StorageTool", "format", "-t", cluster, "-c").wait(60)
        self.start()
        return self

    def __exit__(self, *_):
        """Gone for Kafka as well, so that no topic is put on it any more."""
        self.kill()
        wait_for(lambda: NUMBER not in self.brokers(), 30)

    def java(self, program, *words):
        settings = self.stack.directory / "kafka" / "log4j2.properties"
        with open(self.directory / "log", "ab") as log:
            return subprocess.Popen(
                ["java", "-Xms128m", "-Xmx256m", "-XX:TieredStopAtLevel=1",
                 f"-Dlog4j2.configurationFile={settings}",
                 "-cp", f"{ROOT / 'build' / 'deps' / 'kafka'}/*", program, *words,
                 str(self.directory / "server.properties")],
                stdout=log, stderr=log, env=os.environ)

    def start(self):
        self.process = self.java("kafka.Kafka")
        wait_for(lambda: NUMBER in self.brokers(), 60, lambda: tail(self.directory / "log"))

    def brokers(self):
        return self.stack.kafka_admin().list_topics(timeout=30).brokers

    def kill(self):
        self.process.kill()
        self.process.wait()
