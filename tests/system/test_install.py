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


# ----------------------------------------------------------------- libmahalle


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Installed where nobody expects it, as an agency may do."""
    folder = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", BIN, "--prefix", folder)
    return folder


def build(prefix, source, compiler="cc", *flags, libraries="$(pkg-config --cflags --libs mahalle)"):
    """As README and manual say it: cc example.c $(pkg-config ...)."""
    found, = prefix.rglob("mahalle.pc")
    run("sh", "-c", f"{compiler} {' '.join(flags)} {source.name} {libraries} -o {source.stem}",
        cwd=source.parent, env={**BARE, "PKG_CONFIG_PATH": str(found.parent)})
    return source.parent / source.stem


def start(prefix, program, *words, code=0, **options):
    found, = prefix.rglob("libmahalle.so")
    return run(program, *words, code=code,
               env={**BARE, "LD_LIBRARY_PATH": str(found.parent), "NO_PROXY": "*"}, **options)


STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
LOCAL = r"""
#include <mahalle/mahalle.h>
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    struct mahalle_event event;
    struct mahalle_settings settings;
    struct mahalle_results *results;
    struct mahalle *client;
    struct mahalle_err err;
    const struct mahalle_result *result;
    size_t i;

    event.json = argv[argc - 1];
    event.len = strlen(event.json);
    event.tag = NULL;
    mahalle_settings_init(&settings, sizeof settings);
    settings.brokers = "127.0.0.1:1";
    settings.timeout_ms = 1000;
    if (mahalle_open(&settings, &client, &err) != MAHALLE_OK ||
        mahalle_post_many(client, &event, 1, 9000, &results, &err) != MAHALLE_OK) {
        puts(err.text);
        return (int)err.code;
    }
    result = mahalle_results_at(results, 0);
    printf("%s %s %s", mahalle_version(), mahalle_fate_name(result->fate), result->reason);
    for (i = 0; i < result->fault_count; i++)
        printf(" %s@%s", result->faults[i]->code, result->faults[i]->pointer);
    mahalle_results_free(results);
    mahalle_close(client);
    return 0;
}
"""


@pytest.mark.parametrize("compiler", ["cc", "c++"])
def test_the_example_compiles_as_shown_and_runs(prefix, compiler, tmp_path):
    example, = prefix.rglob("post_events.c")
    source = tmp_path / ("post_events.c" if compiler == "cc" else "post_events.cc")
    shutil.copy(example, source)
    program = build(prefix, source, compiler, *(STRICT if compiler == "c++" else ()))
    assert "Usage:" in start(prefix, program, code=2)
    key = tmp_path / "key"
    assert str(key) in start(prefix, program, "http://127.0.0.1:1", key, code=2)
    key.write_text("mh_key\n")
    assert "0 refused, 0 not known" in start(prefix, program, "http://127.0.0.1:1", key, input="")


def test_the_example_of_the_manual_compiles(prefix, tmp_path):
    page, = prefix.rglob("mahalle.3")
    text = page.read_text().split(".SH EXAMPLE")[1].split(".nf\n")[1].split(".fi")[0]
    source = tmp_path / "manual.c"
    source.write_text(text.replace("\\e", "\\").replace("\\-", "-"))
    program = build(prefix, source, "cc", *STRICT)
    assert "/etc/agency/key" in start(prefix, program, code=1)
    for each in ("mahalle.3", "libmahalle.3"):
        assert run("man", "-l", "--warnings", prefix.rglob(each).__next__(),
                   cwd=page.parents[1], env={**BARE, "MANWIDTH": "200"})


@pytest.mark.parametrize("how", ["c99", "c++11", "static"])
def test_a_program_finds_the_schemas_of_the_library(prefix, how, tmp_path):
    source = tmp_path / ("local.cc" if how == "c++11" else "local.c")
    source.write_text(LOCAL)
    libraries = "$(pkg-config --cflags --libs mahalle)"
    if how == "static":
        libraries = ("$(pkg-config --cflags mahalle) $(pkg-config --variable=libdir mahalle)/"
                     "libmahalle.a $(pkg-config --static --libs mahalle | sed s/-lmahalle//)")
    program = build(prefix, source, "c++" if how == "c++11" else "cc", *STRICT,
                    f"-std={'c99' if how == 'static' else how}", libraries=libraries)
    library, = prefix.rglob("libmahalle.so")
    linked = run("ldd", program, env={**BARE, "LD_LIBRARY_PATH": str(library.parent)})
    assert ("libmahalle.so.0" in linked) == (how != "static")
    # a program without the shared library looks beside itself, then in the sources
    path = {"LD_LIBRARY_PATH": f"{library.parent}:{library.parent / 'mahalle'}"}
    said = run(program, EVENT, env={**BARE, **path})
    assert " not stored kafka at 127.0.0.1:1" in said
    said = run(program, EVENT.replace("1404/07/21", "1404/13/01"), env={**BARE, **path})
    assert "refused  DATE@/occurred_on" in said
    broken = prefix / "share/mahalle/schemas/events/council/broken.v1.avsc"
    broken.write_text("{}")
    try:
        run(program, EVENT, env={**BARE, **path}, code=0 if how == "static" else 3)
    finally:
        broken.unlink()


def test_the_library_shows_nothing_but_its_own(prefix):
    shared, = prefix.rglob("libmahalle.so")
    header, = prefix.rglob("mahalle.h")
    declared = set(re.findall(r"\b(mahalle_\w+)\(", re.sub(r"/\*.*?\*/", "", header.read_text(),
                                                          flags=re.S)))
    assert len(declared) > 12
    seen = {line.split()[-1].partition("@")[0]
            for line in run("nm", "-D", "--defined-only", shared).splitlines()
            if line.split()[1] != "A"}
    assert seen == declared
    static, = prefix.rglob("libmahalle.a")
    seen = {line.split()[-1] for line in run("nm", "-g", "--defined-only", static).splitlines()
            if len(line.split()) == 3}
    assert seen == declared
    assert [path.name for path in header.parent.iterdir()] == ["mahalle.h"]
    assert "SONAME" in run("readelf", "-d", shared) and shared.is_symlink()


def test_the_package_has_the_library(root):
    for path in ("include/mahalle/mahalle.h", "share/man/man3/mahalle.3",
                 "share/man/man3/libmahalle.3", "lib/libmahalle.so.0", "lib/libmahalle.a",
                 "lib/pkgconfig/mahalle.pc", "share/doc/mahalle/examples/post_events.c"):
        assert (root / "usr" / path).exists(), path


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
