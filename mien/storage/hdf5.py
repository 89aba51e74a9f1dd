"""Reading HDF5 files from anywhere: only plain arrays that are stored in the file itself.

HDF5 can refer to other files (external storage, external links, virtual datasets), so a file from elsewhere could make
a reader open any file of this machine. A dataset may also declare far more values than it stores.
"""

from __future__ import annotations

from pathlib import Path

import h5py

FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_LZF, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
"""The filters that HDF5 and h5py bring along; any other would load a plugin."""

MAX_RATIO = 1100
"""Largest ratio of an array's size to its stored size: a little above that of deflate, 1032."""


class UnsafeHdf5Error(ValueError):
    """The file refers to other files, or declares what it does not hold; the message is one sentence."""


def open_hdf5(path: Path, **options: object) -> h5py.File:
    """Open a file for reading, without locks, which some network file systems lack; `options`: of `h5py.File`.

    Raises OSError if the file is missing or is not an HDF5 file.
    """
    return h5py.File(path, "r", locking=False, **options)


def group_of(parent: h5py.Group, name: str) -> h5py.Group:
    """A group directly in `parent`. Raises KeyError if there is none; UnsafeHdf5Error for a link."""
    found = _member(parent, name)
    if not isinstance(found, h5py.Group):
        raise UnsafeHdf5Error(f"{parent.file.filename}: {name[:80]} is not a group")
    return found


def dataset_of(parent: h5py.Group, name: str) -> h5py.Dataset:
    """A dataset directly in `parent` whose values are stored in the same file.

    Raises KeyError if there is none; UnsafeHdf5Error for links, external or virtual storage, filters that need a
    plugin, types other than numbers, and more values than are stored.
    """
    found = _member(parent, name)
    where = f"{parent.file.filename}: {name[:80]}"
    if not isinstance(found, h5py.Dataset):
        raise UnsafeHdf5Error(f"{where} is not a dataset")
    layout = found.id.get_create_plist()
    if found.is_virtual or layout.get_external_count():
        raise UnsafeHdf5Error(f"{where} is stored in another file")
    filters = {layout.get_filter(number)[0] for number in range(layout.get_nfilters())}
    if filters - FILTERS:
        raise UnsafeHdf5Error(f"{where} is stored with an unknown filter")
    if found.dtype.kind not in "biuf":
        raise UnsafeHdf5Error(f"{where} holds {found.dtype}, not numbers")
    if found.nbytes > found.id.get_storage_size() * (MAX_RATIO if filters else 1):
        raise UnsafeHdf5Error(f"{where} declares {found.shape}, more than the file holds")
    return found


def _member(parent: h5py.Group, name: str) -> h5py.Group | h5py.Dataset:
    link = None if "/" in name or name in ("", ".", "..") else parent.get(name, getlink=True)
    if link is None:
        raise KeyError(f"{parent.file.filename} has no {name[:80]!r}")
    if not isinstance(link, h5py.HardLink):
        raise UnsafeHdf5Error(f"{parent.file.filename}: {name[:80]} is a link to elsewhere")
    return parent[name]
