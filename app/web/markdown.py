"""Markdown to HTML without links, images or other people's tags: addresses are words to be judged like all others."""

from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from app.web.highlighting import highlighted

BLOCKS = frozenset({"p", "h3", "h4", "h5", "h6", "li", "blockquote", "th", "td"})
"""Each has a direction of its own: a paragraph or list item in Arabic may stand between others in English."""
TAGS: dict[str, set[str]] = {
    **{tag: set() for tag in ("br", "hr", "em", "strong", "s", "ul", "code", "table", "thead", "tbody", "tr")},
    **{tag: {"dir"} for tag in BLOCKS},
    "ol": {"start"},
    "li": {"value", "dir"},
    "pre": {"tabindex"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "span": {"class"},
}
"""All that may come out, each with its attributes; none of them holds a word of the sample."""

Env = MutableMapping[str, Any]


def as_html(text: str) -> str:
    """CommonMark with tables and strike-through. Line ends are kept; headings continue those of the page from h3 on."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.nesting == 1 and token.tag in BLOCKS:
            token.attrSet("dir", "auto")
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {"highest": min(levels, default=1)}))


class _Renderer(RendererHTML):
    """Everything that Markdown would hide in an attribute is written out."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        token = tokens[idx]
        alt = self.renderInlineAsText(token.children, options, env) if token.children else ""
        return f'<span class="image">{escapeHtml(alt)} {_address(token, "src")}</span>'

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        env.setdefault("links", []).append(tokens[idx])
        return '<span class="link">'

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        opened: Token = env["links"].pop()
        return "</span>" if opened.markup == "autolink" else f"</span> {_address(opened, 'href')}"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        token = tokens[idx]
        language = f'<span class="language">{escapeHtml(token.info)}</span>' if token.info.strip() else ""
        return f'<div class="code-block">{language}{_code(token, token.info)}</div>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        return f'<div class="code-block">{_code(tokens[idx])}</div>\n'

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        return "</table></div>\n"

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        number = tokens[idx].info
        return f'<li value="{number}" dir="auto">' if number.isdecimal() else '<li dir="auto">'

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        return f'<{_below(tokens[idx], env)} dir="auto">'

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        return f"</{_below(tokens[idx], env)}>\n"


def _code(token: Token, language: str = "") -> str:
    return f'<pre tabindex="0"><code>{highlighted(token.content, language)}</code></pre>'


def _address(token: Token, name: str) -> str:
    title = token.attrGet("title")
    address = str(token.attrGet(name) or "") + (f' "{title}"' if title else "")
    return f'<span class="address">{escapeHtml(address)}</span>'


def _below(heading: Token, env: Env) -> str:
    return f"h{min(int(heading.tag[1]) - env['highest'] + 3, 6)}"


def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 50}, renderer_cls=_Renderer)
    # References and entities would make words vanish or change.
    made.enable(["table", "strikethrough"]).disable(["reference", "entity"])
    made.normalizeLink = lambda url: url  # type: ignore[method-assign]
    made.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    return made


_MARKDOWN = _markdown()
