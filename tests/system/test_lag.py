# SPDX-License-Identifier: Apache-2.0
"""The monitor on real servers.  That it is in time with everything, and quiet on quiet
days, is shown by tests/unit/lag_judge_test.c on simulated ones; here it looks at what
there really is, and wall-clock windows are shortened by making signs of life older.
"""

import os
import re
import signal
import socket
import struct
import subprocess
import time

import confluent_kafka
import confluent_kafka.admin
import pytest

from harness.browser import browser, parse, words
from harness.monitor import (BUSY_S, PROMISED_S, RIGHT_S, Monitor, get, meetings, put,
                             resources, samples, url_of)
from harness.stack import ROOT, TOPIC, state_of, tail, wait_for

PARTITIONS = 12
MIB = 1024 * 1024


@pytest.fixture
def monitor(stack, tmp_path):
    with Monitor(stack, tmp_path) as running:
        yield running


def put_transaction(stack, records, commit):
    """Records in a transaction, which ends with an offset that holds none."""
    producer = confluent_kafka.Producer({
        "bootstrap.servers": stack.environment["MAHALLE_BROKERS"],
        "transactional.id": f"test-{commit}", "log_level": 2})
    producer.init_transactions(30)
    producer.begin_transaction()
    for key, value, partition in records:
        producer.produce(TOPIC, key=key, value=value, partition=partition)
    producer.flush(30)
    if commit:
        producer.commit_transaction(30)
    else:
        producer.abort_transaction(30)


def assert_clean(metrics):
    """Prometheus' own tool finds nothing to say."""
    done = subprocess.run([ROOT / "build" / "deps" / "prometheus" / "promtool", "check",
                           "metrics"], input=metrics, text=True, capture_output=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def group_offsets(stack):
    """{partition: offset} that Kafka keeps for the group, as any client can ask."""
    group = stack.environment["MAHALLE_GROUP"]
    asked = [confluent_kafka.ConsumerGroupTopicPartitions(group)]
    admin = stack.kafka_admin()
    found = admin.list_consumer_group_offsets(asked)[group].result(30)
    return {p.partition: p.offset for p in found.topic_partitions}


def part(said, partition):
    return next(p for p in said["partitions"] if p["partition"] == partition)


def age_of_life(stack, column="seen_at"):
    """What happened last, happened a minute ago."""
    stack.execute(f"UPDATE ops.partition_progress SET {column} = {column} - interval '1 min'")


def test_from_never_started_to_caught_up_to_dead(stack, contract, monitor):
    began, (_, cpu) = time.monotonic(), resources(monitor.process.pid)
    said = monitor.status()
    assert [said["status"], said["group"]] == ["OK", stack.environment["MAHALLE_GROUP"]]
    assert [(p["topic"], p["partition"], p["lag_records"], p["lag_seconds"])
            for p in said["partitions"]] == [(TOPIC, p, 0, 0) for p in range(PARTITIONS)]
    series = set(monitor.metrics())
    assert f'mahalle_consumer_lag_seconds{{topic="{TOPIC}",partition="11"}}' in series

    # records, and nobody who takes them
    posted = time.time()
    put(stack, contract, 5, 3)
    first, second = meetings(contract, 2)
    put_transaction(stack, [(*first, 4)], commit=True)
    put_transaction(stack, [(*second, 5)], commit=False)
    monitor.wait_lag({3: 5, 4: 2, 5: 0, 6: 0})
    said = monitor.status()
    age = time.time() - posted
    assert part(said, 3)["lag_seconds"] == pytest.approx(age, abs=RIGHT_S)
    assert part(said, 5)["lag_seconds"] == 0
    took, said = monitor.wait("NEVER_COMMITTED", PROMISED_S)
    assert part(said, 3)["status"] == "NEVER_COMMITTED" and part(said, 6)["status"] == "OK"
    assert part(said, 3)["lag_seconds"] == pytest.approx(time.time() - posted, abs=RIGHT_S)
    assert monitor.once()[0] == 1

    # a consumer, and its own numbers
    consumer = stack.start_consumer(MAHALLE_LISTEN="127.0.0.1:0")
    stack.wait_applied()
    monitor.wait_lag({p: 0 for p in range(PARTITIONS)})
    assert monitor.wait("OK", BUSY_S)[1]["lag_seconds"] == 0
    code, once = monitor.once()
    assert (code, once["status"]) == (0, "OK")
    address = url_of(consumer)
    wait_for(lambda: get(address + "/readyz") == (200, "ready\n"), 10)
    assert get(address + "/livez") == (200, "alive\n")
    counted = samples(get(address + "/metrics")[1])
    assert counted['mahalle_events_applied_total{event_type="council_meeting_held"}'] == 6
    assert counted['mahalle_events_applied_total{event_type="school_opened"}'] == 0
    assert counted['mahalle_dead_letters_total{reason="PLACE"}'] == 0
    assert counted["mahalle_commit_seconds_count"] >= 1
    assert counted["mahalle_aggregate_up"] == 1
    assert counted["mahalle_aggregate_partitions"] == PARTITIONS
    assert get(address + "/")[0] == 404
    for url in (address, monitor.url):
        assert_clean(get(url + "/metrics")[1])
    wait_for(lambda: group_offsets(stack).items() >= {3: 5, 4: 2}.items(), 10,
             lambda: group_offsets(stack))

    # dead: what waits is told, the series stay
    stack.stop_consumers(signal.SIGKILL)
    put(stack, contract, 2, 7)
    monitor.wait_lag({7: 2})
    age_of_life(stack)
    assert monitor.wait("STOPPED", BUSY_S)[1]["reason"].startswith("partition 0: no sign")
    assert series <= set(monitor.metrics())
    assert monitor.metrics()['mahalle_consumer_status{group="%s",status="STOPPED"}'
                             % stack.environment["MAHALLE_GROUP"]] == 1

    peak, cpu = resources(monitor.process.pid)[0], resources(monitor.process.pid)[1] - cpu
    assert peak <= 32, f"{peak} MiB"
    assert cpu / (time.monotonic() - began) <= 0.02, cpu


def test_positions_that_go_back_and_records_that_go(stack, contract, monitor):
    stack.start_consumer()
    put(stack, contract, 4, 2)
    stack.wait_applied()
    stack.stop_consumers()

    # read again from the beginning, as a restored backup would
    stack.execute("UPDATE ops.partition_progress SET next_offset = 0, applied = 0 "
                  "WHERE partition = 2")
    said = monitor.wait("REWOUND", BUSY_S)[1]
    assert part(said, 2)["lag_records"] == 4 and part(said, 1)["status"] == "OK"
    stack.start_consumer()
    stack.wait_applied()
    monitor.wait_lag({2: 0})
    assert monitor.status()["status"] == monitor.once()[1]["status"] == "REWOUND"
    stack.stop_consumers()
    stack.execute("UPDATE ops.partition_progress SET rewound_at = NULL")
    code, once = monitor.once()
    assert (code, once["status"]) == (0, "OK")

    # how long records are kept
    admin = stack.kafka_admin()
    assert once["retention_seconds"] is None  # for ever
    stack.set_topic("retention.ms", "1800000")
    assert monitor.once()[1]["retention_seconds"] == 1800

    # gone, and then a consumer that cannot go on
    put(stack, contract, 3, 2)
    gone = confluent_kafka.TopicPartition(TOPIC, 2, 6)
    admin.delete_records([gone])[gone].result(30)
    said = monitor.wait("LOSS_RISK", BUSY_S)[1]
    lost = part(said, 2)
    assert (lost["lost_records"], lost["lag_records"], lost["begin_offset"]) == (2, 1, 6)
    assert "2 records are gone" in said["reason"]
    stack.start_consumer()
    said = monitor.wait("BLOCKED", 30)[1]
    assert "GAP" in said["reason"] and part(said, 3)["status"] != "BLOCKED"
    stack.stop_consumers()

    # another topic of the same name: all of it waits
    admin.delete_topics([TOPIC], operation_timeout=30)[TOPIC].result()
    wait_for(lambda: TOPIC not in admin.list_topics(timeout=30).topics, 30)
    stack.producer = None
    stack.admin("topics", "create")
    wait_for(stack.partitions, 30)
    posted = time.time()
    put(stack, contract, 1, 4)
    monitor.wait_lag({4: 1, 2: 0})
    said = monitor.part(4)
    assert said["status"] == "LOSS_RISK" and "not the one" in said["reason"]
    assert said["lag_seconds"] == pytest.approx(time.time() - posted, abs=RIGHT_S)


def test_a_paused_partition(stack, contract, monitor):
    """The consumer pauses a partition that waits for a person and reads the others: its
    lag stays right, theirs is 0."""
    stack.start_consumer()
    put(stack, contract, 1, 2)
    stack.wait_applied()
    stack.stop_consumers()
    put(stack, contract, 3, 2)
    posted = time.time()
    gone = confluent_kafka.TopicPartition(TOPIC, 2, 3)
    admin = stack.kafka_admin()
    admin.delete_records([gone])[gone].result(30)
    stack.start_consumer()
    monitor.wait("BLOCKED", 30)
    put(stack, contract, 2, 2)
    put(stack, contract, 5, 3)
    wait_for(lambda: stack.progress().get(3) == 5, 30)
    monitor.wait_lag({2: 3, 3: 0})
    said = monitor.status()
    assert said["statuses"] == {"OK": PARTITIONS - 1, "BLOCKED": 1}
    assert part(said, 2)["lag_seconds"] == pytest.approx(time.time() - posted, abs=RIGHT_S)


def test_one_look_at_what_cannot_be_read(stack, contract, monitor):
    """Records that wait and cannot be dated are never told to be well."""
    stack.set_topic("compression.type", "lz4")
    put(stack, contract, 40, 5)
    stack.spoil(5, 0)
    code, said = monitor.once()
    assert (code, said["status"]) == (1, "NEVER_COMMITTED"), said
    assert part(said, 5)["lag_records"] == 40 and part(said, 5)["lag_seconds"] is None


def test_a_refusal_waits_for_a_person(stack, contract, monitor):
    consumer = stack.start_consumer(MAHALLE_LISTEN="127.0.0.1:0")
    put(stack, contract, 1, 2)
    stack.wait_applied()
    stack.execute("ALTER TABLE core.event RENAME TO elsewhere")
    put(stack, contract, 1, 2)
    said = monitor.wait("BLOCKED", 20)[1]
    assert "PG_REFUSED" in said["reason"] and part(said, 2)["lag_records"] == 1
    code, why = get(url_of(consumer) + "/readyz")
    assert code == 503 and "does not exist" in why
    watching = subprocess.Popen(["mahalle-lag", "watch"], env=monitor.environment, text=True,
                                stdout=subprocess.PIPE)
    stack.execute("ALTER TABLE core.elsewhere RENAME TO event")
    stack.wait_applied()
    monitor.wait("OK", 20)
    assert get(url_of(consumer) + "/readyz")[0] == 200
    time.sleep(1)
    watching.send_signal(signal.SIGINT)
    shown = watching.communicate(timeout=10)[0]
    assert watching.returncode == 0 and shown.count("owner\n") > 1
    assert shown.splitlines()[0].startswith("BLOCKED ")


def test_an_address_that_is_taken_is_waited_for(stack, contract, tmp_path):
    """Nobody starts a program again whose address came up a moment too late; the consumer
    goes on meanwhile."""
    programs = {}
    for name in ("aggregate", "gateway", "lag"):
        holder = socket.create_server(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % holder.getsockname()[1]
        log = tmp_path / f"{name}.log"
        with open(log, "wb") as out:
            process = subprocess.Popen([f"mahalle-{name}"], stdout=out, stderr=out, env={
                **stack.environment, "MAHALLE_LISTEN": address})
        process.log = log
        programs[name] = process, holder, address
    try:
        put(stack, contract, 3, 1)
        stack.wait_applied()
        for process, holder, address in programs.values():
            wait_for(lambda: "in use" in process.log.read_text(), 15, lambda: tail(process.log))
            holder.close()
        for process, holder, address in programs.values():
            wait_for(lambda: f"listen=http://{address}" in process.log.read_text(), 5,
                     lambda: tail(process.log))
            assert get(f"http://{address}/livez")[0] == 200
    finally:
        for process, holder, address in programs.values():
            holder.close()
            process.terminate()
    assert [process.wait(20) for process, _, _ in programs.values()] == [0, 0, 0]


def family(stack, server):
    pid = int((stack.directory / f"{server}.pid").read_text())
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as source:
        return [pid, *map(int, source.read().split())]


def send_all(pids, what):
    for pid in pids:
        if state_of(pid):  # a server's child may have ended
            os.kill(pid, what)


def send(client, data):
    """Whether the other end still takes it."""
    try:
        client.send(data)
        return True
    except ConnectionError:
        return False


def test_servers_that_hang(stack, monitor):
    """No answer is waited for by those who ask the monitor, and slow ones of them do not
    keep it busy."""
    host, port = monitor.url.removeprefix("http://").split(":")
    slow = socket.create_connection((host, int(port)))
    stack.start_consumer()
    wait_for(lambda: len(stack.progress()) == PARTITIONS, 30)
    assert monitor.wait("OK", 10)[1]["status"] == "OK"
    kafka, postgres = family(stack, "kafka"), family(stack, "postgres")
    send_all(kafka + postgres, signal.SIGSTOP)
    try:
        start, ended = time.monotonic(), False
        while monitor.status()["status"] != "SOURCE_DOWN":
            ended = ended or not send(slow, b"G")  # a byte now and then is no request
            assert time.monotonic() - start < 30, monitor.status()
            for path in ("/metrics", "/status", "/", "/livez"):
                assert get(monitor.url + path, timeout=1)[0] == 200
            time.sleep(0.5)
        assert ended
        code, why = get(monitor.url + "/readyz")
        assert code == 503 and "Kafka" in why
        assert monitor.metrics()['mahalle_lag_up{source="kafka"}'] == 0
        send_all(kafka, signal.SIGCONT)
        assert "PostgreSQL" in monitor.wait("SINK_DOWN", 20)[1]["reason"]
    finally:
        slow.close()
        send_all(kafka + postgres, signal.SIGCONT)
    monitor.wait("OK", 20)
    # a login that is refused is told at once by one look
    done = stack.run("mahalle-lag", "status", env={
        **stack.environment, "MAHALLE_PG": "postgresql://nobody@127.0.0.1:9/mahalle"})
    assert done.returncode == 4 and b"database" in done.stderr
    done = stack.run("mahalle-lag", "status", "--brokers", "127.0.0.1:9")
    assert done.returncode == 5 and b"topic" in done.stderr


# the page

SIZES = (390, 1280)
LANGUAGES = ("fa", "en")


def png_size(path):
    return struct.unpack(">II", path.read_bytes()[16:24])


def test_a_page_for_the_wall(stack, contract, monitor, tmp_path):
    put(stack, contract, 3, 3)
    monitor.wait_lag({3: 3})
    for lang in LANGUAGES:
        text = monitor.text(f"/?lang={lang}")
        root = parse(text)
        assert root.attrib == {"lang": lang, "dir": "rtl" if lang == "fa" else "ltr"}
        assert len(root.findall(".//tbody/tr")) == PARTITIONS
        shown = words(root.find("body"))
        assert "mahalle" not in shown.split() and TOPIC in shown
        if lang == "fa":
            shown = shown.replace(stack.environment["MAHALLE_GROUP"], "")
            assert not re.search("[0-9]", shown) and "۳" in shown
        sources = [e.attrib["src"] for e in root.iter() if "src" in e.attrib]
        assert sources == ["/page.js"] and "://" not in text and "url(" not in text
        picture = tmp_path / f"{lang}.png"
        browser(tmp_path, f"--screenshot={picture}", "--window-size=1280,800",
                f"{monitor.url}/?lang={lang}")
        assert png_size(picture) == (1280, 800)
        assert picture.stat().st_size > 20_000  # an empty one has 5 kB
    # it renews itself in place: what the browser shows later is a later look
    first = monitor.status()["looked_at"]
    shown = browser(tmp_path, "--dump-dom", "--virtual-time-budget=8000",
                    f"{monitor.url}/?lang=en")
    wait_for(lambda: monitor.status()["looked_at"] > first, 5)
    assert 'data-status="' in shown and '<p class="lost" role="alert" hidden' in shown
    assert all(over <= 0 for over in overflows(tmp_path, monitor))


def overflows(folder, monitor):
    """How many pixels the page is wider than screens of these widths."""
    text = monitor.text("/?lang=fa").replace('<script src="/page.js" defer="defer"></script>', "")
    (folder / "inner.html").write_text(text, "utf-8")
    (folder / "outer.html").write_text("<!DOCTYPE html>" + "".join(
        f'<iframe style="width:{width}px;height:900px" src="inner.html"></iframe>'
        for width in SIZES) + """<script>
            onload = () => document.title = [...document.querySelectorAll("iframe")].map(frame => {
              const all = frame.contentDocument.documentElement;
              return all.scrollWidth - all.clientWidth; }).join(" ");
        </script>""", "utf-8")
    shown = browser(folder, "--dump-dom", "--allow-file-access-from-files",
                    (folder / "outer.html").as_uri())
    return [int(number) for number in re.search("<title>(.*?)</title>", shown)[1].split()]
