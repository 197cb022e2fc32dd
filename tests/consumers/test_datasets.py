"""`datasets` loads the folder of a release in every format: plain, compressed, and with fields that come late in large files."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from app.curation.exporter import Example, exporters
from app.curation.sample import Form
from tests.consumers import material
from tests.consumers.folders import released

datasets = pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()


def load(folder: Path, *arguments: Any, **more: Any) -> Any:
    return datasets.load_dataset(*(arguments or (str(folder),)), cache_dir=str(folder / ".cache"), **more)


@pytest.mark.parametrize("key", sorted(set(exporters()) - {"fewshot"}))
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "zst"])
def test_a_release_is_loaded_as_it_was_written(key: str, compress: bool, tmp_path: Path) -> None:
    if compress and exporters()[key].is_packed:
        pytest.skip("is packed by itself")
    made = material.examples(key)
    folder = released(tmp_path, key, made, compress=compress)
    (folder / "manifest.json").write_bytes(b'{"rows": 30}')
    found = load(folder)
    for split, examples in made.items():
        wanted = [row for example in examples for row in exporters()[key]().rows(example)]
        assert [_without_nulls(row) for row in found[split]] == wanted


def _without_nulls(value: Any) -> Any:
    """A column that a row does not have is null there."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def test_a_few_shot_prompt_is_text(tmp_path: Path) -> None:
    found = load(released(tmp_path, "fewshot", material.examples("fewshot")))
    assert "\n".join(found["train"]["text"]).count("<example>") == 8


@pytest.mark.parametrize("key", ["sharegpt", "alpaca", "llama_factory", "axolotl", "parquet"])
def test_what_only_the_last_rows_have_does_not_keep_a_large_file_from_loading(key: str, tmp_path: Path) -> None:
    """JSON is read in blocks of ten megabytes; a field that the first block lacks is an error."""
    long = {"prompt": "Why? " * 400, "response": "Because. " * 400}
    many = [Example(Form.INSTRUCTION, long)] * 3_000
    late = Example(Form.INSTRUCTION, {**long, "system": "Be brief.", "context": "Here."})
    last = [material.tool_chat(1)] if key in ("llama_factory", "axolotl", "parquet") else []
    folder = released(tmp_path, key, {"train": [*many, late, *last]})
    assert load(folder)["train"].num_rows == len(many) + 1 + len(last)


def test_axolotl_s_entry_names_files_that_load_as_it_loads_them(tmp_path: Path) -> None:
    folder = released(tmp_path, "axolotl", {"train": [material.tool_chat(1)], "validation": [material.tool_chat(2)]})
    config = yaml.safe_load((folder / "axolotl.yaml").read_text())
    (entry,), (held_out,) = config["datasets"], config["test_datasets"]
    assert held_out["path"] == "data/validation-00000-of-00001.parquet"
    assert entry["type"] == "chat_template"
    data = load(folder, entry["ds_type"], data_files=str(folder / entry["path"]))["train"]
    messages = data[0][entry["field_messages"]]
    assert [one[entry["message_field_training"]] for one in messages] == [False, True, False, True]
    assert all(set(entry["message_property_mappings"].values()) <= one.keys() for one in messages)
    (tool,) = data[0][entry["field_tools"]]
    assert orjson.loads(tool["function"]["parameters"]) == material.TOOL["function"]["parameters"]


@pytest.mark.parametrize("key", ["llama_factory", "sharegpt", "alpaca", "text"])
def test_llama_factory_finds_each_column_that_its_description_names(key: str, tmp_path: Path) -> None:
    folder = released(tmp_path, key, material.examples(key))
    described = orjson.loads((folder / "dataset_info.json").read_bytes())
    assert list(described) == ["train", "test"]
    for split, entry in described.items():
        data = load(folder, "json", data_files=str(folder / entry["file_name"]))["train"]
        assert data.num_rows == len(material.examples(key)[split])
        assert set(entry["columns"].values()) <= set(data.column_names)


def test_compressed_files_are_not_described_to_llama_factory(tmp_path: Path) -> None:
    folder = released(tmp_path, "sharegpt", material.examples("sharegpt"), compress=True)
    assert not (folder / "dataset_info.json").exists()
