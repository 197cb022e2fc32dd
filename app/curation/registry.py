"""Plugins: one module in a folder is one plugin, and its file name is its key everywhere."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def modules(package: ModuleType) -> dict[str, ModuleType]:
    """Every public module of a package, by file name, in alphabetical order. An import error is raised, never hidden."""
    return {
        info.name: import_module(f"{package.__name__}.{info.name}")
        for info in sorted(iter_modules(package.__path__), key=lambda info: info.name)
        if not info.name.startswith("_")
    }


def plugins(package: ModuleType, base: type[T]) -> dict[str, type[T]]:
    """The one subclass of `base` that each module of the package defines. LookupError where there is none or two."""
    return {name: _only_subclass(module, base) for name, module in modules(package).items()}


def _only_subclass(module: ModuleType, base: type[T]) -> type[T]:
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise LookupError(f"{module.__name__} must define exactly one {base.__name__}, found {len(found)}")
    return found[0]
