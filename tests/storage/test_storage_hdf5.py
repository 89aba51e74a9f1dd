"""HDF5 files from elsewhere: nothing outside the file is read, no byte may change, and no size is believed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import pytest
from bit_flips import flipped_bits

from mien.faces.shards import FaceShards, ShardClip, ShardError, speech_sample, write_shards
from mien.motion.corpus.embedded import embedded_motions
from mien.motion.data.store import MotionStore, write_motions
from mien.shapes.corpus.corpus import shapes_clips
from mien.shapes.data.store import ShapesStore, write_clips
from mien.shapes.options import ShapesCorpusOptions
from mien.storage.clip_store import ClipStoreError
from mien.storage.hdf5 import UnsafeHdf5Error, dataset_of, group_of, open_hdf5

SECRET = b"a secret of this machine, which no reader of clips may see " * 2000


def shard_clip(name: str) -> ShardClip:
    rng = np.random.default_rng(len(name))
    return ShardClip(
        name, Fraction(25), rng.integers(0, 256, (12, 16, 16, 3), np.uint8), rng.random((12, 68, 2), np.float32),
        rng.random(speech_sample(12, Fraction(25)), np.float32), rng.random((12, 2, 3)), np.ones(12, bool),
    )  # fmt: skip


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stores")
    for name in ("faces", "motions", "shapes"):
        (folder / name).mkdir()
    write_shards(folder / "faces", [shard_clip("a"), shard_clip("bb")])
    write_motions(folder / "motions", embedded_motions(4, 1, 1, 0))
    options = ShapesCorpusOptions(train=4, val=1, wordings=0, held_out=1, frames=10)
    write_clips(folder / "shapes", shapes_clips(options))
    return folder


FILES = {"faces": "shard-00000.h5", "motions": "motions.h5", "shapes": "shapes.h5"}
DATASETS = {"faces": "a/video", "motions": "features", "shapes": "frames"}


def read_everything(kind: str, folder: Path) -> list[np.ndarray]:
    if kind == "faces":
        shards = FaceShards(folder)
        parts = [(shards.clip(name), shards.array(name, "transform"), shards.array(name, "pose")) for name in shards]
        shards.close()
        return [array for window, *rest in parts for array in (window.video, window.landmarks, window.speech, *rest)]
    store = MotionStore(folder) if kind == "motions" else ShapesStore(folder)
    return [np.array(store.read(number)) for number in range(len(store))]


def external(file: h5py.File, name: str, secret: Path) -> None:
    old = file[name]
    shape, kind = old.shape, old.dtype
    del file[name]
    file.create_dataset(name, shape, kind, external=[(str(secret), 0, h5py.h5f.UNLIMITED)])


def external_link(file: h5py.File, name: str, secret: Path) -> None:
    other = secret.with_suffix(".h5")
    with h5py.File(other, "w") as target:
        target.create_dataset("x", data=np.zeros(file[name].shape, file[name].dtype))
    del file[name]
    file[name] = h5py.ExternalLink(str(other), "x")


def soft_link(file: h5py.File, name: str, _secret: Path) -> None:
    file.move(name, "elsewhere")
    file[name] = h5py.SoftLink("/elsewhere")


def virtual(file: h5py.File, name: str, secret: Path) -> None:
    other = secret.with_suffix(".h5")
    shape, kind = file[name].shape, file[name].dtype
    with h5py.File(other, "w") as target:
        target.create_dataset("x", data=np.zeros(shape, kind))
    layout = h5py.VirtualLayout(shape, kind)
    layout[...] = h5py.VirtualSource(str(other), "x", shape)
    del file[name]
    file.create_virtual_dataset(name, layout)


def declared(file: h5py.File, name: str, _secret: Path) -> None:
    old = file[name]
    shape, kind = (1 << 40, *old.shape[1:]), old.dtype
    del file[name]
    file.create_dataset(name, shape, kind, chunks=(1, *shape[1:]))


def texts(file: h5py.File, name: str, _secret: Path) -> None:
    count = len(file[name])
    del file[name]
    file.create_dataset(name, data=["text"] * count)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("attack", [external, external_link, soft_link, virtual, declared, texts])
def test_only_arrays_in_the_file_itself_are_read(
    stores: Path, tmp_path: Path, kind: str, attack: Callable[[h5py.File, str, Path], None]
) -> None:
    folder = tmp_path / kind
    shutil.copytree(stores / kind, folder)
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    with h5py.File(folder / FILES[kind], "a") as file:
        attack(file, DATASETS[kind], secret)
    with pytest.raises((ShardError, ClipStoreError), match=r"run the .* stage"):
        read_everything(kind, folder)


@pytest.mark.parametrize("kind", FILES)
def test_a_changed_byte_is_noticed_or_changes_nothing(stores: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / kind
    shutil.copytree(stores / kind, folder)
    path = folder / FILES[kind]
    right, noticed = read_everything(kind, folder), 0
    for _ in flipped_bits(path, 150):
        try:
            read = read_everything(kind, folder)
        except (ShardError, ClipStoreError):
            noticed += 1
            continue
        assert len(read) == len(right)
        assert all(np.array_equal(one, other) for one, other in zip(read, right, strict=True))
    assert noticed > 50


@pytest.mark.parametrize("name", ["../shard-00000.h5", "/etc/passwd", "shard-00000.h5/..", "", "index.parquet"])
def test_an_index_names_only_shards_of_its_folder(stores: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "faces"
    shutil.copytree(stores / "faces", folder)
    index = FaceShards(folder).index
    index["shard"] = name
    index.to_parquet(folder / "index.parquet")
    with pytest.raises(ShardError, match="is damaged"):
        FaceShards(folder)


@pytest.mark.parametrize("fps", ["1e999999999", "0", "nan", "1/0", "25" * 20])
def test_a_frame_rate_is_a_bounded_number(stores: Path, tmp_path: Path, fps: str) -> None:
    folder = tmp_path / "faces"
    shutil.copytree(stores / "faces", folder)
    index = FaceShards(folder).index
    index["fps"] = fps
    index.to_parquet(folder / "index.parquet")
    with pytest.raises(ShardError, match="is damaged"):
        FaceShards(folder)


def test_members_are_looked_up_by_plain_names(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("group/data", data=np.arange(3))
    with open_hdf5(tmp_path / "x.h5") as file:
        assert dataset_of(group_of(file, "group"), "data")[:].tolist() == [0, 1, 2]
        for name in ("group/data", ".", "..", "", "absent"):
            with pytest.raises(KeyError):
                dataset_of(file, name)
        with pytest.raises(UnsafeHdf5Error, match="not a dataset"):
            dataset_of(file, "group")
        with pytest.raises(UnsafeHdf5Error, match="not a group"):
            group_of(group_of(file, "group"), "data")
