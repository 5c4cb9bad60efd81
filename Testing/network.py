"""Keep tests off the network: nothing of a prediction, a training or a report may need it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def sockets_forbidden() -> Iterator[None]:
    """Fail whoever makes a socket, of whatever kind, or looks up a name."""

    def refuse(*_: object, **__: object) -> None:
        # No OSError: code that bears a missing network must not hide it.
        pytest.fail("a socket was asked for")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "__init__", refuse)
        for name in ("create_connection", "getaddrinfo", "gethostbyname", "socketpair"):
            patch.setattr(socket, name, refuse)
        yield


@contextmanager
def loopback_only() -> Iterator[None]:
    """Fail whoever reaches for another machine; processes on this one may talk to each other, as Dask's do."""

    def guarded(real: object) -> object:
        def connect(self: socket.socket, address: object) -> object:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                pytest.fail(f"another machine was asked for: {address[0]}")
            return real(self, address)

        return connect

    def look_up(host: object, *rest: object, **options: object) -> object:
        if host and not _is_loopback(host):
            pytest.fail(f"another machine was asked for: {host}")
        return getaddrinfo(host, *rest, **options)

    getaddrinfo = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


def _is_loopback(host: str | bytes) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text in ("localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False
