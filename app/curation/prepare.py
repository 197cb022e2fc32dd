"""`python -m app.curation.prepare`: compile all loops now, so that the first corpus need not wait for it."""

from app.curation.batch import Batch
from app.curation.decontamination import Benchmark, Index
from app.curation.judging import Judge
from app.curation.near import near_duplicates
from app.curation.recipe import default_recipe
from app.curation.sample import Form, Sample, Source

_WORDS = "The salt of the sea dries in the sun, and what is left is ground and sold by the pound. Déjà vu, 두 번. "


def prepare() -> None:
    """Look at a few samples in every way; what is compiled already is only loaded."""
    content = {"prompt": _WORDS * 2, "response": "- one\n\n- two\n\n" + _WORDS * 4}
    samples = [
        Sample(Form.INSTRUCTION, content, Source("", 0)),
        Sample(Form.INSTRUCTION, content | {"response": _WORDS * 5}, Source("", 1)),
        Sample(Form.TEXT, {"text": "Ünï" + _WORDS * 6}, Source("", 2)),
    ]
    Judge(default_recipe(Form.INSTRUCTION))(samples)
    near_duplicates([_WORDS * 4, _WORDS * 4 + " Once more.", _WORDS])
    Index.of([Benchmark.of("none", [("1", {"question": _WORDS * 2, "answer": "12"})])]).inspect(Batch(samples))


if __name__ == "__main__":
    prepare()
