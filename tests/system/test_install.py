# SPDX-License-Identifier: Apache-2.0
"""What is installed runs from where it is put: the Debian package in an empty
root, the same by `cmake --install`, and the services that systemd would start.
No server is needed."""

import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BIN = pathlib.Path(os.environ.get("MAHALLE_BIN", ROOT / "build" / "release"))
PROGRAMS = sorted(page.stem for page in (ROOT / "deploy" / "man").glob("*.1"))
SERVICES = {unit.name.partition(".")[0].rstrip("@").removeprefix("mahalle-"): unit.name
            for unit in (ROOT / "deploy" / "systemd").glob("*.service")
            if unit.name.partition(".")[0].rstrip("@") in PROGRAMS}
EVENT = ('{"event_type": "council_meeting_held", "source_ref": "M-1", "occurred_on":'
         ' "1404/07/21", "agency_code": "municipality_1198", "place_code": "c1198-003",'
         ' "council_code": "c1198-003-C1", "members_present": 9}\n')
BARE = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}  # nothing of MAHALLE_*


def run(*words, code=0, **options):
    done = subprocess.run(list(map(str, words)), text=True, capture_output=True,
                          timeout=120, **{"env": BARE, **options})
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def dpkg(root, *words):
    """dpkg on a root of its own, whose scripts run outside of it."""
    admin = root / "var" / "lib" / "dpkg"
    for folder in ("info", "updates", "parts"):
        (admin / folder).mkdir(parents=True, exist_ok=True)
    for file in ("status", "available"):
        (admin / file).touch()
    fake = [] if os.geteuid() == 0 else ["fakeroot"]
    return run(*fake, "dpkg", f"--root={root}", "--force-script-chrootless", "--force-depends",
               "--force-confdef", "--force-confold", "--force-unsafe-io", "--no-triggers", *words)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    run("cpack", "--config", BIN / "CPackConfig.cmake", "-B", folder)
    found, = folder.glob("*.deb")
    return found


@pytest.fixture(scope="module")
def root(package, tmp_path_factory):
    """A root with nothing in it but the package."""
    root = tmp_path_factory.mktemp("root")
    dpkg(root, "--install", package)
    for target in pathlib.Path("/usr/lib/systemd/system").glob("*.target"):
        shutil.copy(target, root / "usr/lib/systemd/system")  # what units refer to
    return root


def test_every_service_has_a_unit():
    serving = {name.removeprefix("mahalle-") for name in PROGRAMS
               if " --listen " in run(BIN / name, "--help")}
    assert set(SERVICES) == serving | {"aggregate"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_run_from_the_package(root, program):
    path = root / "usr" / "bin" / program
    assert run(path, "--version").startswith(program + " ")
    assert "Usage:" in run(path, "--help")
    assert (root / "usr/share/man/man1" / f"{program}.1").read_text().startswith(".\\\"")


def test_the_package_brings_its_own_librdkafka_where_debian_has_an_old_one(root):
    linked = run("ldd", root / "usr/bin/mahalle-post")
    library, = re.findall(r"librdkafka\.so\.1 => (\S+)", linked)
    if (ROOT / "build/deps/lib/librdkafka.so.1").exists():
        assert pathlib.Path(library).resolve().is_relative_to(root)
        assert "debug_info" not in run("file", library)


def test_the_package_says_which_libraries_it_needs(package):
    needs = run("dpkg-deb", "--field", package, "Depends")
    for name in ("libc6", "libpq5", "libavro", "libjansson4", "libssl3"):
        assert name in needs
    assert "librdkafka" not in needs or not (ROOT / "build/deps/lib").exists()


def test_programs_find_the_schemas_of_the_package(root, tmp_path):
    admin = root / "usr/bin/mahalle-admin"
    assert str(root) not in run(admin, "schema", "check")
    done = subprocess.run([root / "usr/bin/mahalle-post", "--dry-run", "-"], input=EVENT,
                          text=True, capture_output=True, env=BARE, timeout=60)
    assert done.returncode == 0, done.stderr
    # and no others: a broken one is found there
    broken = root / "usr/share/mahalle/schemas/events/council/broken.v1.avsc"
    broken.write_text("{}")
    try:
        assert "broken.v1.avsc" in run(admin, "schema", "check", code=3)
    finally:
        broken.unlink()


def test_user_and_folders(root):
    users = (root / "etc/passwd").read_text()
    assert re.search(r"^mahalle:.*:/usr/sbin/nologin$", users, re.M)
    assert (root / "var/lib/mahalle/reference").is_dir()
    loaded = root / "usr/share/mahalle/schemas/reference/loaded"
    assert os.readlink(loaded) == "/var/lib/mahalle/reference"


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_configurations_are_what_the_programs_print(root, service):
    conf = root / "etc/mahalle" / f"{service}.conf"
    assert stat.S_IMODE(conf.stat().st_mode) == 0o600
    assert conf.read_text() == run(BIN / f"mahalle-{service}", "--print-config")


def test_an_upgrade_keeps_configurations_and_a_purge_leaves_nothing(package, tmp_path):
    dpkg(tmp_path, "--install", package)
    conf = tmp_path / "etc/mahalle/aggregate.conf"
    conf.write_text("brokers = kafka1:9092\n")
    dpkg(tmp_path, "--install", package)
    assert conf.read_text() == "brokers = kafka1:9092\n"
    dpkg(tmp_path, "--remove", "mahalle")
    assert conf.exists() and not (tmp_path / "usr/bin/mahalle-post").exists()
    dpkg(tmp_path, "--purge", "mahalle")
    left = [path for path in tmp_path.rglob("*mahalle*")
            if "var/lib/dpkg" not in str(path)]
    assert left == []


def test_cmake_install_under_a_prefix(tmp_path):
    run("cmake", "--install", BIN, "--prefix", tmp_path)
    conf = tmp_path / "etc/mahalle/aggregate.conf"
    conf.write_text("brokers = kafka1:9092\n")
    said = run("cmake", "--install", BIN, "--prefix", tmp_path)
    assert f"Left as it is: {conf}" in said
    assert conf.read_text() == "brokers = kafka1:9092\n"
    unit = (tmp_path / "lib/systemd/system" / SERVICES["aggregate"]).read_text()
    assert f"ExecStart={tmp_path}/bin/mahalle-aggregate " in unit
    assert f"LoadCredential=config:{conf}" in unit
    run(tmp_path / "bin/mahalle-admin", "schema", "check")


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_the_unit_is_well_formed_and_shut_off(root, service):
    unit = root / "usr/lib/systemd/system" / SERVICES[service]
    assert "@" not in unit.read_text().replace("@system-service", "").replace(
        "@privileged", "").replace("@resources", "").replace("mahalle-aggregate@", "")
    said = run("systemd-analyze", "security", "--offline=true", "--threshold=15",
               "--no-pager", f"--root={root}", instance(unit.name))
    exposure, = re.findall(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert float(exposure) <= 1.5
    run("systemd-analyze", "verify", "--man=no", f"--root={root}", instance(unit.name))


def instance(unit):
    return unit.replace("@.", "@9309.")


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_the_unit_starts_the_program_as_it_wants_to_be_started(root, service, tmp_path):
    """Its flags are known; what the configuration lacks is said, with the exit
    code after which systemd does not try again."""
    unit = (root / "usr/lib/systemd/system" / SERVICES[service]).read_text()
    (tmp_path / "config").write_text("log-level = 9\n")
    line, = re.findall(r"^ExecStart=(.*)$", unit, re.M)
    for specifier, value in (("%d", str(tmp_path)), ("%H", "host"), ("%i", "9309")):
        line = line.replace(specifier, value)
    program, *words = line.split()
    said = run(f"{root}{program}", *words, code=2)
    assert "log-level: 9 is not in 0 to 3" in said
    assert "no such option" not in said
    assert "RestartPreventExitStatus=2\n" in unit
    assert not re.search("password|MAHALLE_PG|API_KEY", unit.split("[Service]")[1]
                         .replace("# The configuration holds passwords", ""))
