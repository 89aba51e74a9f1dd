"""Definitions without side effects at import: they only bind their names, and count only where they are used."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable

from stages.codebase.symbols import Module, defined_names

Definition = tuple[Module, ast.stmt]
Resolve = Callable[[Module, ast.expr], str | Definition | None]
"""(module, name) → its dotted name outside the project, a definition of the project, or None: unknown."""

_PURE = """
abc.ABC abc.abstractmethod
builtins.abs builtins.all builtins.any builtins.bool builtins.bytes builtins.chr builtins.classmethod builtins.complex
builtins.dict builtins.enumerate builtins.filter builtins.float builtins.frozenset builtins.int builtins.isinstance
builtins.len builtins.list builtins.map builtins.max builtins.min builtins.object builtins.ord builtins.property
builtins.range builtins.repr builtins.reversed builtins.round builtins.set builtins.slice builtins.sorted
builtins.staticmethod builtins.str builtins.str.maketrans builtins.sum builtins.tuple builtins.zip
builtins.dict.fromkeys
collections.Counter collections.OrderedDict collections.abc.Iterator collections.defaultdict collections.deque
collections.namedtuple contextlib.ExitStack contextlib.contextmanager ctypes.POINTER ctypes.Structure ctypes.Union
dataclasses.dataclass dataclasses.field dataclasses.fields enum.Enum enum.IntEnum enum.StrEnum fractions.Fraction
functools.cache functools.cached_property functools.lru_cache functools.partial
itertools.chain itertools.chain.from_iterable itertools.product logging.getLogger
math.cos math.exp math.log math.radians math.sin math.sqrt
numba.njit numpy.abs numpy.arange numpy.array numpy.asarray numpy.clip numpy.cos numpy.dtype numpy.exp numpy.eye
numpy.float32 numpy.linspace numpy.log numpy.maximum numpy.minimum numpy.ones numpy.radians numpy.round numpy.sin
numpy.sqrt numpy.stack numpy.where numpy.zeros
pathlib.Path pydantic.BaseModel pydantic.BeforeValidator pydantic.ConfigDict pydantic.Field pydantic.PlainSerializer
pydantic.field_validator pydantic.model_validator re.compile threading.Lock
torch.nn.Module torch.no_grad torch.tensor types.MappingProxyType
typing.Generic typing.NamedTuple typing.NewType typing.Protocol typing.TypeVar typing.TypedDict typing.get_args
"""
PURE = frozenset(_PURE.split())
"""Calls, decorators and base classes of other packages without side effects."""
_PURE_METHODS = """
astype count fromkeys get index items join keys lower maketrans replace reshape split startswith strip upper values
"""
PURE_METHODS = frozenset(_PURE_METHODS.split())
"""Pure methods of numbers, strings, arrays and mappings, unless a class of the project has a method of that name."""
_AT_CREATION = ("__init__", "__new__", "__post_init__", "__set_name__", "__setattr__", "model_post_init")
_AT_SUBCLASSING = ("__init_subclass__", "__class_getitem__")
_PLAIN = ("property", "staticmethod", "classmethod", "cached_property", "abstractmethod")
_IDLE = ("__all__", "__version__", "__slots__", "__hash__", "__match_args__")


class Purity:
    """Finds out which definitions have no side effects at import."""

    def __init__(self, resolve: Resolve, methods: frozenset[str]) -> None:
        """`methods`: the names of every method in the project."""
        self._resolve = resolve
        self._methods = PURE_METHODS - methods

    def definition(self, module: Module, statement: ast.stmt) -> bool:
        """Whether a definition in `module` only binds its names."""
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            return self._all(self.decorator, module, statement.decorator_list) and self._all(
                self._expression, module, defaults(statement.args)
            )
        if isinstance(statement, ast.ClassDef):
            return (
                not statement.keywords
                and self._all(self.decorator, module, statement.decorator_list)
                and self._all(self._base, module, statement.bases)
                and all(_declares(s) or self.definition(module, s) for s in statement.body)
            )
        names = defined_names(statement)
        if names is None or any(name.startswith("__") and name not in _IDLE for name in names):
            return False
        value = getattr(statement, "value", None)
        return isinstance(value, ast.expr) and self._expression(module, value)

    def decorator(self, module: Module, node: ast.expr) -> bool:
        """Whether a decorator only wraps its function."""
        return self._expression(module, node) if isinstance(node, ast.Call) else self._callable(module, node)

    @staticmethod
    def _all(judge: Callable[[Module, ast.expr], bool], module: Module, nodes: Iterable[ast.expr]) -> bool:
        return all(judge(module, node) for node in nodes)

    def _base(self, module: Module, node: ast.expr) -> bool:
        """Whether deriving from a class has no side effects."""
        found = self._resolve(module, node.value if isinstance(node, ast.Subscript) else node)
        if isinstance(found, str):
            return found in PURE or _is_exception(found)
        owner, base = found or (module, None)
        return (
            isinstance(base, ast.ClassDef)
            and not base.keywords
            and not _has(base, _AT_SUBCLASSING)
            and self._all(self.decorator, owner, base.decorator_list)
            and self._all(self._base, owner, base.bases)
        )

    def _expression(self, module: Module, node: ast.expr) -> bool:
        if isinstance(node, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom):
            return False
        if isinstance(node, ast.Call):
            passed = [*node.args, *(keyword.value for keyword in node.keywords)]
            if not self._callable(module, node.func) or any(self._is_function(module, value) for value in passed):
                return False
        return self._all(self._expression, module, _parts(node))

    def _callable(self, module: Module, node: ast.expr) -> bool:
        found = self._resolve(module, node)
        if isinstance(found, str):
            return found in PURE
        if found is not None:
            return self._creates(*found)
        return isinstance(node, ast.Attribute) and node.attr in self._methods

    def _is_function(self, module: Module, node: ast.expr) -> bool:
        """Whether an argument is a function or class of the project, which the callee may call: `map(work, items)`."""
        found = self._resolve(module, node) if isinstance(node, ast.Name | ast.Attribute) else None
        return isinstance(found, tuple) and not isinstance(found[1], ast.Assign | ast.AnnAssign)

    def _creates(self, module: Module, node: ast.stmt) -> bool:
        """Whether calling a class of the project runs only code generated by dataclasses and pydantic."""
        if not isinstance(node, ast.ClassDef):
            return False
        if node.keywords or _has(node, _AT_CREATION):
            return False
        for base in node.bases:
            found = self._resolve(module, base.value if isinstance(base, ast.Subscript) else base)
            if found is None or not (found in PURE if isinstance(found, str) else self._creates(*found)):
                return False
        methods = [s for s in node.body if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)]
        return (
            self._all(self.decorator, module, node.decorator_list)
            and all(isinstance(d, ast.Name) and d.id in _PLAIN for m in methods for d in m.decorator_list)
            and all(
                self._callable(module, inner.value)
                for statement in node.body
                for inner in ast.walk(statement)
                if isinstance(inner, ast.keyword) and inner.arg == "default_factory"
            )
        )


def defaults(arguments: ast.arguments) -> list[ast.expr]:
    """The default values of a function's parameters."""
    return [*arguments.defaults, *(value for value in arguments.kw_defaults if value is not None)]


def _parts(node: ast.AST) -> Iterable[ast.expr]:
    """The nearest expressions inside a node, including those of comprehensions, keywords and lambdas."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        else:
            yield from _parts(child)


def _declares(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (isinstance(statement, ast.AnnAssign) and statement.value is None)


def _has(node: ast.ClassDef, names: tuple[str, ...]) -> bool:
    return any(isinstance(n, ast.FunctionDef) and n.name in names for n in node.body)


def _is_exception(dotted: str) -> bool:
    package, _, name = dotted.rpartition(".")
    found = getattr(builtins, name, None) if package == "builtins" else None
    return isinstance(found, type) and issubclass(found, BaseException)
