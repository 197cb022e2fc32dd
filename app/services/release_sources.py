"""The passages that the rows of a release come from: read with the words, masked like them, and counted."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.curation.exporter import Exporter
from app.curation.sample import Form, Json
from app.models import Release

# Beside `samples s`: looked up by two primary keys for each row, and only where somebody reads it.
ONE = """
    SELECT json_build_object('document', d.name, 'title', d.title, 'sha256', d.sha256, 'version', (
            SELECT count(*) FROM documents old WHERE old.dataset_id = d.dataset_id AND old.name = d.name AND old.id <= d.id),
        'first_page', coalesce(p.first_page, 0), 'last_page', coalesce(p.last_page, 0), 'heading', p.heading,
        'passage', p.text, 'start', coalesce(ss.start, -1), 'end', coalesce(ss."end", -1))::text
    FROM sample_sources ss JOIN passages p ON p.id = ss.passage_id JOIN documents d ON d.id = p.document_id
    WHERE ss.sample_id = s.id
"""
NONE: Json = {
    **{"document": "", "title": "", "sha256": "", "version": 0, "first_page": 0, "last_page": 0},
    **{"heading": "", "passage": "", "start": -1, "end": -1},
}
"""Of a row without a source in a release that has some: the same fields, so that readers find one type in each."""
BETWEEN_HEADINGS = " > "
_ANY = text("""
    SELECT EXISTS (SELECT FROM release_rows rr JOIN sample_sources ss ON ss.sample_id = rr.sample_id
        WHERE rr.release_id = :release)
""")
_COUNTED = text("""
    SELECT count(DISTINCT p.document_id), count(DISTINCT p.id), count(*),
        count(*) FILTER (WHERE ss.stale_at IS NOT NULL AND ss.settled_at IS NULL)
    FROM release_rows rr JOIN sample_sources ss ON ss.sample_id = rr.sample_id JOIN passages p ON p.id = ss.passage_id
    WHERE rr.release_id = :release AND rr.left_out = ''
""")


def are_read(session: Session, release: Release, exporter: type[Exporter]) -> bool:
    """Whether rows are read with their sources: the format or the layout wants them, and there are some."""
    is_wanted = exporter.reads_source or release.composition.get("layout", {}).get("provenance")
    return bool(is_wanted and session.scalar(_ANY, {"release": release.id}))


def read(found: str, masked: Callable[[Form, Json], Json] | None) -> Json:
    """From a row of ONE. A passage in which something is masked has other places, so then none is told."""
    source: Json = orjson.loads(found)
    source["heading"] = BETWEEN_HEADINGS.join(source["heading"])
    if masked is not None:
        words = masked(Form.TEXT, {"text": source["passage"]})["text"]
        if words != source["passage"]:
            source |= {"passage": words, "start": -1, "end": -1}
    return source


def counted(session: Session, release: Release) -> dict[str, Any]:
    """For the manifest: of how many documents and passages the samples that leave are made. Nothing where none is."""
    documents, passages, samples, stale = session.execute(_COUNTED, {"release": release.id}).one()
    if not samples:
        return {}
    return {"documents": {"documents": documents, "passages": passages, "samples": samples, "stale": stale}}
