"""README tells the truth: every setting is in its table, and its filter works as printed."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np

from app.curation.batch import Batch
from app.curation.filter import Filter
from app.curation.sample import Form, Sample, Source
from scripts.settings_table import rows

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_every_setting_is_described() -> None:
    for row in rows():
        assert row in README


def test_the_filter_works_as_printed(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code
    file = tmp_path / "shouting.py"
    file.write_text(code.group(1))
    spec = spec_from_file_location("shouting", file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    shouting: Filter = module.Shouting()
    samples = [
        Sample(Form.INSTRUCTION, {"prompt": "Why?", "response": text}, Source("f", 0))
        for text in ("BECAUSE", "Because.")
    ]
    assert np.allclose(shouting.measure(Batch(samples))["capitals"], [1.0, 1 / 8])
    assert [limit.rule.reason for limit in shouting.limits()] == ["answer_shouts"]
