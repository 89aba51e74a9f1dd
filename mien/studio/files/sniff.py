"""What a file is, by its first bytes; nothing is decoded, and its name decides nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from mien.studio.files.errors import FileError
from mien.studio.files.names import suffix_of

Group = Literal["picture", "media", "json", "npz", "bvh", "text"]
"""How the content is inspected; `media`: a video or a sound."""

HEAD_BYTES = 4096

READ = (
    "pictures (PNG, JPEG, WebP, HEIC), videos, sounds, files that mien has written (such as person.json), "
    "poses and motion (.npz, BVH, OpenPose JSON), and text with lines such as `1.5: nods twice`"
)


@dataclass(frozen=True)
class Sniffed:
    """Kind of content of a file, the suffix under which it is kept, and its media type."""

    group: Group
    suffix: str
    media_type: str


_MAGIC: tuple[tuple[bytes, Sniffed], ...] = (
    (b"\x89PNG\r\n\x1a\n", Sniffed("picture", ".png", "image/png")),
    (b"\xff\xd8\xff", Sniffed("picture", ".jpg", "image/jpeg")),
    (b"GIF87a", Sniffed("picture", ".gif", "image/gif")),
    (b"GIF89a", Sniffed("picture", ".gif", "image/gif")),
    (b"II*\0", Sniffed("picture", ".tif", "image/tiff")),
    (b"MM\0*", Sniffed("picture", ".tif", "image/tiff")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Sniffed("picture", ".jp2", "image/jp2")),
    (b"PK\x03\x04", Sniffed("npz", ".npz", "application/octet-stream")),
    (b"\x1aE\xdf\xa3", Sniffed("media", ".webm", "video/webm")),
    (b"OggS", Sniffed("media", ".ogg", "audio/ogg")),
    (b"fLaC", Sniffed("media", ".flac", "audio/flac")),
    (b"ID3", Sniffed("media", ".mp3", "audio/mpeg")),
    (b"FLV\x01", Sniffed("media", ".flv", "video/x-flv")),
    (b"FORM", Sniffed("media", ".aiff", "audio/aiff")),
    (b"caff", Sniffed("media", ".caf", "audio/x-caf")),
    (b"#!AMR", Sniffed("media", ".amr", "audio/amr")),
    (b".snd", Sniffed("media", ".au", "audio/basic")),
    (b"0&\xb2u\x8ef\xcf\x11", Sniffed("media", ".asf", "video/x-ms-asf")),
    (b"\0\0\x01\xba", Sniffed("media", ".mpg", "video/mpeg")),
    (b"\0\0\x01\xb3", Sniffed("media", ".mpg", "video/mpeg")),
)

_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"8BPS", "a Photoshop document"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"\x1f\x8b", "an archive"),
    (b"glTF", "a 3D model"),
    (b"\x93NUMPY", "a single array"),
    (b"\x80\x04\x95", "a pickle"),
    (b"version https://git-lfs", "a git-lfs pointer, not the file itself"),
)

_BITMAP_HEADS = (12, 40, 52, 56, 108, 124)
"""Sizes of the head of a bitmap, which tell one from a text that starts with BM."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
"""How a text starts that Windows writes as Unicode."""

_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif", b"avis"}
_NAMED_PICTURE = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2"}
_NAMED_VIDEO = {".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".wmv", ".flv", ".ts", ".mts"}
_NAMED_SOUND = {".wav", ".mp3", ".m4a", ".flac", ".ogg", ".oga", ".opus", ".aac", ".aiff", ".aif", ".caf", ".amr"}
_REMEDY = {
    "picture": "choose a PNG, JPEG, WebP or HEIC file",
    "video": "choose an MP4, MOV or WebM file",
    "sound": "choose a WAV, MP3, M4A, FLAC or Ogg file",
}


def sniff(head: bytes, name: str) -> Sniffed:
    """What a file is whose first bytes (up to `HEAD_BYTES`) are `head`; `name` is for messages only.

    Raises FileError (415, 422) in one sentence for what is not read, and for a file whose name says that it is a
    picture, a video or a sound where its content is text or an archive.
    """
    if not head:
        raise FileError(422, f"{name} is empty (0 bytes): choose the file again")
    for start, what in _REFUSED:
        if head.startswith(start):
            raise _no_such(name, what)
    found = _binary(head, suffix_of(name)) or _text(head, name)
    if found is None:
        raise _no_such(name, "")
    if found.group not in ("picture", "media") and claimed(name):
        raise _no_such(name, "an archive" if found.group == "npz" else "text")
    return found


def claimed(name: str) -> str:
    """What a file is by the suffix of its name: `picture`, `video` or `sound`; empty for other names."""
    suffix = suffix_of(name)
    kinds = {"picture": _NAMED_PICTURE, "video": _NAMED_VIDEO, "sound": _NAMED_SOUND}
    return next((kind for kind, suffixes in kinds.items() if suffix in suffixes), "")


def _no_such(name: str, what: str) -> FileError:
    kind = claimed(name)
    content = f"; its content is {what}" if what else ""
    if kind:
        return FileError(415, f"{name} is no {kind}{content}: {_REMEDY[kind]}")
    if what:
        return FileError(415, f"{name} is {what}, which is not read here: upload {READ}")
    return unknown(name)


def unknown(name: str) -> FileError:
    """That a file is nothing that any maker takes, and what they take."""
    return FileError(415, f"{name} is no file that mien takes: upload {READ}")


def _binary(head: bytes, suffix: str) -> Sniffed | None:
    if head.startswith(b"\x1aE\xdf\xa3") and b"matroska" in head[:80]:
        return Sniffed("media", ".mkv", "video/x-matroska")
    for start, sniffed in _MAGIC:
        if head.startswith(start):
            return sniffed
    if head.startswith(b"RIFF") and len(head) >= 12:
        return {
            b"WEBP": Sniffed("picture", ".webp", "image/webp"), b"WAVE": Sniffed("media", ".wav", "audio/wav"),
            b"AVI ": Sniffed("media", ".avi", "video/x-msvideo"),
        }.get(head[8:12])  # fmt: skip
    if head.startswith(b"RF64") or head.startswith(b"riff"):
        return Sniffed("media", ".wav", "audio/wav")
    if (
        head.startswith(b"BM")
        and len(head) >= 18
        and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 108, 124)
    ):
        return Sniffed("picture", ".bmp", "image/bmp")
    if re.match(rb"P[1-6][\s#]", head):
        return Sniffed("picture", ".ppm", "image/x-portable-anymap")
    if head[4:8] == b"ftyp":
        return _movie(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):
        return Sniffed("media", ".mov", "video/quicktime")
    if head.startswith(_UTF16):
        return None
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        adts = head[1] & 0xF6 == 0xF0
        return Sniffed("media", ".aac", "audio/aac") if adts else Sniffed("media", ".mp3", "audio/mpeg")
    if len(head) > 188 and head[0] == 0x47 and head[188] == 0x47:
        return Sniffed("media", ".ts", "video/mp2t")
    # a picture of this format has no mark at its start, so that only its name tells
    if suffix == ".tga" and len(head) > 18 and head[2] in (1, 2, 3, 9, 10, 11):
        return Sniffed("picture", ".tga", "image/x-tga")
    return None


def _movie(head: bytes) -> Sniffed:
    """By the brand of an ISO base media file."""
    brand = head[8:12]
    if brand in _PICTURE_BRANDS:
        avif = brand in (b"avif", b"avis") or b"avif" in head[16:64]
        return Sniffed("picture", *((".avif", "image/avif") if avif else (".heic", "image/heic")))
    if brand in (b"M4A ", b"M4B "):
        return Sniffed("media", ".m4a", "audio/mp4")
    if brand == b"qt  ":
        return Sniffed("media", ".mov", "video/quicktime")
    return Sniffed("media", ".mp4", "video/mp4")


def _text(head: bytes, name: str) -> Sniffed | None:
    """Of a text: markup is refused, JSON and BVH are told apart; None: it is no text."""
    text = _decoded(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        raise _no_such(name, "an SVG drawing" if "<svg" in start[:HEAD_BYTES].lower() else "a web page or XML")
    if start.startswith(("{", "[")):
        return Sniffed("json", ".json", "application/json")
    if start.startswith("HIERARCHY"):
        return Sniffed("bvh", ".bvh", "text/plain")
    if not start:
        raise FileError(422, f"{name} is empty: write a text into it")
    return Sniffed("text", ".txt", "text/plain")


def _decoded(head: bytes) -> str | None:
    if head.startswith(_UTF16):
        return head.decode("utf-16", "ignore")
    if any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head) or b"\x7f" in head:
        return None
    return head.decode("utf-8", "replace")
