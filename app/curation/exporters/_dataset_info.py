"""LLaMA-Factory's `dataset_info.json`: which file holds what, so that the folder of a release is a `dataset_dir`.

Source: LLaMA-Factory, data/README.md. It reads no .zst files.
"""

from collections.abc import Mapping

import orjson

from app.curation.sample import Json


def dataset_info(files: Mapping[str, list[str]], described: Json) -> dict[str, bytes]:
    """One entry for each file, named by its split, and numbered where a split has several."""
    entries: Json = {}
    for split, names in files.items():
        for number, name in enumerate(sorted(names)):
            if not name.endswith(".zst"):
                entries[split if len(names) == 1 else f"{split}-{number:05}"] = {"file_name": name, **described}
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {"dataset_info.json": orjson.dumps(entries, option=option)} if entries else {}
