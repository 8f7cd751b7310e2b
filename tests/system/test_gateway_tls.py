# SPDX-License-Identifier: Apache-2.0
"""The gateway behind TLS: versions, certificates of clients, and no plain HTTP
where others could read it."""

import json
import signal
import socket
import ssl
import subprocess

import pytest
import requests

from harness.gateway import Gateway, make_key, meeting
from harness.library import fates, library
from harness.stack import wait_for


def openssl(folder, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True,
                   capture_output=True)


def make_authority(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", "-subj",
            f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign")


def make_certificate(folder, name, *extensions):
    """NAME.pem and NAME.key, vouched for by ca.pem."""
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
            f"/CN={name}")
    (folder / "ext").write_text("\n".join(extensions) + "\n")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey",
            "ca.key", "-CAcreateserial", "-days", "2", "-out", f"{name}.pem",
            "-extfile", "ext")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls")
    make_authority(path, "ca")
    make_certificate(path, "server", "subjectAltName=IP:127.0.0.1",
                     "extendedKeyUsage=serverAuth")
    make_certificate(path, "client", "extendedKeyUsage=clientAuth")
    make_certificate(path, "renewed", "subjectAltName=IP:127.0.0.1")
    return path


@pytest.fixture(scope="module")
def secure(servers, folder):
    servers.up()
    servers.fresh()
    key = make_key(servers)
    gateway = Gateway(servers, "--tls-certificate", folder / "server.pem", "--tls-key",
                      folder / "server.key", "--tls-clients", folder / "ca.pem",
                      scheme="https")
    gateway.key = key
    gateway.session.verify = str(folder / "ca.pem")
    gateway.wait_ready()
    yield gateway
    gateway.stop()


def test_a_key_is_good_only_beside_a_certificate(secure, folder):
    answer = secure.post(meeting())
    assert answer.status_code == 401 and "certificate" in answer.json()["title"]
    secure.session.cert = (str(folder / "client.pem"), str(folder / "client.key"))
    secure.session.close()
    wait_for(lambda: secure.post(meeting()).status_code == 201, 5, secure.tail)
    assert secure.post([meeting() for _ in range(500)]).status_code == 201
    assert secure.post(meeting(), Authorization="Bearer x").status_code == 401


def test_mahalle_post_shows_its_certificate(servers, secure, folder, tmp_path):
    both = tmp_path / "both.pem"
    both.write_text((folder / "client.pem").read_text() + (folder / "client.key").read_text())
    for certificate, code, words in (
            ([], 5, b"HTTP 401"), (["--cert-file", both], 0, b"stored 1"),
            (["--cert-file", folder / "client.pem", "--cert-key-file",
              folder / "client.key"], 0, b"stored 1")):
        done = servers.run(
            "mahalle-post", "--to", secure.url, "--ca-file", folder / "ca.pem", *certificate,
            "-", input=json.dumps(meeting()).encode(),
            env={**servers.environment, "MAHALLE_API_KEY": secure.key, "NO_PROXY": "*"})
        assert (done.returncode, words in done.stdout + done.stderr) == (code, True), done


def test_a_certificate_of_a_server_is_none_of_a_client(secure, folder):
    before = secure.session.cert
    secure.session.cert = (str(folder / "server.pem"), str(folder / "server.key"))
    secure.session.close()
    answer = secure.post(meeting())
    assert answer.status_code == 401 and "certificate" in answer.json()["title"]
    secure.session.cert = before
    secure.session.close()


def shown(port):
    """Our certificate, as a new connection sees it."""
    return ssl.get_server_certificate(("127.0.0.1", port))


def test_certificates_are_read_again_while_connections_go_on(servers, folder, tmp_path):
    def put(name):
        for end in ("pem", "key"):
            (tmp_path / f"now.{end}").write_bytes((folder / f"{name}.{end}").read_bytes())

    def hang_up(words):
        said = secure.text().count("certificates=")
        secure.process.send_signal(signal.SIGHUP)
        wait_for(lambda: secure.text().count("certificates=") > said, 5)
        assert secure.text().splitlines()[-1].find(f"certificates={words}") > 0

    put("server")
    secure = Gateway(servers, "--tls-certificate", tmp_path / "now.pem", "--tls-key",
                     tmp_path / "now.key", scheme="https")
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    with socket.create_connection(("127.0.0.1", secure.port), 5) as plain, \
            context.wrap_socket(plain, server_hostname="127.0.0.1") as old:
        def alive():
            old.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"alive\n"):
                piece = old.recv(4096)
                assert piece, answer
                answer += piece
            return True

        assert alive() and shown(secure.port) == (folder / "server.pem").read_text()
        hang_up("unchanged")
        put("renewed")
        hang_up("new")
        assert shown(secure.port) == (folder / "renewed.pem").read_text() and alive()
        (tmp_path / "now.key").write_bytes((folder / "client.key").read_bytes())
        hang_up("kept")
        (tmp_path / "now.pem").unlink()
        hang_up("kept")
        assert shown(secure.port) == (folder / "renewed.pem").read_text() and alive()
    secure.stop()


def test_a_hangup_ends_no_gateway_without_certificates(servers):
    gateway = Gateway(servers)
    gateway.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "hangup=" in gateway.text(), 5)
    assert gateway.get("/livez").ok
    gateway.stop()


def test_new_authorities_of_clients_count_at_once(servers, folder, tmp_path):
    names = tmp_path / "clients.pem"
    names.write_bytes((folder / "ca.pem").read_bytes())
    secure = Gateway(servers, "--tls-certificate", folder / "server.pem", "--tls-key",
                     folder / "server.key", "--tls-clients", names, scheme="https")
    secure.key = make_key(servers)
    secure.session.verify = str(folder / "ca.pem")
    secure.session.cert = (str(folder / "client.pem"), str(folder / "client.key"))
    wait_for(lambda: secure.post("[]").status_code == 400, 10)
    make_authority(tmp_path, "another")
    make_certificate(tmp_path, "newcomer", "extendedKeyUsage=clientAuth")
    old, new = secure.session.cert, (str(tmp_path / "newcomer.pem"),
                                     str(tmp_path / "newcomer.key"))

    def asked_by(cert):
        secure.session.cert = cert
        secure.session.close()
        return secure.post("[]").status_code

    assert asked_by(new) == 401
    assert asked_by(old) == 400
    names.write_bytes((tmp_path / "ca.pem").read_bytes())
    secure.process.send_signal(signal.SIGHUP)
    wait_for(lambda: secure.post("[]").status_code == 401, 5)   # on the same connection
    assert asked_by(new) == 400
    assert asked_by(old) == 401
    secure.stop()


def test_the_library_and_mahalle_post_speak_it(servers, secure, folder):
    whole = {"gateway": secure.url, "key": secure.key, "ca_file": folder / "ca.pem",
             "cert_file": folder / "client.pem", "cert_key_file": folder / "client.key"}
    results, _ = library(servers, "post", 2, [meeting() for _ in range(50)], **whole)
    assert fates(results) == {"stored": 50}
    for lacking, words in (("ca_file", "certificate"), ("cert_file", "HTTP 401")):
        some = {name: value for name, value in whole.items() if name != lacking}
        if lacking == "cert_file":
            del some["cert_key_file"]
        results, _ = library(servers, "post", 1, [meeting()], **some)
        assert results[0].fate == "not stored" and words in results[0].reason
    done = servers.run("mahalle-post", "--to", secure.url, "-", input=b"{}",
                       env={**servers.environment, "MAHALLE_API_KEY": secure.key})
    assert done.returncode == 5 and b"certificate" in done.stderr
    assert secure.key.encode() not in done.stdout + done.stderr


@pytest.mark.parametrize("version, taken", [
    (ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True),
    (ssl.TLSVersion.TLSv1_3, True)])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_only_new_versions_of_tls_are_spoken(secure, folder, version, taken):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(folder / "ca.pem")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", secure.port), 5) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as client:
                assert taken, client.version()
        except ssl.SSLError:
            assert not taken


def test_plain_http_is_not_answered(secure):
    with pytest.raises(requests.RequestException):
        requests.get(f"http://127.0.0.1:{secure.port}/livez", timeout=5)


def test_a_server_for_others_needs_tls(servers, folder):
    for arguments, words in (
            (("--listen", "0.0.0.0:0"), b"--tls-certificate"),
            (("--tls-key", folder / "server.key"), b"belong together"),
            (("--tls-certificate", folder / "server.pem", "--tls-key",
              folder / "client.key"), b"certificate"),
            (("--listen", "nowhere"), b"HOST:PORT")):
        done = servers.run("mahalle-gateway", *arguments)
        assert done.returncode == 2 and words in done.stderr, done.stderr
