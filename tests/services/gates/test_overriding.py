"""What blocks can be let pass, by name and with a reason; nothing is published while one block is open."""

import pytest
from sqlalchemy import select

from app import db
from app.messages import again
from app.models import Release, ReleaseCheck, ReleaseState
from app.services import releases
from app.services.errors import Conflict, Invalid
from tests import factories
from tests.services.engine import work_off
from tests.services.gates.gating import Gate, gate, more, planted, read


@pytest.fixture
def held() -> Gate:
    """A release that two checks hold."""
    dataset_id, _ = planted([{"prompt": f"Question {number}?", "response": f"Answer {number}."} for number in range(8)])
    more(dataset_id, [{"prompt": "Question 1?", "response": "Answer 1.", "context": ""}], licence="CC-BY-NC-4.0")
    return gate(dataset_id, gate={"licences": ["CC-BY-4.0"]})


def release_of(found: Gate, session: db.Session) -> Release:
    return session.get_one(Release, found.release_id)


def let_pass(found: Gate, check: str, because: str) -> int:
    with db.transaction() as session:
        by = factories.make_user(session, "Ada Byron").id
        releases.override(session, release_of(found, session), check, by, because)
        return by


def test_publishing_is_refused_while_one_block_is_open(held: Gate) -> None:
    assert [key for key, one in held.checks.items() if one.level.value == "block"] == ["duplicates", "licences"]
    let_pass(held, "licences", "The owner wrote to us.")
    with db.transaction() as session:
        release = release_of(held, session)
        assert [one.check for one in releases.blocks(session, release.id)] == ["duplicates"]
        with pytest.raises(Conflict, match="still holds"):
            releases.publish(session, release)
    with db.transaction() as session:
        assert release_of(held, session).state is ReleaseState.HELD


def test_an_override_is_kept_with_name_time_and_reason_and_stands_in_the_manifest(held: Gate) -> None:
    by = let_pass(held, "licences", "  The owner wrote to us. ")
    let_pass(held, "duplicates", "Meant to be there twice.")
    one = read(held.release_id).checks["licences"]
    assert (one.overridden_by, one.overridden_because) == (by, "The owner wrote to us.")
    assert one.overridden_at is not None

    with db.transaction() as session:
        releases.publish(session, release_of(held, session))
        session.flush()
        job_id = int(release_of(held, session).job_id or 0)
    work_off(job_id)
    with db.transaction() as session:
        release = release_of(held, session)
        assert release.state is ReleaseState.PUBLISHED
        told = release.manifest["checks"]["licences"]
    assert (told["level"], told["overridden_because"]) == ("block", "The owner wrote to us.")
    assert told["licences"] == {"CC-BY-4.0": 8, "CC-BY-NC-4.0": 1}
    assert "Ada" not in str(told)


@pytest.mark.parametrize("because", ["", "  \n"])
def test_an_override_needs_a_reason(held: Gate, because: str) -> None:
    with pytest.raises(Invalid):
        let_pass(held, "licences", because)


def test_what_does_not_block_cannot_be_overridden(held: Gate) -> None:
    with pytest.raises(Conflict):
        let_pass(held, "secrets", "Just so.")


def test_sentences_are_stored_so_that_they_can_be_said_in_another_language(held: Gate) -> None:
    with db.transaction() as session:
        for one in session.scalars(select(ReleaseCheck).where(ReleaseCheck.release_id == held.release_id)):
            assert again(one.words, one.said) == one.words
        told = again("", session.get_one(ReleaseCheck, (held.release_id, "licences")).said)
    assert told.id.startswith("%(num)s row comes from a corpus whose licence")
    assert told.values == {"num": 1, "licences": "CC-BY-NC-4.0"}
