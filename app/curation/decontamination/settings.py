"""What a recipe says about benchmarks."""

from pydantic import BaseModel, ConfigDict, Field

from app.curation.decontamination.weights import GRAM


class Decontamination(BaseModel):
    """Which checks are made and how much must agree. The defaults were measured on known contaminations."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    exact: bool = Field(True, title="Whole questions", description="A turn is a benchmark's question, or holds it.")
    overlaps: bool = Field(True, title="Shared word sequences", description="Question and sample share long sequences.")
    paraphrases: bool = Field(True, title="Paraphrases", description="Likely rephrasings, for a person to judge.")
    words: int = Field(
        13, ge=GRAM, le=50, title="Words in a row", description="One such sequence makes an overlap (GPT-3: 13)."
    )
    min_share: float = Field(
        0.3, ge=0, le=1, title="Least share of the question", description="In such sequences; less is only suspect."
    )
    min_coverage: float = Field(
        0.5, ge=0, le=1, title="Share in sequences of 8", description="More than this is an overlap too (Tülu 3)."
    )
    max_documents: int = Field(
        10, ge=1, title="Most samples", description="Sequences in more samples are common knowledge (GPT-3: 10)."
    )
    min_similarity: float = Field(
        0.2, ge=0, le=1, title="Least similarity", description="From which a sample is suspected to be a paraphrase."
    )
    most_suspects: int = Field(
        10, ge=1, title="Most suspects", description="Of one item: a person judges the likeliest of them."
    )
    max_items: float = Field(
        0.02, ge=0, le=1, title="Contaminated from", description="The share of a benchmark's items found (Tülu 3: 2 %)."
    )
