"""Releases for tests, made in a folder without any service."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from app.curation.releasing.card import readme
from app.curation.releasing.citation import cff
from app.curation.releasing.folder import KEY, MANIFEST, SIGNATURE
from app.curation.releasing.manifest import as_bytes, comment
from app.curation.releasing.minisign import SecretKey

SECRET = SecretKey(b"s" * 32)
OTHER = SecretKey(b"o" * 32)


def facts(rows: int, splits: dict[str, int], **more: Any) -> dict[str, Any]:
    """A manifest of rows that are samples, before its files are listed."""
    none = (
        "refused copies removed unjudged dropped_by_rules dropped_as_duplicates waiting flagged rejected not_selected"
    )
    funnel = dict.fromkeys([*none.split(), "open_questions", "left_out"], 0)
    funnel |= {"lines": rows + 3, "refused": 3, **dict.fromkeys(("samples", "approved", "taken", "released"), rows)}
    corpus = {"name": "One", "sha256": "0" * 64, "licence": "MIT", "origin": "", "lines": rows + 3, "refused": 3}
    return {
        "schema_version": 1,
        "tool": {"name": "winnow", "version": "0"},
        "dataset": {"name": "Answers", "goal": "", "purpose": "task", "form": "instruction"},
        "composition": {"format": "prompt_completion"},
        "format": "prompt_completion",
        "rows": rows,
        "splits": splits,
        "counts": {"approved": rows},
        "left_out": {},
        "funnel": funnel,
        "corpora": [{**corpus, "copies": 0, "accepted": rows, "released": rows}],
        "licences": {"MIT": rows},
        "languages": {},
        "recipe": None,
        "benchmarks": [],
        "acceptances": [],
        "agreement": [],
        "reviewers": [],
        "guidelines": [],
        "rubrics": [],
        "checks": {},
        **more,
    }


def make(folder: Path, splits: dict[str, list[dict[str, Any]]], key: SecretKey = SECRET, **more: Any) -> Path:
    """A release with one file per split."""
    data = {
        f"data/{split}-00000-of-00001.jsonl": b"".join(orjson.dumps(row) + b"\n" for row in rows)
        for split, rows in splits.items()
    }
    told = facts(sum(map(len, splits.values())), {split: len(rows) for split, rows in splits.items()}, **more)
    named = {**told, "data_files": [{"name": name, "split": name[5:-21]} for name in data]}
    beside = {"README.md": readme(named).encode(), "CITATION.cff": cff(named).encode()}
    listed = [
        {"name": name, "split": name[5:-21], "rows": content.count(b"\n"), **_facts(content)}
        for name, content in data.items()
    ] + [{"name": name, **_facts(content)} for name, content in beside.items()]
    for name, content in {**data, **beside}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    sign(folder, {**told, "files": listed, "size": sum(one["size"] for one in listed)}, key)
    return folder


def sign(folder: Path, manifest: dict[str, Any], key: SecretKey = SECRET) -> None:
    """Write a manifest with its signature and key."""
    content = as_bytes(manifest)
    (folder / MANIFEST).write_bytes(content)
    (folder / SIGNATURE).write_bytes(key.sign(content, comment(manifest, sha256(content).hexdigest())))
    (folder / KEY).write_bytes(key.public.file())


def _facts(content: bytes) -> dict[str, Any]:
    return {"size": len(content), "sha256": sha256(content).hexdigest()}


def rows(first: int, last: int) -> list[dict[str, Any]]:
    return [{"prompt": f"What is {number}?", "completion": f"It is {number}."} for number in range(first, last)]
