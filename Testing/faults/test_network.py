"""The guard of the whole suite guards."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "example.invalid"])
def test_no_test_reaches_another_machine(host: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="another machine was asked for"):
        socket.create_connection((host, 9), timeout=0.1)
    with socket.socket() as one, pytest.raises(pytest.fail.Exception, match="another machine was asked for"):
        one.connect((host, 9))


def test_processes_of_this_machine_may_talk_to_each_other() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.sendall(b"hello")
        connection, _ = server.accept()
        with connection:
            assert connection.recv(5) == b"hello"
