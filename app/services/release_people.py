"""Who reviewed what a release is made of, as numbers with credentials, and under which guidelines and questions."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.curation.releasing.manifest import as_bytes
from app.db import Json
from app.models import Guideline, Membership, Release, Rubric, User
from app.services import reviewer_names

# As it stood when the release was frozen: an answer that was taken back or superseded later stood then.
_STOOD = "{0}.created_at <= :at AND ({0}.undone_at IS NULL OR {0}.undone_at > :at)"
_WORK = text(f"""
    SELECT r.expert_id, r.guideline_id, r.rubric_id, count(*)
    FROM reviews r JOIN release_rows rr ON rr.sample_id = r.sample_id
    WHERE rr.release_id = :release AND rr.left_out = '' AND {_STOOD.format("r")} AND r.decision <> 'skip'
        AND (r.counted OR r.superseded_at > :at)
    GROUP BY GROUPING SETS ((r.expert_id), (r.guideline_id), (r.rubric_id))
""")  # noqa: S608 - constants
_SETTLED = text(f"""
    SELECT a.lead_id, count(DISTINCT a.sample_id) FROM adjudications a JOIN release_rows rr ON rr.sample_id = a.sample_id
    WHERE rr.release_id = :release AND rr.left_out = '' AND {_STOOD.format("a")} GROUP BY a.lead_id
""")  # noqa: S608 - constants


def of(session: Session, release: Release, at: str) -> Json:
    """Of the samples that leave, as of the freezing. Whoever has no number yet is given one."""
    values = {"release": release.id, "at": datetime.fromisoformat(at)}
    by: dict[str, dict[int, int]] = {"expert": {}, "guideline": {}, "rubric": {}}
    for expert, guideline, rubric, reviews in session.execute(_WORK, values):
        for name, key in (("expert", expert), ("guideline", guideline), ("rubric", rubric)):
            if key is not None:
                by[name][key] = reviews
    settled: dict[int, int] = dict(session.execute(_SETTLED, values).all())
    return {
        "reviewers": _reviewers(session, release.dataset_id, by["expert"], settled),
        "guidelines": [
            {"version": one.version, "sha256": hashed(one.text), "reviews": by["guideline"].get(one.id, 0)}
            for one in _versions(session, Guideline, release.dataset_id, by["guideline"])
        ],
        "rubrics": [
            {
                "version": one.version,
                "sha256": hashed(one.questions),
                "questions": one.questions,
                "reviews": by["rubric"].get(one.id, 0),
            }
            for one in _versions(session, Rubric, release.dataset_id, by["rubric"])
        ],
    }


def _reviewers(session: Session, dataset_id: int, reviews: dict[int, int], settled: dict[int, int]) -> list[Json]:
    people = {*reviews, *settled}
    numbers = reviewer_names.numbers(session, dataset_id, people)
    members = {
        one.user_id: one
        for one in session.scalars(
            select(Membership).where(Membership.dataset_id == dataset_id, Membership.user_id.in_(people))
        )
    }
    specialties = dict(session.execute(select(User.id, User.specialty).where(User.id.in_(people))).all())
    found = []
    for person, number in sorted(numbers.items(), key=lambda pair: pair[1]):
        member = members.get(person)
        known = {
            "specialty": specialties.get(person, ""),
            "role": member.role.value if member else "",
            "fields": sorted(member.fields) if member else [],
            "groups": sorted(member.groups) if member else [],
            "languages": sorted(member.languages) if member else [],
        }
        found.append(
            {
                "name": reviewer_names.named(number),
                "reviews": reviews.get(person, 0),
                "settled": settled.get(person, 0),
                **{name: value for name, value in known.items() if value},
            }
        )
    return found


def _versions(session: Session, kind: Any, dataset_id: int, used: dict[int, int]) -> Sequence[Any]:
    """Those that reviews name, and the newest."""
    query = select(kind).where(kind.dataset_id == dataset_id).order_by(kind.version)
    found = session.scalars(query).all()
    return [one for one in found if one.id in used or one is found[-1]]


def hashed(value: Any) -> str:
    """Of a text, or of JSON in one spelling."""
    return sha256(value.encode() if isinstance(value, str) else as_bytes(value)).hexdigest()
