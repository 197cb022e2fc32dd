"""What ties rows together beside their likeness: a conversation, a document, a person, the same question.

Rows that share a tie stand on one side of a split. What importers do not understand they keep as metadata under the
record's own names, so the names that mean such a thing are listed here, and nowhere else.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from app.curation.sample import Form, prompt_text
from app.curation.text import comparable, words

CONVERSATIONS = frozenset({
    "conversation", "conversation_id", "conversation_hash", "conv_id", "dialog_id", "dialogue_id", "thread", "thread_id",
    "session_id", "chat_id", "message_tree_id", "parent", "parent_id", "parent_message_id",
})  # fmt: skip
DOCUMENTS = frozenset({
    "document", "document_id", "doc_id", "docid", "article_id", "paper_id", "pmid", "pubmed_id", "pubid", "doi", "arxiv_id",
    "isbn", "case_id", "book_id", "page_id", "passage_id", "context_id", "source_id", "source_document", "source_file",
    "file", "file_name", "filename", "file_path", "filepath", "path",
})  # fmt: skip
PEOPLE = frozenset({
    "patient", "patient_id", "subject_id", "hadm_id", "encounter_id", "admission_id", "note_id", "report_id",
})  # fmt: skip
IDENTIFIERS = CONVERSATIONS | DOCUMENTS | PEOPLE
"""Fields whose equal values in one corpus mean the same conversation, document or person."""
ADDRESSES = frozenset({
    "url", "uri", "link", "permalink", "source_url", "source_uri", "document_url", "source", "origin", "reference",
})  # fmt: skip
"""Fields that may hold an address; a word such as “wikipedia” names a collection, and ties nothing."""
NESTED = ("metadata", "meta")
LEAST_CONTEXT = 20
"""Words from which a passage that a question is about is a document of its own."""
_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|www\.)[^\s/]+/\S+$|^10\.\d{4,9}/\S+$", re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z]+://(?:www\.)?|^www\.", re.IGNORECASE)


def ties(form: Form, content: Mapping[str, Any], metadata: Mapping[str, Any], corpus: int) -> Iterator[int]:
    """Numbers (63 bits) that rows of one conversation, document, person or question have in common."""
    if prompt := words(comparable(prompt_text(form, content))):
        yield _number("question", *prompt)
    passage = words(comparable(str(content.get("context") or ""))) if form is Form.INSTRUCTION else []
    if len(passage) >= LEAST_CONTEXT:
        yield _number("passage", *passage)
    for fields in (metadata, *(metadata.get(name) for name in NESTED)):
        if isinstance(fields, Mapping):
            yield from _of_fields(fields, corpus)


def _of_fields(fields: Mapping[str, Any], corpus: int) -> Iterator[int]:
    for name, value in fields.items():
        known = name.lower().replace("-", "_")
        if known not in IDENTIFIERS and known not in ADDRESSES:
            continue
        for one in value if isinstance(value, list) else [value]:
            said = str(one).strip() if isinstance(one, str | int) and not isinstance(one, bool) else ""
            if _ADDRESS.match(said):
                yield _number("address", _SCHEME.sub("", said.partition("#")[0]).rstrip("/"))
            elif said and known in IDENTIFIERS:
                yield _number("id", str(corpus), known, said)


def _number(*parts: str) -> int:
    return int.from_bytes(blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).digest()) >> 1
