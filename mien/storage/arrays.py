"""Reading npz files of other people: sizes are checked before anything is unpacked, and nothing is unpickled."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zlib import error as ZlibError

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

MAX_MEMBERS = 1000
"""Most arrays of a file."""

_PLAIN = "?biufcUS"  # kinds of dtypes; O would have to be unpickled, V has fields
_UNREADABLE = (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, ZlibError)
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


class ArraysError(ValueError):
    """A file is no npz file of plain arrays, or too large a one; the message is one sentence."""


@dataclass(frozen=True)
class ArrayHeader:
    """What an npz file says of one of its arrays."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]


def array_headers(path: Path, most_bytes: int) -> dict[str, ArrayHeader]:
    """Name → shape and dtype of the arrays in an npz file, from their headers alone.

    Raises ArraysError if they are more than `most_bytes` unpacked, if one is not of the size that its header declares,
    if one would have to be unpickled, and for a file that is no npz.
    """
    if not path.is_file():  # reading a pipe would wait for ever
        raise ArraysError(f"{path.name} is {'no file' if path.exists() else 'not there'}: name an npz file")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > most_bytes:
                raise ArraysError(f"{path.name} holds more than {most_bytes:,} bytes or {MAX_MEMBERS:,} arrays")
            found: dict[str, ArrayHeader] = {}
            for member in members:
                with archive.open(member) as stream:
                    found[member.filename.removesuffix(".npy")] = _header(stream, member.file_size)
            return found
    except ArraysError:
        raise
    except _UNREADABLE as error:
        raise ArraysError(f"{path.name} is no npz file of plain arrays: {_one_line(error)}") from error


def read_arrays(path: Path, most_bytes: int, names: Container[str] | None = None) -> dict[str, NDArray[np.generic]]:
    """Name → array of an npz file, of those among `names` if given. Raises ArraysError, see `array_headers`."""
    headers = array_headers(path, most_bytes)
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in headers if names is None or name in names}
    except (*_UNREADABLE, KeyError, MemoryError) as error:
        raise ArraysError(f"{path.name} is no npz file of plain arrays: {_one_line(error)}") from error


def _header(stream: IO[bytes], size: int) -> ArrayHeader:
    """The header of an array of `size` bytes, header included. Raises ValueError for another size or kind."""
    version = npy.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"an array is of version {version} of the format")
    shape, _, dtype = _HEADERS[version](stream)
    if dtype.kind not in _PLAIN:
        raise ValueError(f"an array holds {dtype}, which is no plain type")
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != size - stream.tell():
        raise ValueError(f"an array of {dtype} {shape} does not have {size:,} bytes")
    return ArrayHeader(shape, dtype)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
