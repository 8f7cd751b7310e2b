# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy before PostgreSQL that loses the answer to COMMIT on demand.

It forwards bytes as they are.  When armed, the next COMMIT of any client is
either passed on and its answer thrown away (`after`: the work is stored and
the client cannot know), or not passed on at all (`before`).  Both then end
the connection, once.
"""

import re
import socket
import threading

COMMIT = re.compile(rb"\bCOMMIT\b", re.IGNORECASE)
ANSWER_TIMEOUT_S = 10


class CommitProxy:
    def __init__(self, host, port):
        self.target = host, int(port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.plan = []       # what to do with the next commits
        self.lost = 0        # how many answers were lost so far
        self.sockets = []
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        with self.lock:
            for each in self.sockets:
                close(each)

    def arm(self, *plan):
        """Each of 'after' and 'before' meets one COMMIT; 'pass' lets one through."""
        with self.lock:
            self.plan.extend(plan)

    @property
    def armed(self):
        return bool(self.plan)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target)
            except OSError:
                close(client)
                continue
            with self.lock:
                self.sockets += [client, server]
            link = Link(self, client, server)
            threading.Thread(target=link.upstream, daemon=True).start()
            threading.Thread(target=link.downstream, daemon=True).start()

    def next_step(self):
        with self.lock:
            return self.plan.pop(0) if self.plan else "pass"


class Link:
    """One connection; `cut` tells the way back to swallow what comes."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.cut = threading.Event()
        self.answered = threading.Event()

    def upstream(self):
        try:
            while data := self.client.recv(65536):
                step = self.proxy.next_step() if COMMIT.search(data) else "pass"
                if step == "after":
                    self.cut.set()
                if step != "before":
                    self.server.sendall(data)
                if step != "pass":
                    if step == "after":
                        self.answered.wait(ANSWER_TIMEOUT_S)
                    self.proxy.lost += 1
                    break
        except OSError:
            pass
        close(self.client)
        close(self.server)

    def downstream(self):
        try:
            while data := self.server.recv(65536):
                if self.cut.is_set():
                    self.answered.set()
                else:
                    self.client.sendall(data)
        except OSError:
            pass
        close(self.client)


def close(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    sock.close()
