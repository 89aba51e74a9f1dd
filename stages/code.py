"""Code tables: for each other stage a table of the code that it runs, on which the stage depends instead of the files.

A comment, a docstring, an option's description or a function that a stage never calls does not change its table, so
DVC runs the stage again only when code that it runs has changed. Needs neither parameters nor tracking.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

from mien.files import write_json
from mien.processes import print_anything
from stages.codebase.table import project_tables
from stages.pipeline_files import PipelineFileError, PipelineFiles
from stages.receipts import Receipt


def code(root: Path) -> None:
    """Write the table of each stage that dvc.yaml names among this stage's outs: `data/code/STAGE.json`."""
    tables = project_tables(root)
    for out in PipelineFiles(root).outputs("code"):
        write_json(root / out, tables.table(f"stages.{Path(out).stem}"))


def main() -> None:
    """Run the stage in the working folder; exit code 2 with one sentence where a file cannot be read."""
    print_anything()
    gc.disable()  # a short process: the collector would walk the syntax trees again and again
    try:
        code(Path.cwd())
    except SyntaxError as error:
        sys.exit(_refuse(f"{error.filename}, line {error.lineno}: {error.msg}"))
    except (PipelineFileError, FileNotFoundError) as error:
        sys.exit(_refuse(str(error)))
    Receipt(stage="code", state="finished", finished=time.time()).write(Path.cwd())


def _refuse(sentence: str) -> int:
    print(f"code: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
