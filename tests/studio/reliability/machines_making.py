"""Two machines for tests: network namespaces with a cable between them, made and removed by the test."""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")

CLONE_NEWNET = 0x40000000
NETWORK = "10.213.7"


@dataclass(frozen=True)
class Machine:
    """A network namespace; it has no other network than loopback and the cable."""

    name: str
    address: str

    @property
    def inside(self) -> tuple[str, ...]:
        """The beginning of a command line that runs in it."""
        return ("ip", "netns", "exec", self.name)

    @property
    def as_other_host(self) -> tuple[str, ...]:
        """The same, under a host name and with process ids of its own."""
        own = ("unshare", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child")
        return (*self.inside, *own, "sh", "-c", 'hostname second && exec "$@"', "sh")

    def cable(self, state: str) -> None:
        """Plug the cable in (`up`) or out (`down`) at this machine."""
        _ip("-n", self.name, "link", "set", "cable", state)

    def do(self, work: Callable[[], T]) -> T:
        """What `work` gives when it is done with this machine's network."""
        found: list[T] = []

        def enter() -> None:  # a thread has a network of its own
            descriptor = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
            try:
                assert ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET) == 0, ctypes.get_errno()
            finally:
                os.close(descriptor)
            found.append(work())

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        assert found, "it failed, see above"
        return found[0]


@contextmanager
def two_machines() -> Iterator[tuple[Machine, Machine]]:
    """Two machines; the test is skipped where they may not be made."""
    first, second = (Machine(f"mien{os.getpid()}{letter}", f"{NETWORK}.{n}") for n, letter in ((1, "a"), (2, "b")))
    if os.geteuid() != 0 or not Path("/usr/sbin/ip").exists():
        pytest.skip("network namespaces are made by root with iproute2: a second machine was not tested")
    if subprocess.run(["ip", "netns", "add", first.name], capture_output=True, check=False).returncode != 0:
        pytest.skip("no network namespace may be made here: a second machine was not tested")
    try:
        _ip("netns", "add", second.name)
        ends = ("cable", "netns", first.name, "type", "veth", "peer", "name", "cable", "netns", second.name)
        _ip("link", "add", *ends)
        for one in (first, second):
            _ip("-n", one.name, "addr", "add", f"{one.address}/24", "dev", "cable")
            _ip("-n", one.name, "link", "set", "lo", "up")
            one.cable("up")
        yield first, second
    finally:
        for one in (first, second):
            subprocess.run(["ip", "netns", "delete", one.name], capture_output=True, check=False)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
