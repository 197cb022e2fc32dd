"""Markdown: every block exactly as it is written."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.documents.formats.markdown import blocks
from tests.curation.documents.read_made import SHARED, facts, read, refusal, said

TEXT = """---
title: "A page"
lang: en
tags: [a, b]
---
<!-- a comment -->
# Head `one` #

Under
line
----

Some *text*,
as written[^1].

* one
  1. two

* three

> quoted
> more

| a | b |
|:--|--:|
| 1 | 2 |

```rust
{{#include main.rs}}
```

{{#include ../intro.md}}

$$
x^2
$$

<div>kept</div>

<!-- gone
still gone -->

[^1]: A note.

[link]: https://example.com
"""


def test_blocks_are_as_they_are_written(tmp_path: Path) -> None:
    made = read(tmp_path, "a.md", TEXT)
    assert (facts(made).title, facts(made).language, facts(made).metadata) == ("A page", "en", {"tags": "[a, b]"})
    assert said(made) == [
        ("heading1", "Head `one`"),
        ("heading2", "Under\nline"),
        ("paragraph", "Some *text*,\nas written[^1]."),
        ("list", "* one\n  1. two\n\n* three"),
        ("quote", "> quoted\n> more"),
        ("table", "| a | b |\n|:--|--:|\n| 1 | 2 |"),
        ("code", "```rust\n{{#include main.rs}}\n```"),
        ("paragraph", "{{#include ../intro.md}}"),
        ("formula", "$$\nx^2\n$$"),
        ("paragraph", "<div>kept</div>"),
        ("footnote", "[^1]: A note."),
        ("furniture", "[link]: https://example.com"),
    ]


def test_without_front_matter_the_first_heading_is_the_title(tmp_path: Path) -> None:
    assert facts(read(tmp_path, "a.md", "---\n\n## Chapter\r\n\r\ntext")).title == "Chapter"


@pytest.mark.parametrize("content", ["", "<!-- only -->", "---\ntitle: x\n---\n"])
def test_nothing_is_refused_as_empty(tmp_path: Path, content: str) -> None:
    assert refusal(tmp_path, "a.md", content) == "empty"


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ab#*>-`|[]:^$=<! \n\n\t"), max_size=80))
def test_every_block_stands_in_the_source(text: str) -> None:
    for block in blocks(text):
        assert block.text in text
        assert block.text.strip()


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data")
def test_real_chapters() -> None:
    for file in sorted((SHARED / "docs_tech/rust_book_src").glob("ch0*.md"))[:8]:
        text = file.read_text()
        found = list(blocks(text))
        assert all(block.text in text for block in found)
        assert sum(len(block.text) for block in found) > 0.9 * len(text.replace("\n\n", "\n"))
