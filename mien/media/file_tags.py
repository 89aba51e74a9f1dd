"""Tags of generated files of every kind: where each format keeps them, and how they are read from files of anyone.

Media files keep them in the container's metadata, PNG in text chunks, npz in an array `provenance` with JSON, glTF in
`asset.extras`, OBJ and MTL in comments at their start, HTML in `meta` elements, WebVTT in a NOTE, ONNX in its
properties, a sculpted person's JSON in `provenance`.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import TAGS

from mien.files import MAX_JSON_BYTES, parse_json
from mien.media.ffmpeg import open_media
from mien.storage.arrays import ArraysError, read_arrays

PNG = b"\x89PNG\r\n\x1a\n"
GLB = b"glTF"
PICTURES = {".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"}
"""Kinds of pictures that mien does not write; their tags are in EXIF."""
ZIP = b"PK"

MAX_ARRAY_BYTES = 2_000_000_000
MAX_ONNX_BYTES = 2_000_000_000
HEAD_BYTES = 65_536
"""The part of a text file in which its tags stand."""

PERSON = "mien person "
"""Start of the format of a person's JSON, see `mien.heads.latents.person`."""

NAMES = ("title", "comment", "description")
"""Keys of the tags, see `mien.media.provenance.tags`."""

WITHOUT = {
    ".csv": "CSV", ".json": "JSON", ".jsonl": "JSON", ".txt": "text", ".md": "text", ".srt": "SubRip",
    ".safetensors": "safetensors", ".h5": "HDF5", ".hdf5": "HDF5", ".parquet": "Parquet", ".yaml": "YAML",
    ".npy": "npy",
}  # fmt: skip
"""Formats that have no place for tags."""


class TagsError(ValueError):
    """The tags of a file cannot be read; the message is the reason."""


def tag_lines(tags: Mapping[str, str]) -> list[str]:
    """The tags as lines `key: value`, for formats that have only comments; `-->` would end a comment of WebVTT."""
    return [f"{key}: {' '.join(value.split())}".replace("-->", "->") for key, value in tags.items()]


def file_tags(path: Path) -> dict[str, str]:
    """The tags of a file, or of the first frame in a folder of OBJ files; empty if it has none.

    Raises TagsError, or ClipError for media, in one sentence for a file that cannot be read or has no place for tags.
    """
    if path.is_dir():
        first = next(iter(sorted(path.glob("*.obj"))), None)
        if first is None:
            raise TagsError("this is a folder: name a file in it")
        return file_tags(first)
    start = _start(path)
    suffix = path.suffix.lower()
    if start.startswith(PNG):
        return _png_tags(path)
    if start.startswith(GLB):
        return _glb_tags(path)
    if start.startswith(ZIP) and suffix in (".npz", ".zip"):
        return _npz_tags(path)
    if start.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT") or suffix in (".obj", ".mtl"):
        return _comment_tags(start)
    if suffix in (".html", ".htm"):
        return _html_tags(start)
    if suffix == ".onnx":
        return _onnx_tags(path)
    if suffix == ".json" and (tags := _person_tags(start)):
        return tags
    if suffix in WITHOUT:
        raise TagsError(f"{WITHOUT[suffix]} files have no place for provenance")
    if suffix in PICTURES:
        return _picture_tags(path)
    with open_media(path) as container:
        return {str(key): str(value) for key, value in container.metadata.items()}


def _picture_tags(path: Path) -> dict[str, str]:
    """The texts in a picture's EXIF data by name."""
    try:
        with Image.open(path) as image:
            exif = {TAGS.get(key, str(key)): value for key, value in image.getexif().items()}
    except UnidentifiedImageError:
        return {}  # such as HEIC: Pillow does not know it, and mien writes no such file
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise TagsError(f"the picture cannot be read ({str(error)[:100]})") from error
    return {name: value[:4000] for name, value in exif.items() if isinstance(value, str)}


def _start(path: Path) -> bytes:
    try:
        if not path.is_file():  # reading a pipe would wait for ever; `open_media` says what is wrong
            return b""
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError:
        return b""


def _png_tags(path: Path) -> dict[str, str]:
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            return {str(key): value for key, value in picture.info.items() if isinstance(value, str)}
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise TagsError(str(error)) from error


def _person_tags(start: bytes) -> dict[str, str]:
    """The provenance in the JSON of a sculpted person, which is small; empty for any other JSON."""
    try:
        content = parse_json(start.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(content, dict) or not str(content.get("format")).startswith(PERSON):
        return {}
    provenance = content.get("provenance")
    return _texts(provenance) if isinstance(provenance, dict) else {}


def _npz_tags(path: Path) -> dict[str, str]:
    _check_npz(path)
    try:
        found = read_arrays(path, MAX_ARRAY_BYTES, {"provenance"}).get("provenance")
        if found is None:
            return {}
        if found.dtype.kind != "U" or found.ndim or found.nbytes > MAX_JSON_BYTES:
            raise TagsError("its provenance is no text")
        return _texts(parse_json(str(found)))
    except TagsError:
        raise
    except (ArraysError, ValueError) as error:
        raise TagsError("it is no npz file of plain arrays, or damaged") from error


def _check_npz(path: Path) -> None:
    """Raise TagsError for an archive of other files than arrays, in words that are not of numpy."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise TagsError("it is no npz file of plain arrays, or damaged") from error
    if not all(one.endswith(".npy") for one in members):
        raise TagsError("this is an archive of other files, not one that mien made: unpack it")


def _glb_tags(path: Path) -> dict[str, str]:
    """Of the first chunk, JSON (glTF 2.0 specification, section 4.4)."""
    with path.open("rb") as stream:
        head = stream.read(20)
        try:
            _, version, _, length, kind = struct.unpack("<4sIII4s", head)
        except struct.error as error:
            raise TagsError("it ends in the header") from error
        if version != 2 or kind != b"JSON" or length > MAX_JSON_BYTES:
            raise TagsError("it is no glTF 2.0 binary")
        content = stream.read(length)
    try:
        asset = parse_json(content)["asset"]
        extras = asset.get("extras")
        return {"software": str(asset.get("generator", ""))[:200], **(_texts(extras) if extras else {})}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TagsError("its JSON is damaged") from error


def _comment_tags(start: bytes) -> dict[str, str]:
    """Of comments `# key: value` of OBJ and of the lines `key: value` of the first NOTE of WebVTT."""
    lines = start.decode("utf-8", "replace").splitlines()
    if lines and lines[0].lstrip("\ufeff").startswith("WEBVTT"):
        first = lines.index("NOTE") + 1 if "NOTE" in lines else len(lines)
        blank = next((number for number in range(first, len(lines)) if not lines[number].strip()), len(lines))
        lines = lines[first:blank]
    pairs = (line.lstrip("# ").partition(": ") for line in lines)
    return {key: value.strip() for key, _, value in pairs if key in NAMES}


class _MetaElements(HTMLParser):
    """The contents of a page's `meta` elements by name, as `found`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = values.get("name")
        if tag == "meta" and name in NAMES:
            self.found[name] = values.get("content") or ""


def _html_tags(start: bytes) -> dict[str, str]:
    reader = _MetaElements()
    reader.feed(start.decode("utf-8", "replace"))
    return reader.found


def _onnx_tags(path: Path) -> dict[str, str]:
    try:
        import onnx
    except ImportError as error:
        raise TagsError("reading ONNX needs onnx: pip install 'mien[export]'") from error
    if path.stat().st_size > MAX_ONNX_BYTES:
        raise TagsError(f"it has more than {MAX_ONNX_BYTES:,} bytes")
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:
        raise TagsError("it is no ONNX model") from error
    names = {"data": "data_digest"}
    facts = {names.get(one.key, one.key): one.value for one in model.metadata_props}
    described = "; ".join(f"{name}={quote(value, safe=' /:.,+@()-')}" for name, value in facts.items())
    return {"comment": model.doc_string, "description": described}


def _texts(content: Any) -> dict[str, str]:
    if not isinstance(content, dict):
        raise ValueError("its provenance is no object of texts")
    return {str(key): value for key, value in content.items() if isinstance(value, str)}
