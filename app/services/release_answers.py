"""What reviewers of each row agreed on, frozen with a release whose format reads it. Sentences are agreed on one by one."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.curation.rubrics.claims import Claims
from app.models import Release, Rubric

# As in `app.services.agreed`, of all questions at once: what more than half of the answers say, or what a lead took.
_FREEZE = text("""
    WITH given AS (
        SELECT r.sample_id, one.key, one.value, one.key = ANY(:claims) AS is_claims
        FROM reviews r
            JOIN release_rows rr ON rr.sample_id = r.sample_id AND rr.release_id = :release
            JOIN slots s ON s.id = r.slot_id AND s.purpose = 'review'
            CROSS JOIN jsonb_each(r.answers) AS one
        WHERE r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    ), judged AS (
        SELECT sample_id, key, claim - 'label' AS place, claim -> 'label' AS label, count(*) AS many,
            sum(count(*)) OVER (PARTITION BY sample_id, key, claim - 'label') AS of
        FROM given, jsonb_array_elements(CASE WHEN is_claims THEN value ELSE '[]' END) AS claim
        GROUP BY sample_id, key, claim - 'label', claim -> 'label'
    ), said AS (
        SELECT sample_id, key, value, count(*) AS many, sum(count(*)) OVER (PARTITION BY sample_id, key) AS of
        FROM given WHERE NOT is_claims GROUP BY sample_id, key, value
    ), taken AS (
        SELECT last.sample_id, one.key, one.value FROM (
            SELECT DISTINCT ON (a.sample_id) a.sample_id, a.review_id
            FROM adjudications a JOIN release_rows rr ON rr.sample_id = a.sample_id AND rr.release_id = :release
            WHERE a.undone_at IS NULL ORDER BY a.sample_id, a.id DESC) AS last
        JOIN reviews r ON r.id = last.review_id CROSS JOIN jsonb_each(r.answers) AS one
    ), agreed AS (
        SELECT sample_id, key, value FROM said WHERE 2 * many > of
        UNION ALL
        SELECT sample_id, key, jsonb_agg(place || jsonb_build_object('label', label) ORDER BY (place ->> 'start')::bigint)
        FROM judged WHERE 2 * many > of GROUP BY sample_id, key
    ), answers AS (
        SELECT sample_id, jsonb_object_agg(key, value) AS found FROM (
            SELECT sample_id, key, value FROM taken
            UNION ALL
            SELECT * FROM agreed WHERE NOT EXISTS (
                SELECT FROM taken WHERE taken.sample_id = agreed.sample_id AND taken.key = agreed.key)
        ) AS either GROUP BY sample_id
    )
    UPDATE release_rows rr SET answers = answers.found
    FROM answers WHERE rr.release_id = :release AND rr.sample_id = answers.sample_id
""")


def freeze(session: Session, release: Release) -> None:
    """Write down the agreed answers of the rows."""
    rubrics = session.scalars(select(Rubric.questions).where(Rubric.dataset_id == release.dataset_id))
    claims = {one["key"] for asked in rubrics for one in asked if one.get("kind") == Claims.kind()}
    session.execute(_FREEZE, {"release": release.id, "claims": sorted(claims)})
