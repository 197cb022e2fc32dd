"""Masked words: personal data replaced by the dataset's own pseudonyms, where samples leave."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.curation.pii.masking import mask
from app.curation.recipe import Recipe
from app.curation.sample import Form, Json, Sample, Source
from app.models import Dataset

Masker = Callable[[str, Json], Json]
"""Form and content in, the content as it may leave out."""


def masker(session: Session, dataset: Dataset, recipe: Recipe | None) -> Masker:
    """Replaces what the recipe says is masked; where it says nothing, contents leave as they are."""
    policy = recipe.masks if recipe else None
    if policy is None:
        return lambda form, content: content
    key = dataset.pseudonym_key

    def masked(form: str, content: Json) -> Json:
        found = policy.find(Sample(Form(form), content, Source("", 0)))
        return mask(content, found, policy, key) if found else content

    return masked
