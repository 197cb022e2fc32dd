"""FAQ pages and tables: each pair a sample, the rest of the page as text, every row accounted for."""

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.documents.document import BlockKind, Element, Exchange, Facts
from app.curation.documents.elements import elements as in_a_child
from app.curation.documents.format import Unreadable, format_of, known
from app.curation.documents.html_markdown import markdown_of_html
from app.curation.readers import read as records
from app.curation.sample import Sample, content_hash
from tests.curation.documents.reading import DATA, asked_and_answered, blocks, exchanges, faults, read, words


def page(folder: Path, body: str, head: str = "<title>FAQ</title>") -> list[Element]:
    path = folder / "faq.html"
    path.write_text(f"<!doctype html><html lang='en-GB'><head>{head}</head><body>{body}</body></html>", "utf-8")
    return read("faq_html", path)


def lines(folder: Path, text: str) -> list[Element]:
    path = folder / "faq.md"
    path.write_text(text, "utf-8")
    return read("faq_markdown", path)


PAIRS = [("How do I pay?", "By **card**.\n\n- Visa\n- Other"), ("When?", "Now."), ("Is it [safe]?", "Yes,\nit is.")]
CARD = "<p>By <b>card</b>.</p><ul><li>Visa</li><li>Other</li></ul>"
SAFE = "Yes,<br>it is."


@pytest.mark.parametrize(
    "body",
    [
        f"<details><summary>How do I pay?</summary>{CARD}</details><details><summary>When?</summary>Now.</details>"
        f"<details><summary>Is it [safe]?</summary>{SAFE}</details>",
        f"<dl><dt>How do I pay?</dt><dd>{CARD}</dd><dt>When?</dt><dd>Now.</dd><dt>Is it [safe]?</dt><dd>{SAFE}</dd></dl>",
        f"<h3>How do I pay?</h3>{CARD}<h3>When?</h3>Now.<h3>Is it [safe]?</h3><p>{SAFE}</p>",
        f"<div class=x><h3><a href='#1'>1. How do I pay?</a></h3></div><div>{CARD}</div><div class=x><h3>2) When?</h3></div><div>Now.</div>"
        f"<div class=x><h3>Q: Is it [safe]?</h3></div><div>A: {SAFE}</div>",
        f"<p><strong>How do I pay?</strong></p>{CARD}<p><strong>When?</strong><br>Now.</p><p><b>Is it [safe]?</b> {SAFE}</p>",
        f"<div><h2><button aria-controls='a'>How do I pay?</button></h2><div id='a'>{CARD}</div></div>"
        f"<div><h2><button data-bs-target='#b'>When?</button></h2><div id='b'><div>Now.</div></div></div>"
        f"<div><h2><button aria-controls='c'>Is it [safe]?</button></h2><div id='c'>{SAFE}</div></div>",
        f"<div class='faq-question'>How do I pay?</div><div class='faq-answer'>{CARD}</div><div class='faq-question'>When?</div>"
        f"<div class='faq-answer'>Now.</div><div class='faq-question'>Is it [safe]?</div><div class='faq-answer'>{SAFE}</div>",
        f"<table><tr><td>How do I pay?</td><td>{CARD}</td></tr><tr><td>When?</td><td>Now.</td></tr><tr><td>Is it [safe]?</td><td>{SAFE}</td></tr></table>",
        f"<div class='accordion-section-title' data-tab='#t1'>How do I pay?</div><div id='t1'>{CARD}</div><div class='accordion-section-title'"
        f" data-tab='#t2'>When?</div><div id='t2'>Now.</div><div class='accordion-section-title' data-tab='#t3'>Is it [safe]?</div><div id='t3'>{SAFE}</div>",
        f"<div>How do I pay?</div><div>{CARD}</div><div>When?</div><div>Now.</div><p>Is it [safe]?</p><p>{SAFE}</p>",
        f"<section><h2>How do I pay?<a href='#x'>¶</a></h2>{CARD}</section><section><h2>When?<a class='headerlink' href='#y'>#</a></h2>Now.</section>"
        f"<section><h2>Is it [safe]?<a href='#z'></a></h2><p>{SAFE}</p></section>",
        "".join(
            "<div itemscope itemtype='https://schema.org/Question'><h3 itemprop='name'>{}</h3><div itemscope itemprop='acceptedAnswer'"
            " itemtype='https://schema.org/Answer'><div itemprop='text'>{}</div></div></div>".format(*pair)
            for pair in [("How do I pay?", CARD), ("When?", "Now."), ("Is it [safe]?", SAFE)]
        ),
    ],
    ids=["details", "dl", "headings", "wrapped", "bold", "buttons", "classes", "table", "tabs", "plain", "permalinks", "microdata"],
)  # fmt: skip
def test_pairs_of_a_page(tmp_path: Path, body: str) -> None:
    elements = page(tmp_path, f"<nav>Home</nav><p>Intro words.</p>{body}<footer>Imprint</footer>")
    assert [asked_and_answered(exchange) for exchange in exchanges(elements)] == PAIRS
    assert not faults(elements)
    assert [block.text for block in blocks(elements)] == ["Intro words."]
    assert elements[0] == Facts("FAQ", "en")


def test_pairs_that_a_page_only_declares(tmp_path: Path) -> None:
    declared = {"@graph": [{"@type": "FAQPage", "mainEntity": [
        {"@type": "Question", "name": "Is it safe?", "acceptedAnswer": {"@type": "Answer", "text": "<p>Yes, it <b>is</b> very safe &amp; sound.</p>"}},
        {"@type": ["Question"], "name": "How much?", "suggestedAnswer": [{"text": "Ten."}]},
        {"@type": "Question", "name": "Empty?", "acceptedAnswer": {"text": " "}},
    ]}]}  # fmt: skip
    head = f"<script type='application/ld+json'>{json.dumps(declared)}</script><script type='application/ld+json'>{{broken</script>"
    body = "<div><span>Is it safe?</span><div>Yes, it <b>is</b> very safe &amp; sound.</div><p>Other words.</p></div>"
    elements = page(tmp_path, body, head)
    assert [asked_and_answered(exchange) for exchange in exchanges(elements)] == [
        ("Is it safe?", "Yes, it **is** very safe & sound."),
        ("How much?", "Ten."),
    ]
    assert [fault.code for fault in faults(elements)] == ["empty_answer"]
    assert [block.text for block in blocks(elements)] == ["Other words."]


def test_what_is_declared_and_shown_is_one_pair(tmp_path: Path) -> None:
    head = """<script type="application/ld+json">{"@type": "FAQPage", "mainEntity": {"@type": "Question", "name": "Why?",
        "acceptedAnswer": {"text": "So\n it is."}}}</script>"""
    elements = page(tmp_path, "<h2>Why?</h2><p>So it is, <i>really</i>.</p>", head)
    assert [asked_and_answered(exchange) for exchange in exchanges(elements)] == [("Why?", "So it is, *really*.")]


def test_headings_above_and_empty_answers(tmp_path: Path) -> None:
    elements = page(
        tmp_path,
        "<h1>Help</h1><h2>Paying</h2><h3>How?</h3><p>So.</p><h3>Why?</h3><h2>Going</h2><p>Text</p><h3>Where?</h3>There.",
    )
    assert [(exchange.heading, *asked_and_answered(exchange)) for exchange in exchanges(elements)] == [
        (("Help", "Paying"), "How?", "So."),
        (("Help", "Going"), "Where?", "There."),
    ]
    assert [fault.excerpt for fault in faults(elements)] == ["Why?"]
    assert [block.text for block in blocks(elements) if block.kind is BlockKind.HEADING] == ["Help", "Paying", "Going"]


THREE = "".join(f"<h2>Is it {n}?</h2><p>Yes {n}.</p>" for n in range(3))


@pytest.mark.parametrize(
    ("html", "claimed"),
    [
        (f"<title>X</title>{THREE}", True),
        (f"<title>X</title>{THREE}" + "<h2>Part</h2>" * 4, False),
        (f"<title>Help &amp; FAQs</title>{THREE}" + "<h2>Part</h2>" * 4, True),
        ("<title>X</title>" + "<details><summary>Is it?</summary>Yes</details>" * 3, True),
        ("<title>X</title><details><summary>Is it?</summary>Yes</details>", False),
        ("<title>Häufige Fragen</title>" + "".join(f"<p><b>Ist es {n}?</b></p><p>Ja</p>" for n in range(3)), True),
        ("<title>News</title>" + "".join(f"<p><b>Is it {n}?</b></p><p>Yes</p>" for n in range(3)), False),
        ("<title>FAQ</title>" + "".join(f"<div>Is it {n}?</div><div>Yes</div>" for n in range(3)), True),
        ('<script type="application/ld+json">{"@type": "FAQPage"}</script>', True),
        ('<div itemtype="http://schema.org/FAQPage">', True),
        ('<script>var x = "FAQPage"</script>', False),
        ("<style>h2 {}</style><!-- <h2>Is it?</h2><h2>Is it?</h2><h2>Is it?</h2> -->", False),
        ("", False),
    ],
)
def test_only_real_faq_pages_are_claimed(html: str, claimed: bool) -> None:
    assert known()["faq_html"].claims(html.encode(), "a.html") is claimed


MARKDOWN = """---
title: My FAQ
lang: en
---
# FAQ

Intro words.

## Installing

### How do I install it?

Use `pip`:

```
# is this a heading?
pip install x
```

#### A note

Below.

### Why *that*?
Because.

---

## Other

**1. Is it free?**

Yes.

**Q: What about
more lines?**

**A:** Fine.

Q: And what of
this one?
A: Sure.
And more.

<details><summary>Hidden?</summary>

Inside.

</details>

Underlined?
-----------
Fine.

### Empty?
"""


def test_pairs_of_markdown(tmp_path: Path) -> None:
    elements = lines(tmp_path, MARKDOWN)
    assert elements[0] == Facts("My FAQ", "en", metadata={"title": "My FAQ", "lang": "en"})
    assert [(exchange.heading, *asked_and_answered(exchange)) for exchange in exchanges(elements)] == [
        (("FAQ", "Installing"), "How do I install it?", "Use `pip`:\n\n```\n# is this a heading?\npip install x\n```\n\n#### A note\n\nBelow."),
        (("FAQ", "Installing"), "Why that?", "Because."),
        (("FAQ", "Other"), "Is it free?", "Yes."),
        (("FAQ", "Other"), "What about\nmore lines?", "Fine."),
        (("FAQ", "Other"), "And what of\nthis one?", "Sure.\nAnd more."),
        (("FAQ", "Other"), "Hidden?", "Inside."),
        (("FAQ",), "Underlined?", "Fine."),
    ]  # fmt: skip
    assert [fault.excerpt for fault in faults(elements)] == ["Empty?"]
    assert [block.text for block in blocks(elements)] == ["FAQ", "Intro words.", "Installing", "Other"]


def test_a_question_above_questions_is_their_heading(tmp_path: Path) -> None:
    elements = lines(tmp_path, "## Questions?\n\n### How?\nSo.\n### Why?\nBecause.")
    assert [exchange.heading for exchange in exchanges(elements)] == [("Questions?",), ("Questions?",)]
    assert not faults(elements)


@pytest.mark.parametrize(
    ("name", "text", "claimed"),
    [
        ("a.md", "## How?\nx\n## Why?\nx\n## When?\nx", True),
        ("a.md", "## How?\nx\n## Why?\nx\n## When?\nx\n" + "## Part\n" * 4, False),
        ("a.md", "# F.A.Q.\n## How?\nx\n## Why?\nx\n## When?\nx\n" + "## Part\n" * 4, True),
        ("faq.md", "## How?\nx\n## Why?\nx\n## When?\nx\n" + "## Part\n" * 4, True),
        ("a.md", "**How?**\nx\n\n**Why?**\nx\n\n**When?**\nx", True),
        ("a.md", "```\n## How?\n## Why?\n## When?\n```", False),
        ("a.md", "# Title\nHow? Why?\nWhen?\n", False),
        ("a.txt", "## How?\nx\n## Why?\nx\n## When?\nx", False),
        ("a.txt", "Q: How?\nA: x\n\nQ: Why?\nA: x\n\nQ. When?\nA. x", True),
        ("a.txt", "Question: How?\nAnswer: x\nQuestion: Why?\nAnswer: x\nQuestion: When?\nAnswer: x", True),
        ("a.txt", "Q: How?\nA: x", False),
        ("a.txt", "", False),
    ],
)
def test_only_real_faqs_in_markdown_are_claimed(name: str, text: str, claimed: bool) -> None:
    assert known()["faq_markdown"].claims(text.encode(), name) is claimed
    assert (format_of(name, text.encode()) == "faq_markdown") is claimed


def test_labelled_pairs_in_plain_text(tmp_path: Path) -> None:
    elements = lines(tmp_path, "Intro\n\nQ1: How?\nA1: So.\n\nAnd so.\n\nQ2. Why?\nA2. Because.\n\nQ: When?\n\nA: Now")
    pairs = [asked_and_answered(exchange) for exchange in exchanges(elements)]
    assert pairs == [("How?", "So.\n\nAnd so."), ("Why?", "Because."), ("When?", "Now")]


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("One<br>two<p>three</p>four", "One\ntwo\n\nthree\n\nfour"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n   - b\n2. c"),
        ("<table><tr><th>a</th><th>b|c</th></tr><tr><td>1</td></tr></table>", "| a | b\\|c |\n| --- | --- |\n| 1 |  |"),
        ("<table><tr><td>only</td></tr></table>", "only"),
        ("<pre>x\n  y</pre>", "```\nx\n  y\n```"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("a <b> bold </b><i></i> <a href='javascript:x()'>link</a><script>x()</script>.", "a **bold** link."),
        ("<a href='https://a.b'>https://a.b</a> &amp; &lt;p&gt;", "https://a.b & <p>"),
        ("<h2>Part <i>two</i></h2>text", "## Part *two*\n\ntext"),
        ("<p>unclosed <b>bold", "unclosed **bold**"),
        ("", ""),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert markdown_of_html(html) == markdown


html_words = st.text("ab ?<>&/é\n", max_size=10)
parts = st.lists(
    st.tuples(st.sampled_from(["h2", "p", "details", "summary", "b", "dt", "dd", "li", "td", "div"]), html_words),
    max_size=12,
)


@given(parts)
def test_no_word_of_a_page_is_lost(tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, str]]) -> None:
    told = [(tag, "".join(c for c in text if c not in "<>&/")) for tag, text in drawn]
    body = "".join(f"<{tag}>{text}</{tag}>" for tag, text in told)
    elements = page(tmp_path_factory.mktemp("faq"), body)
    shown = "".join((words(elements) + " ".join(fault.excerpt for fault in faults(elements))).split())
    assert all(word in shown for _, text in told for word in text.split() if any(c.isalnum() for c in word))


@given(
    st.lists(
        st.sampled_from(
            ["# a", "## b?", "**c?**", "Q: d?", "A: e", "f", "", "---", "```", "- g", "| h |", "<details>", "i?\n==="]
        ),
        max_size=14,
    )
)
def test_no_word_of_markdown_is_lost(tmp_path_factory: pytest.TempPathFactory, drawn: list[str]) -> None:
    elements = lines(tmp_path_factory.mktemp("faq"), "\n".join(drawn))
    shown = words(elements) + " ".join(fault.excerpt for fault in faults(elements))
    assert all(
        letter in shown for letter in "bcdefghi" if any(letter in line and "details" not in line for line in drawn)
    )


@pytest.mark.parametrize("key", ["faq_html", "faq_markdown"])
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, key: str, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(content)
    known()[key].claims(content, path.name)
    with suppress(Unreadable):
        read(key, path)


def test_a_page_without_bottom_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        page(tmp_path, "<div>" * 5000 + THREE)
    assert refused.value.code == "too_deep"


def test_a_page_is_read_in_a_child(tmp_path: Path) -> None:
    page(tmp_path, THREE)
    found = [
        element
        for element in in_a_child("faq_html", tmp_path / "faq.html", "faq.html")
        if isinstance(element, Exchange)
    ]
    assert len(found) == 3


TABLES = [
    ("faq_covid/faq_200327.tsv", {"sample": 879, "copy": 17}),
    ("faq_covid/faq_covidbert.csv", {"sample": 210, "copy": 3}),
    ("faq_medical/icliniqQAs.json", {"sample": 465}),
]


@pytest.mark.skipif(not (DATA / "faq_covid").exists(), reason="needs ../shared/data/faq_covid and faq_medical")
@pytest.mark.parametrize(("file", "counts"), TABLES)
def test_every_row_of_a_real_table_is_a_sample_or_a_copy(file: str, counts: dict[str, int]) -> None:
    seen: set[bytes] = set()
    found: Counter[str] = Counter()
    for item in records(DATA / file):
        if not isinstance(item, Sample):
            found[item.code] += 1
            continue
        key = content_hash(item.form, item.content)
        found["copy" if key in seen else "sample"] += 1
        seen.add(key)
        assert item.content["prompt"].strip()
        assert item.content["response"].strip()
        assert {"answer_html", "link", "lang", "last_update"} <= set(item.metadata) or "context" in item.content
    assert found == counts
