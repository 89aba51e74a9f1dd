"""The page of a head: whole in itself, safe with any text, and alive in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from browser import chromium, opened
from heads_making import embedded, make_flame

from mien.heads.appearance import Appearance
from mien.heads.catalogue import open_head
from mien.heads.export.glb import GlbContent, head_glb
from mien.heads.export.page import head_page, write_head_page
from mien.heads.export.viewer import MODEL_VIEWER, MODEL_VIEWER_MAP, MODEL_VIEWER_SHA256, MODEL_VIEWER_VERSION, VENDOR
from mien.heads.performance import Performance, expression_vector
from mien.media.file_tags import file_tags
from mien.media.provenance import Provenance, parse_tags
from mien.media.provenance import tags as make_tags

HOSTILE = "</script><script>document.title='taken'</script> \"><img src=x onerror=alert(1)> %%@GLB@%% & <!-- \u2028"
TAGS = make_tags(Provenance(generator="mien 1.0", prompt=HOSTILE))


@pytest.fixture(scope="module")
def glb() -> GlbContent:
    performance = Performance.still(frames=20, jawOpen=0.5)
    performance.neck[:, 0] = np.linspace(0, 0.4, 20)
    smile = expression_vector({"mouthSmileLeft": 0.3})
    return head_glb(embedded(), None, Appearance(glasses="round"), performance, resting=smile)


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = f"{tag}#{dict(attrs).get('id') or ''}"

    def handle_data(self, data: str) -> None:
        self.texts[self.inside] = self.texts.get(self.inside, "") + data


def test_hostile_texts_stay_texts(glb: GlbContent, tmp_path: Path) -> None:
    write_head_page(tmp_path / "a.html", glb, HOSTILE, HOSTILE, TAGS)
    plain, read = Elements(head_page(glb, "a", "b")), Elements((tmp_path / "a.html").read_text())
    assert [tag for tag, _ in read.tags if tag != "meta"] == [tag for tag, _ in plain.tags if tag != "meta"]
    assert read.texts["title#"].strip() == HOSTILE.strip()
    assert read.texts["p#"].strip() == HOSTILE.strip()
    assert base64.b64decode(read.texts["script#glb"]) == glb.content
    provenance = parse_tags(file_tags(tmp_path / "a.html"))
    assert provenance is not None
    assert provenance.prompt == HOSTILE


def test_nothing_is_loaded_from_elsewhere(glb: GlbContent) -> None:
    read = Elements(head_page(glb, "a"))
    for tag, attributes in read.tags:
        assert tag not in ("link", "iframe", "img")
        assert not {"src", "href"} & set(attributes)
    (policy,) = [a["content"] for _, a in read.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_the_viewer_is_the_published_one_with_its_licences() -> None:
    code = MODEL_VIEWER.read_bytes()
    assert hashlib.sha256(code + MODEL_VIEWER_MAP.encode()).hexdigest() == MODEL_VIEWER_SHA256
    assert b"</script" not in code
    assert b"<script" not in code
    licences = (VENDOR / "LICENSES.txt").read_text()
    assert f"@google/model-viewer {MODEL_VIEWER_VERSION}," in licences
    for words in ("Apache License", "Copyright © 2010-2026 three.js authors", "BSD 3-Clause", "MONOGRID"):
        assert words in licences
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    packed = project["tool"]["setuptools"]["package-data"]["mien"]
    assert {"heads/export/page.html", "heads/export/vendor/*"} <= set(packed)


def test_sliders_are_those_of_the_head(tmp_path: Path) -> None:
    head = open_head("flame", make_flame(tmp_path))
    made = head_glb(head, None, None, targets=["jawOpen", "mouthSmileLeft", "viseme_aa"])
    facts = json.loads(Elements(head_page(made, "a")).texts["script#facts"])
    assert facts == {
        "faces": {
            "smile": {"mouthSmileLeft": 0.85},
            "surprise": {"jawOpen": 0.35},
            "mouth open": {"jawOpen": 1.0},
        },
        "visemes": ["viseme_aa"],
    }


def test_a_browser_shows_and_plays_it(glb: GlbContent, tmp_path: Path) -> None:
    program = chromium()
    if program is None:
        pytest.skip("no Chromium is installed")
    write_head_page(tmp_path / "a.html", glb, HOSTILE, HOSTILE, TAGS)
    address = (tmp_path / "a.html").as_uri()
    with opened(program, tmp_path / "profile", address) as page:
        page.wait_for("document.documentElement?.dataset.ready || document.documentElement?.dataset.failed")
        assert page.value("document.documentElement.dataset.failed") is None
        assert page.value("document.documentElement.dataset.ready") == "5"  # parts that move
        assert page.value("document.title").split() == HOSTILE.split()
        # a slider adds to the resting expression
        page.value("headPage.set('smile', 0.5)")
        weight = "meshes[0].morphTargetInfluences[meshes[0].morphTargetDictionary.%s]"
        assert page.value(weight % "mouthSmileLeft") == pytest.approx(0.3 + 0.5 * 0.85)
        assert page.value(weight % "mouthSmileRight") == pytest.approx(0.5 * 0.85)
        assert page.value("document.querySelectorAll('input').length") == 7
        page.value("document.getElementById('play').click()")
        page.wait_for("viewer.currentTime > 0.1")
        assert page.value(weight % "jawOpen") == pytest.approx(0.5, abs=1e-3)
        picture = page.value("viewer.toDataURL('image/png').length")
        assert picture > 20_000, "there is a head in the picture"
        assert page.requests == [address]
        assert page.errors == []
