# SPDX-License-Identifier: Apache-2.0
"""The gateway behind TLS: versions, certificates of clients, and no plain HTTP
where others could read it."""

import socket
import ssl
import subprocess

import pytest
import requests

from harness.gateway import Gateway, make_key, meeting
from harness.stack import wait_for


def openssl(folder, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True,
                   capture_output=True)


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
    openssl(path, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca",
            "-addext", "keyUsage=critical,keyCertSign")
    make_certificate(path, "server", "subjectAltName=IP:127.0.0.1",
                     "extendedKeyUsage=serverAuth")
    make_certificate(path, "client", "extendedKeyUsage=clientAuth")
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
