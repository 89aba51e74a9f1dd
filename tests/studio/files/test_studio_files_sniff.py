"""What a file is, is decided by its first bytes; what is refused is named."""

from __future__ import annotations

import pytest
from PIL import Image
from upload_making import encoded, npz, png

from mien.studio.files.errors import FileError, megabytes
from mien.studio.files.sniff import HEAD_BYTES, sniff

_GREY = Image.new("RGB", (40, 40), (90, 90, 90))


@pytest.mark.parametrize(
    ("content", "group", "suffix", "media_type"),
    [
        (png(), "picture", ".png", "image/png"),
        (encoded(_GREY, "JPEG"), "picture", ".jpg", "image/jpeg"),
        (encoded(_GREY, "WEBP"), "picture", ".webp", "image/webp"),
        (encoded(_GREY, "GIF"), "picture", ".gif", "image/gif"),
        (encoded(_GREY, "BMP"), "picture", ".bmp", "image/bmp"),
        (encoded(_GREY, "TIFF"), "picture", ".tif", "image/tiff"),
        (encoded(_GREY, "PPM"), "picture", ".ppm", "image/x-portable-anymap"),
        (encoded(_GREY, "AVIF"), "picture", ".avif", "image/avif"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "picture", ".heic", "image/heic"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isom", "media", ".mp4", "video/mp4"),
        (b"\0\0\0\x18ftypqt  \0\0\0\0qt  ", "media", ".mov", "video/quicktime"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A ", "media", ".m4a", "audio/mp4"),
        (b"\x1aE\xdf\xa3\x01", "media", ".webm", "video/webm"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "media", ".wav", "audio/wav"),
        (b"ID3\x04\0", "media", ".mp3", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "media", ".mp3", "audio/mpeg"),
        (npz(a=1), "npz", ".npz", "application/octet-stream"),
        (b'\xef\xbb\xbf {"format": 1}', "json", ".json", "application/json"),
        (b"HIERARCHY\nROOT Hips\n", "bvh", ".bvh", "text/plain"),
        (b"0: nods twice\n", "text", ".txt", "text/plain"),
        ("0: gật đầu\n".encode("utf-16"), "text", ".txt", "text/plain"),
    ],
)
def test_content_decides(content: bytes, group: str, suffix: str, media_type: str) -> None:
    found = sniff(content[:HEAD_BYTES], "a file")
    assert (found.group, found.suffix, found.media_type) == (group, suffix, media_type)


@pytest.mark.parametrize(
    ("content", "name", "status", "said"),
    [
        (b"", "a.png", 422, "a.png is empty"),
        (b"hello\n", "notes.png", 415, "notes.png is no picture; its content is text: choose a PNG"),
        (b"0: nods\n", "nods.mp4", 415, "nods.mp4 is no video; its content is text"),
        (b"{}", "x.wav", 415, "x.wav is no sound; its content is text"),
        (npz(a=1), "photo.jpg", 415, "photo.jpg is no picture; its content is an archive"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", 415, "a.svg is an SVG drawing"),
        (b"<?xml version='1.0'?><svg/>", "a.png", 415, "a.png is no picture; its content is an SVG drawing"),
        (b"\n <!DOCTYPE html><script>alert(1)</script>", "a.png", 415, "its content is a web page"),
        (b"<html>", "a.txt", 415, "a.txt is a web page"),
        (b"%PDF-1.7", "a.pdf", 415, "a.pdf is a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "a.eps", 415, "PostScript"),
        (b"MZ\x90\0", "a.exe", 415, "a program"),
        (b"\x80\x04\x95\x10\0\0", "a.pkl", 415, "a pickle"),
        (b"\x1f\x8b\x08\0", "a.tar.gz", 415, "an archive"),
        (b"version https://git-lfs.github.com/spec/v1", "a.png", 415, "git-lfs pointer"),
        (b"\x00\x01\x02\x03" * 50, "a.bin", 415, "no file that mien takes: upload pictures"),
        (b"\x00\x01\x02\x03" * 50, "a.png", 415, "a.png is no picture: choose"),
        (b" \n\n", "a.txt", 422, "a.txt is empty"),
    ],
)
def test_what_is_refused_is_named_in_a_sentence(content: bytes, name: str, status: int, said: str) -> None:
    with pytest.raises(FileError) as refused:
        sniff(content, name)
    assert refused.value.status == status
    assert said in refused.value.message


def test_megabytes_are_of_a_million_bytes() -> None:
    assert megabytes(200_000_000) == "200 MB"
    assert megabytes(1_250_000) == "1.2 MB"
    assert megabytes(1e9) == "1,000 MB"
