"""A real PostgreSQL for tests: Debian's programs, in a temporary folder, on a Unix socket, gone with the test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from mien.processes import die_with_parent

ACCOUNT = "postgres"


def programs() -> Path | None:
    """The folder of the newest server's programs; None: it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def postgres_server(programs_folder: Path, namespace: str | None = None, address: str = "") -> Iterator[Path]:
    """A running server; yields the folder of its socket. It ends with this process, however that ends.

    namespace, address: of the network, such as `ip netns` makes one, in which it listens too, at port 5432.
    """
    root = os.geteuid() == 0  # the server refuses to run as root
    identity = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if root else {}
    folder = Path(tempfile.mkdtemp(prefix="mien-pg-"))
    if root:
        shutil.chown(folder, ACCOUNT, ACCOUNT)
    data = folder / "data"
    try:
        made = [programs_folder / "initdb", "-D", data, "-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **identity)
        if address:
            with (data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {address}/24 trust\n")
        settings = {
            "unix_socket_directories": folder, "listen_addresses": address, "fsync": "off", "max_connections": 150,
            "shared_buffers": "32MB",
        }  # fmt: skip
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command: list[str | Path] = [programs_folder / "postgres", "-D", data, *options]
        if namespace is not None:  # only root enters it; `setpriv` changes the account afterwards
            account = [f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups", "--pdeathsig=QUIT"]
            command, identity = ["ip", "netns", "exec", namespace, "setpriv", *account, *command], {}
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=folder, preexec_fn=lambda: die_with_parent(signal.SIGQUIT),
                **identity,
            )  # fmt: skip
        try:
            _wait(server, folder)
            yield folder
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing is kept
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def emptied_database(folder: Path) -> str:
    """The server's database, emptied, and left by everyone; its address as `mien serve --database` takes it."""
    with psycopg.connect(f"host={folder} user={ACCOUNT} dbname=postgres", autocommit=True) as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s"
        connection.execute(others, ["postgres"])
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return f"postgresql://{ACCOUNT}@/postgres?host={folder}"


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(600):
        try:
            psycopg.connect(f"host={folder} user={ACCOUNT} dbname=postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None:
                raise RuntimeError((folder / "log").read_text()) from None
            time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start within 30 s")
