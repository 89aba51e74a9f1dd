"""docs/studio.md says what is so: its limits, the addresses that it names, and the bodies of its examples."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mien.makers.forms import body_model
from mien.makers.systems import SYSTEMS
from mien.studio.api.app import create_app
from mien.studio.settings import Limits, Settings

TEXT = (Path(__file__).parents[3] / "docs" / "studio.md").read_text()
CALLS = re.findall(r"^curl .*$", TEXT, re.M)


def test_every_limit_is_listed_with_its_value() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d,.e+]+) \| ", TEXT, re.M))
    assert set(rows) == set(Limits.model_fields)
    for name, shown in rows.items():
        assert float(shown.replace(",", "")) == Limits.model_fields[name].default, name


def test_every_address_in_the_examples_exists(tmp_path: Path) -> None:
    paths = create_app(Settings(folder=tmp_path)).openapi()["paths"]
    known = {(method, re.sub(r"\{\w+\}", "ID", path)) for path, methods in paths.items() for method in methods}
    named = set()
    for call in CALLS:
        path = re.search(r"\$API(/[\w/-]+)", call)
        assert path is not None, call
        posted = "-X POST" in call or "--json" in call or "-F" in call
        route = path[1].replace("/files/file", "/files/ID")
        named.add(("post" if posted else "get", f"/api/v1{route}"))
    assert len(named) > 12
    assert named <= known, named - known


def test_the_fields_and_parameters_of_the_examples_exist(tmp_path: Path) -> None:
    document = create_app(Settings(folder=tmp_path)).openapi()
    named = 0
    for call in CALLS:
        found = re.search(r"\$API(/[\w/-]+)", call)
        assert found is not None
        path = document["paths"].get("/api/v1" + found[1].replace("/ID", "/{job_id}"), {})
        for query in re.findall(r"[?&](\w+)=", call):
            assert query in {one["name"] for one in path["get"]["parameters"]}, call
            named += 1
        body = re.search(r"--json '(.*)'", call)
        if body is not None:
            reference = path["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            schema = document["components"]["schemas"][reference.rpartition("/")[2]]
            assert set(json.loads(body[1])) <= set(schema["properties"]), call
            named += 1
    assert named > 8


@pytest.mark.parametrize("command", SYSTEMS)
def test_the_example_of_a_maker_is_a_valid_request(command: str) -> None:
    found = [re.search(rf"\$API/{command} --json '(.*)'", call) for call in CALLS]
    bodies = [json.loads(match[1]) for match in found if match]
    assert bodies
    for body in bodies:
        body_model(SYSTEMS[command]).model_validate(body)


def test_every_option_of_a_command_in_the_text_exists() -> None:
    from typer.main import get_command

    from mien.commands.cli import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    for command in ("serve", "worker"):
        known = {option for one in commands[command].params for option in one.opts}
        for line in re.findall(rf"mien {command}((?: --?[\w-]+(?: [^\s`-][^\s`]*)?)*)", TEXT):
            assert set(re.findall(r"--[\w-]+", line)) <= known, line
