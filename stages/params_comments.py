"""Comments of the parameter files, generated from the descriptions of the options models.

    python -m stages.params_comments [--check] [FILES ...]

The comment at the end of each key's line is the description in its options model. Values, order, comments of sections
and comment lines are kept: a remark on one file alone belongs into a line above the key.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_type_hints

from pydantic import BaseModel

from mien.execution import Execution
from mien.files import atomic_file
from stages.options import OptionsError, nested_model
from stages.pipeline_files import PipelineFileError, PipelineFiles

COLUMN = 40
"""Where comments begin, unless a value reaches further."""
_KEY = re.compile(r"(?P<indent> *)(?P<key>\w+):(?=\s|$)")


def options_models(root: Path) -> dict[str, type[BaseModel]]:
    """Section of params.yaml → options model: `execution`, and each stage of dvc.yaml with parameters."""
    models: dict[str, type[BaseModel]] = {"execution": Execution}
    for stage in PipelineFiles(root).stages_with_params():
        function = getattr(importlib.import_module(f"stages.{stage}"), stage)
        models[stage] = next(iter(get_type_hints(function).values()))
    return models


def commented(text: str, models: Mapping[str, type[BaseModel]]) -> str:
    """The text of a parameter file with comments from the models. Raises OptionsError for an unknown key."""
    return "".join(f"{line}\n" for line in _lines(text.splitlines(), models))


def _lines(lines: Sequence[str], models: Mapping[str, type[BaseModel]]) -> Iterator[str]:
    open_blocks: list[tuple[int, str, type[BaseModel] | None]] = []
    """(indent, key, options model) of the mappings around a line."""
    for line in lines:
        found = _KEY.match(line)
        if found is None:
            yield line
            continue
        indent, key = len(found["indent"]), found["key"]
        while open_blocks and open_blocks[-1][0] >= indent:
            open_blocks.pop()
        if not open_blocks:
            if key not in models:
                raise OptionsError(f"no stage has the section '{key}'; there are {', '.join(models)}")
            open_blocks.append((indent, key, models[key]))
            yield line
            continue
        model = open_blocks[-1][2]
        path = ".".join([*(block[1] for block in open_blocks), key])
        if model is None or key not in model.model_fields:
            raise OptionsError(f"unknown key '{path}'; allowed are {', '.join(model.model_fields if model else [])}")
        field = model.model_fields[key]
        open_blocks.append((indent, key, nested_model(field.annotation)))
        if not field.description:
            raise OptionsError(f"'{path}' has no description in {model.__name__}")
        yield _with_comment(line, field.description)


def _with_comment(line: str, description: str) -> str:
    text = re.sub(r"\bNone\b", "null", " ".join(description.split()))
    return f"{_without_comment(line):{COLUMN - 2}s}  # {text}"


def _without_comment(line: str) -> str:
    """The line up to a `#` after a space and outside of quotes."""
    quote = ""
    for index, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and line[index - 1] in " [,{":
            quote = character
        elif character == "#" and line[index - 1 : index].isspace():
            return line[:index].rstrip()
    return line.rstrip()


def main(argv: Sequence[str] | None = None) -> int:
    """Rewrite the files, or with `--check` list those that would change; exit code 1: differences, 2: wrong input."""
    root = Path.cwd()
    parser = argparse.ArgumentParser(prog="python -m stages.params_comments", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 where a comment differs")
    parser.add_argument("files", nargs="*", type=Path, help="default: params.yaml and params/*.yaml")
    arguments = parser.parse_args(argv)
    files: list[Path] = arguments.files or [root / "params.yaml", *sorted((root / "params").glob("*.yaml"))]
    try:
        models = options_models(root)
        texts = {path: path.read_text(encoding="utf-8") for path in files}
        changed = {path: new for path, old in texts.items() if (new := _of(path, old, models)) != old}
    except (OptionsError, PipelineFileError, OSError, UnicodeDecodeError) as error:
        print(f"params_comments: {error}", file=sys.stderr)
        return 2
    for path, text in changed.items():
        if not arguments.check:
            with atomic_file(path) as temporary:
                temporary.write_text(text, encoding="utf-8")
        print(f"{path}: {'differs from its options models' if arguments.check else 'written'}")
    return int(bool(changed and arguments.check))


def _of(path: Path, text: str, models: Mapping[str, type[BaseModel]]) -> str:
    try:
        return commented(text, models)
    except OptionsError as error:
        raise OptionsError(f"{path}: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
