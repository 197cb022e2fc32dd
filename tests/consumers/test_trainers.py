"""TRL trains two steps on released files, with a tiny model that is made here; `make trainers` installs what this needs."""

from pathlib import Path
from typing import Any

import pytest

from tests.consumers import material
from tests.consumers.folders import released

trl = pytest.importorskip("trl", reason="the trainers extra is not installed")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")
datasets = pytest.importorskip("datasets")
torch = pytest.importorskip("torch")

TEMPLATE = (
    "{% if tools %}<|im_start|>system\n{% for tool in tools %}{{ tool | tojson }}{% endfor %}<|im_end|>\n{% endif %}"
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] or '' }}"
    "{% for call in message['tool_calls'] or [] %}{{ call['function'] | tojson }}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|pad|>", "<|im_start|>", "<|im_end|>"]
SETTINGS: dict[str, Any] = {
    "max_steps": 2,
    "per_device_train_batch_size": 4,
    "report_to": "none",
    "use_cpu": True,
    "save_strategy": "no",
    "logging_steps": 1,
    "learning_rate": 1e-2,
    "disable_tqdm": True,
}


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """Bytes in pairs, learnt from the material."""
    inner = tokenizers.Tokenizer(tokenizers.models.BPE())
    inner.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet)
    inner.train_from_iterator([material.question(1), material.answer(1)], trainer)
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=inner, pad_token=SPECIAL[0], eos_token=SPECIAL[2])
    made.chat_template = TEMPLATE
    return made


@pytest.fixture
def model(tokenizer: Any, tmp_path: Path) -> Any:
    """Read from a folder, as trainers read a second one beside it to compare with."""
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=1024, pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(tmp_path / "model")
    return transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "model")


def load(folder: Path) -> Any:
    return datasets.load_dataset(str(folder), split="train", cache_dir=str(folder / ".cache"))


def trained(trainer: Any) -> None:
    """Two steps were made, each with a loss, and the model is no longer what it was."""
    before = {name: value.clone() for name, value in trainer.model.named_parameters()}
    result = trainer.train()
    assert result.global_step == 2
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == 2
    assert all(loss == loss and loss > 0 for loss in losses)
    assert any(not torch.equal(before[name], value) for name, value in trainer.model.named_parameters())


@pytest.mark.parametrize("key", ["messages", "prompt_completion", "prompt_completion_chat", "text", "sharegpt", "parquet"])
def test_supervised_fine_tuning(key: str, model: Any, tokenizer: Any, tmp_path: Path) -> None:
    folder = released(tmp_path / "release", key, material.examples(key))
    settings = trl.SFTConfig(output_dir=str(tmp_path / "out"), max_length=256, **SETTINGS)
    trained(trl.SFTTrainer(model, settings, train_dataset=load(folder), processing_class=tokenizer))


def test_supervised_fine_tuning_with_tools(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    made = [material.tool_chat(number) for number in range(8)] + [material.chat(number) for number in range(8)]
    settings = trl.SFTConfig(output_dir=str(tmp_path / "out"), max_length=512, **SETTINGS)
    data = load(released(tmp_path / "release", "parquet", {"train": made}))
    trained(trl.SFTTrainer(model, settings, train_dataset=data, processing_class=tokenizer))


@pytest.mark.parametrize(
    ("key", "make"),
    [("preference", material.edited), ("preference", material.pair), ("parquet", material.pair)],
    ids=["edits", "pairs", "parquet"],
)
def test_preferences(key: str, make: Any, model: Any, tokenizer: Any, tmp_path: Path) -> None:
    folder = released(tmp_path / "release", key, {"train": [make(number) for number in range(material.SIZE)]})
    settings = trl.DPOConfig(output_dir=str(tmp_path / "out"), max_length=256, **SETTINGS)
    trained(trl.DPOTrainer(model, args=settings, train_dataset=load(folder), processing_class=tokenizer))


def test_good_and_bad_answers(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    folder = released(tmp_path / "release", "kto", material.examples("kto"))
    settings = trl.KTOConfig(output_dir=str(tmp_path / "out"), max_length=256, **SETTINGS)
    data = load(folder)
    assert set(data["label"]) == {True, False}
    trained(trl.KTOTrainer(model, args=settings, train_dataset=data, processing_class=tokenizer))
