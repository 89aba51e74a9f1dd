"""Random projects of small modules that name each other in every way Python has.

Every definition has an integer value, computed from literals and from the values of others, so a changed literal shows
in the output of each script that runs it.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import random
import runpy
import sys
from dataclasses import dataclass
from pathlib import Path

LIBRARY, SCRIPTS = "toylib", "toyjobs"


@dataclass(frozen=True)
class Value:
    """A definition: its module, its name, and what behind the name gives its integer."""

    module: str
    name: str
    call: str


class Writer:
    """Writes one random project."""

    def __init__(self, random_: random.Random, dynamic: bool) -> None:
        """`dynamic`: with code that may reach any module, as `eval`; then most tables hold the whole project."""
        self.random = random_
        self._dynamic = dynamic
        self.values: list[Value] = []
        self.files: dict[str, str] = {}
        self._count = 0

    def project(self, modules: int, scripts: int) -> dict[str, str]:
        """Path → text of a project."""
        packages = [LIBRARY, f"{LIBRARY}.near", f"{LIBRARY}.near.far"]
        exported: dict[str, list[str]] = {package: [] for package in packages}
        for index in range(modules):
            package = self.random.choice(packages)
            module = f"{package}.m{index}"
            own = self._module(module)
            self.files[f"{module.replace('.', '/')}.py"] = own
            mine = [v for v in self.values if v.module == module]
            if mine and self.random.random() < 0.3:
                chosen = self.random.choice(mine)
                exported[package].append(f"from {module} import {chosen.name} as e{index}")
                self.values.append(Value(package, f"e{index}", chosen.call))
            elif mine and self.random.random() < 0.3:
                # lazily, by the package's own __getattr__
                chosen = self.random.choice(mine)
                exported[package].append(f"#lazy e{index} {module} {chosen.name}")
        for package, lines in exported.items():
            self.files[f"{package.replace('.', '/')}/__init__.py"] = self._package(package, lines)
        self.files[f"{SCRIPTS}/__init__.py"] = ""
        for index in range(scripts):
            self.files[f"{SCRIPTS}/job{index}.py"] = self._script()
        return self.files

    def _package(self, package: str, lines: list[str]) -> str:
        lazy = [line.split()[1:] for line in lines if line.startswith("#lazy")]
        text = "\n".join(line for line in lines if not line.startswith("#lazy")) + "\n"
        if lazy and not any(v.module == package for v in self.values):
            table = ", ".join(f'"{name}": ("{module}", "{symbol}")' for name, module, symbol in lazy)
            modules = ", ".join(f'"{name}": "{module}"' for name, module, _ in lazy)
            text += f"from importlib import import_module\nNAMES = {{{table}}}\nMODULES = {{{modules}}}\n"
            text += "def __getattr__(name):\n    if name in MODULES:\n"
            text += "        return getattr(import_module(MODULES[name]), NAMES[name][1])\n"
            text += "    raise AttributeError(name)\n"
            for name, module, symbol in lazy:
                call = next(v.call for v in self.values if (v.module, v.name) == (module, symbol))
                self.values.append(Value(package, name, call))
        return text

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _literal(self) -> str:
        return str(self.random.randint(1, 99))

    def _other(self, module: str) -> tuple[str, str]:
        """(import statement, expression) for the value of a random definition elsewhere; ("", literal) for none."""
        known = [v for v in self.values if v.module != module]
        if not known or self.random.random() < 0.15:
            return "", self._literal()
        value = self.random.choice(known)
        package, _, last = value.module.rpartition(".")
        alias = f"a{self._count}_{last}"
        ways = [
            (f"from {value.module} import {value.name}", value.name),
            (f"from {value.module} import {value.name} as {alias}", alias),
            (f"import {value.module}", f"{value.module}.{value.name}"),
            (f"import {value.module} as {alias}", f"{alias}.{value.name}"),
            ("from importlib import import_module", f'import_module("{value.module}").{value.name}'),
        ]
        whole = [
            (f"import {value.module} as {alias}", f'getattr({alias}, "{value.name}")'),
            ("import importlib", f'getattr(importlib.import_module("{value.module}"), "{value.name}")'),
        ]
        if self._dynamic:
            loaded = f'(importlib.import_module("{value.module}"), sys.modules["{value.module}"].{value.name})[1]'
            computed = f'getattr(importlib.import_module(".".join({value.module.split(".")})), "{value.name}")'
            whole += [("import sys, importlib", loaded), ("import importlib", computed)]
        if package:
            ways += [
                (f"from {package} import {last}", f"{last}.{value.name}"),
                (f"from {package} import {last} as {alias}", f"{alias}.{value.name}"),
            ]
            if module.startswith(f"{package}.") and module.count(".") == value.module.count("."):
                ways += [
                    (f"from .{last} import {value.name}", value.name),
                    (f"from . import {last}", f"{last}.{value.name}"),
                ]
        # whole modules are the exception, else every edit would change every table
        statement, expression = self.random.choice(whole if self.random.random() < 0.1 else ways)
        return statement, f"{expression}{value.call}"

    def _module(self, module: str) -> str:
        top: list[str] = ['"""A toy."""']
        if self.random.random() < 0.5:
            top.append("from __future__ import annotations")
        body: list[str] = []
        own: list[Value] = []
        for _ in range(self.random.randint(2, 5)):
            statement, other = self._other(module)
            if own and self.random.random() < 0.5:
                chosen = self.random.choice(own)
                statement, other = "", f"{chosen.name}{chosen.call}"
            local = bool(statement) and not statement.startswith("from .") and self.random.random() < 0.3
            if statement and not local:
                top.append(statement)
            kind = self.random.choice([k for k in _KINDS if self._dynamic or k not in _DYNAMIC])
            name = self._name(kind[0])
            inner = f"    {statement}\n" if local else ""
            if local and kind not in _WITH_BODY:
                top.append(statement)
            text, call = _KINDS[kind]
            body.append(text.format(n=name, v=other, a=self._literal(), b=self._literal(), inner=inner))
            own.append(Value(module, name, call))
        if self.random.random() < 0.2:
            source = self.random.choice([v for v in self.values if v.module != module] or own)
            if source.module != module:
                top.append(f"from {source.module} import *")
        self.values += own
        return "\n".join([*top, *body]) + "\n"

    def _script(self) -> str:
        lines, terms = ["import sys"], []
        for _ in range(self.random.randint(1, 3)):
            statement, expression = self._other(SCRIPTS)
            lines.append(statement)
            terms.append(expression)
        body = "\n".join(f"    total += {term}" for term in terms)
        return (
            "\n".join(lines)
            + f'\ndef job():\n    total = 0\n{body}\n    print(total)\nif __name__ == "__main__":\n    job()\n'
        )


_TEMPLATES = """
## function ()
def {n}():
    'Text.'
{inner}    return {v} * {a} % 10007 + {b}
## default ()
def {n}(x={a}, *, y={v}):
    return x * 3 + y
## nested ()
def {n}():
{inner}    def inside(x):
        return x + {a}
    return inside({v})
## lambda_ ()
{n} = lambda: {v} + {a}
## constant
{n} = {a}
## computed
{n} = {v} + {a}
## pure
{n} = max([{a}, {b}, *range({b})]) + int('{a}')
## table ['key']
{n} = {{'key': {a}, 'other': {v}}}
## klass ().value()
class {n}:
    size = {a}
    def value(self):
        return self.size + {v}
## derived ().value()
class _Base{n}:
    def value(self):
        return self.more() + {a}
class {n}(_Base{n}):
    def more(self):
        return {v}
## subclasses ()
_kinds_{n} = []
class _Root{n}:
    def __init_subclass__(cls):
        _kinds_{n}.append(cls.weight)
class _Leaf{n}(_Root{n}):
    weight = {a}
class _Other{n}(_Leaf{n}):
    weight = {b}
def {n}():
    return sum(_kinds_{n}) + {v}
## metaclass ()
_made_{n} = []
class _Meta{n}(type):
    def __init__(cls, *a):
        _made_{n}.append(cls.weight)
class _First{n}(metaclass=_Meta{n}):
    weight = {a}
class _Second{n}(_First{n}):
    weight = {v}
def {n}():
    return sum(_made_{n})
## registered ()
_registry_{n} = {{}}
def _enter_{n}(weight):
    def wrap(f):
        _registry_{n}[f.__name__] = (f, weight)
        return f
    return wrap
@_enter_{n}({a})
def _plugin_{n}():
    return {v}
def {n}():
    return sum(f() * w for f, w in _registry_{n}.values())
## wrapped ()
import functools
def _twice_{n}(f):
    @functools.wraps(f)
    def inside():
        return f() * {a}
    return inside
@_twice_{n}
def {n}():
    return {v}
## cached ()
from functools import lru_cache
@lru_cache(maxsize={a})
def {n}():
{inner}    return {v} + {b}
## effect ()
_list_{n} = [{a}]
_list_{n}.append({v})
def {n}():
    return sum(_list_{n})
## snapshot
_many_{n} = [{a}]
{n} = sum(_many_{n}) + {b}
_many_{n}.append({v})
## stored ()
_map_{n} = {{}}
_map_{n}['x'] = {v}
def {n}():
    return _map_{n}['x'] + {a}
## global_ ()
def {n}():
    global _state_{n}
    _state_{n} = {v}
    return _read_{n}()
def _read_{n}():
    return _state_{n} + {a}
## branch ()
if len('{a}') > 1:
    def {n}():
        return {v}
else:
    def {n}():
        return {b}
## attempt
try:
    {n} = 1 // ({a} % 2) + {b}
except ZeroDivisionError:
    {n} = {v}
## loop
{n} = 0
for _i in range(3):
    {n} += {a}
## twice
{n} = {a}
_copy_{n} = {n}
{n} = _copy_{n} + {v}
## dataclass_ ().value()
from dataclasses import dataclass, field
@dataclass(frozen=True)
class {n}:
    one: int = {a}
    two: list = field(default_factory=lambda: [{v}])
    def value(self):
        return self.one + sum(self.two)
## created ()
_log_{n} = []
class _Kind{n}:
    def __init__(self, x):
        _log_{n}.append(x)
_instance_{n} = _Kind{n}({a})
def {n}():
    return sum(_log_{n}) + {v}
## patched ()
import sys as _sys
def _plain_{n}():
    return {a}
def _better_{n}():
    return {v} + {b}
def {n}():
    _sys.modules[__name__]._plain_{n} = _better_{n}
    return _plain_{n}()
## own_globals ()
def _hidden_{n}():
    return {v} + {a}
def {n}():
    return globals()['_hidden_{n}']()
## evaluated ()
def _secret_{n}():
    return {v} + {a}
def {n}():
    return eval('_secret_' + '{n}')()
## annotated ()
import typing
class _Type{n}:
    weight = {a}
class _Holder{n}:
    part: '_Type{n}'
def {n}():
    return typing.get_type_hints(_Holder{n})['part'].weight + {v}
## documented ()
def _told_{n}():
    'Text {a}.'
def {n}():
    return len(_told_{n}.__doc__) + {v}
## walrus ()
_sum_{n} = [_w_{n} := {a}, _w_{n} + {b}]
def {n}():
    return _w_{n} + sum(_sum_{n}) + {v}
## mapped ()
_seen_{n} = []
def _look_{n}(x):
    _seen_{n}.append(x + {a})
    return x
_done_{n} = list(map(_look_{n}, [{b}]))
def {n}():
    return sum(_seen_{n}) + {v}
"""
"""Kinds of definitions: below `## kind suffix` the text, in which {n} is its name, {v} another value, {a} and {b} are
literals and {inner} may be an import."""
_KINDS = {
    head.split()[0]: (text, head.removeprefix(head.split()[0]).strip())
    for head, _, text in (part.partition("\n") for part in _TEMPLATES.split("## ")[1:])
}
_DYNAMIC = ("patched", "evaluated", "annotated", "documented")
"""Kinds that may reach any module or read texts."""
_WITH_BODY = ("function", "nested", "cached")


def write_project(folder: Path, files: dict[str, str]) -> None:
    """Write a project's files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run_script(folder: Path, script: str) -> str | None:
    """What a script of the project prints; None where it fails."""
    importlib.invalidate_caches()
    sys.path.insert(0, str(folder))
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_module(f"{SCRIPTS}.{script}", run_name="__main__")
    except Exception:  # noqa: BLE001 - whatever a random edit brings about
        return None
    finally:
        sys.dont_write_bytecode = written
        sys.path.remove(str(folder))
        for name in [n for n in sys.modules if n.split(".")[0] in (LIBRARY, SCRIPTS)]:
            del sys.modules[name]
        sys.path_importer_cache.pop(str(folder), None)
    return out.getvalue()
