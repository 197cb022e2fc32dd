"""An exporter: a module in `exporters/` that writes samples in one format that training tools read."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from app.curation.registry import plugins
from app.curation.sample import Form, Json


class Unsuitable(Exception):
    """The sample cannot be said in this format; the message says why and what to choose instead."""


class Exporter(ABC):
    """Stateless; `title` is what a person chooses from."""

    title: ClassVar[str]

    @abstractmethod
    def row(self, form: Form, content: Mapping[str, Any], metadata: Mapping[str, Any]) -> Json:
        """The sample as one record. Unsuitable where the format would lose part of it."""

    @classmethod
    def key(cls) -> str:
        """The format's name in releases and addresses: its module's."""
        return cls.__module__.rpartition(".")[2]


@cache
def exporters() -> dict[str, type[Exporter]]:
    """Every exporter by key."""
    import app.curation.exporters as package

    return plugins(package, Exporter)  # type: ignore[type-abstract]
