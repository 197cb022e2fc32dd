"""The recipe: which rules samples must pass and which duplicates go. Stored as JSON, validated by its own plugins."""

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, SerializeAsAny, ValidationError

from app.curation.bounds import Limit
from app.curation.conflicts import Conflicts
from app.curation.decontamination.settings import Decontamination
from app.curation.deduplicator import Deduplicator, deduplicators
from app.curation.filter import Filter, filters
from app.curation.ordering import Ordering
from app.curation.pii.policy import PiiPolicy
from app.curation.preferences import Preference
from app.curation.sample import Form

Plugin = TypeVar("Plugin", bound=BaseModel)


class RecipeRefused(Exception):
    """A recipe that cannot be used, with a sentence that says why and what to do."""


def _built(value: Any, kinds: Mapping[str, type[Plugin]], noun: str) -> dict[str, Plugin]:
    """The plugins that a mapping of key to fields asks for, in alphabetical order. ValueError for an unknown key."""
    if not isinstance(value, Mapping):
        raise ValueError(f"must be an object with the name of a {noun} before each set of fields")
    if unknown := sorted(set(value) - set(kinds)):
        raise ValueError(f"there is no {noun} {', '.join(map(repr, unknown))}; there are: {', '.join(kinds)}")
    return {key: _build(kinds[key], key, value[key]) for key in kinds if key in value}


def _build(kind: type[Plugin], key: str, fields: Any) -> Plugin:
    try:
        return fields if isinstance(fields, kind) else kind.model_validate(fields)
    except ValidationError as error:
        raise ValueError(f"{key}: {sentence(error)}") from error


class Recipe(BaseModel):
    """Rules and deduplication by plugin name. A filter that is not listed still measures, but drops nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = ""
    reference: str = ""
    """Whose rules these are: the program and version whose verdicts the recipe repeats."""
    filters: Annotated[
        dict[str, SerializeAsAny[Filter]], BeforeValidator(lambda value: _built(value, filters(), "filter"))
    ] = {}
    deduplication: Annotated[
        dict[str, SerializeAsAny[Deduplicator]],
        BeforeValidator(lambda value: _built(value, deduplicators(), "deduplicator")),
    ] = {}
    conflicts: Conflicts = Conflicts()
    decontamination: Decontamination = Decontamination()
    order: Ordering = Ordering()
    survivors: tuple[Preference, ...] = ()
    """Which of several near-duplicates stays; without any preference it is the first."""

    @cached_property
    def limits(self) -> list[Limit]:
        """Every rule that is switched on, filter by filter."""
        return [limit for one in self.filters.values() for limit in one.limits()]

    @property
    def comparisons(self) -> dict[str, Deduplicator]:
        """All that compares samples with each other: the deduplicators, and the search for conflicting answers."""
        return self.deduplication | ({self.conflicts.key(): self.conflicts} if self.conflicts.drop else {})

    @property
    def masks(self) -> PiiPolicy | None:
        """The policy for personal data, where it replaces any kind by pseudonyms."""
        one = self.filters.get("pii")
        return one.policy if one and getattr(one, "masked", None) else None  # type: ignore[attr-defined]

    def dump(self) -> bytes:
        """The whole recipe, defaults included, always as the same bytes: later defaults do not change it."""
        options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(self.model_dump(mode="json"), option=options)

    def fingerprint(self) -> str:
        """Two recipes that decide alike share it; title, reference and order do not count."""
        state = self.model_dump(mode="json", exclude={"title", "reference", "order"})
        return sha256(orjson.dumps(state, option=orjson.OPT_SORT_KEYS)).hexdigest()


def parse_recipe(text: bytes | str) -> Recipe:
    """The recipe that the JSON holds. RecipeRefused names the field at fault."""
    try:
        return Recipe.model_validate(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise RecipeRefused(f"The recipe is not valid JSON: {error}.") from error
    except ValidationError as error:
        raise RecipeRefused(f"The recipe cannot be used: {sentence(error)}.") from error


def load_recipe(name: str | Path) -> Recipe:
    """A packaged recipe by name, or the recipe in a file."""
    packaged = packaged_recipes()
    if str(name) in packaged:
        return packaged[str(name)]
    try:
        return parse_recipe(Path(name).read_bytes())
    except OSError as error:
        choices = ", ".join(packaged)
        raise RecipeRefused(f"There is no recipe {str(name)!r}: give a JSON file or one of {choices}.") from error


def packaged_recipes() -> dict[str, Recipe]:
    """The recipes that come with the product, by name."""
    found = sorted(files("app.curation.recipes").iterdir(), key=lambda file: file.name)
    return {file.name[:-5]: parse_recipe(file.read_bytes()) for file in found if file.name.endswith(".json")}


def default_recipe(form: Form) -> Recipe:
    """The recipe to begin with for samples of this form."""
    return packaged_recipes()["documents" if form is Form.TEXT else "instruction"]


def sentence(error: ValidationError) -> str:
    """What is wrong, field by field, in one line."""
    return "; ".join(_problem(item["loc"], item["msg"]) for item in error.errors())


def _problem(place: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    words = {"Extra inputs are not permitted": "there is no such field"}.get(message, message[:1].lower() + message[1:])
    names = ".".join(str(part) for part in place if not str(part).startswith(("function", "constrained")))
    return f"{names}: {words}" if names else words
