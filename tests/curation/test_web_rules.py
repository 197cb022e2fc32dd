"""Each published web rule, at the very value where it begins to fire."""

from collections.abc import Mapping
from itertools import pairwise

import pytest

from app.curation.batch import Batch
from app.curation.filter import filters
from app.curation.verdict import judge
from tests.curation.samples import text
from tests.curation.web_samples import CASES, DISTINCT, EDGES, PROSE, Edge

WEB = ("c4", "fineweb", "gopher_quality", "gopher_repetition", "nemo_english")


def reasons(key: str, content: str, fields: Mapping[str, object]) -> set[str]:
    one = filters()[key].model_validate(dict(fields))
    return {reason.rule for reason in judge(one.measure(Batch([text(content)])), one.limits()).get(0, [])}


def edge(reason: str, case: Edge) -> tuple[str, str]:
    """The longest text that breaks the rule and the next one, which passes."""
    texts = [case.breaks + "".join(word + case.end for word in DISTINCT[:count]) for count in range(600)]
    kind = filters()[case.filter]
    one = kind.model_validate({name: None for name, rule in kind.rules().items() if rule.reason != reason})
    broken = judge(one.measure(Batch(list(map(text, texts)))), one.limits())
    return next(pair for row, pair in enumerate(pairwise(texts)) if row in broken and row + 1 not in broken)


@pytest.mark.parametrize("reason", CASES)
def test_a_rule_fires_just_beyond_its_bound(reason: str) -> None:
    case = CASES[reason]
    assert reason in reasons(case.filter, case.breaks, case.fields)
    assert reason not in reasons(case.filter, case.passes, case.fields)


@pytest.mark.parametrize("reason", EDGES)
def test_repetition_is_thinned_by_other_words(reason: str) -> None:
    breaks, passes = edge(reason, EDGES[reason])
    assert reason in reasons(EDGES[reason].filter, breaks, {})
    assert reason not in reasons(EDGES[reason].filter, passes, {})


@pytest.mark.parametrize("key", WEB)
def test_prose_passes(key: str) -> None:
    assert reasons(key, PROSE, {}) == set()


@pytest.mark.parametrize("key", WEB)
@pytest.mark.parametrize("other", ["盐是一种矿物质。" * 30, "Соль - это минерал. " * 30, "باريس هي عاصمة فرنسا. " * 30])
def test_other_scripts_are_not_judged(key: str, other: str) -> None:
    assert reasons(key, other, {}) == set()
    assert reasons(key, other * 3 + PROSE, {}) == set()


def test_every_rule_has_a_case() -> None:
    known = {rule.reason for key in WEB for rule in filters()[key].rules().values()}
    assert set(CASES) | set(EDGES) == known
