# SPDX-License-Identifier: Apache-2.0
"""Lets tests import oracle and harness; one stack of servers for all of them."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))


@pytest.fixture(scope="session")
def servers():
    """Kafka and PostgreSQL, started once, stopped at the end."""
    from harness.stack import ROOT, Stack
    stack = Stack(os.environ.get("MAHALLE_TEST_STACK", ROOT / "build" / "test-stack"))
    stack.up()
    yield stack
    stack.kill_gateways()
    stack.up()  # a fault test may have left one down
    stack.down()


@pytest.fixture
def stack(servers):
    """The servers with empty tables and an empty topic, without a consumer."""
    servers.up()
    servers.fresh()
    yield servers
    servers.kill_gateways()
    for process in servers.consumers:
        if process.poll() is None:
            process.kill()
            process.wait()
    servers.consumers = []


@pytest.fixture(scope="module")
def door(servers):
    """A gateway that waits for nobody long, with a key of all agencies, and a
    consumer behind it; one for a module."""
    from harness.gateway import Gateway, make_key
    from harness.stack import wait_for
    servers.up()
    servers.fresh()
    servers.start_consumer()
    gateway = Gateway(servers, "--head-ms", "1000", "--body-ms", "2000",
                      "--idle-ms", "2000")
    gateway.stack = servers
    gateway.key = make_key(servers)
    gateway.wait_ready()
    wait_for(lambda: gateway.post("[]").status_code == 400, 5, gateway.tail)
    yield gateway
    gateway.stop()
    servers.stop_consumers()


@pytest.fixture(scope="session")
def contract():
    from oracle.contract import Contract
    return Contract()
