"""Mismatch: answers in another language than the question, where no other language was asked for."""

import re
from collections import Counter
from unicodedata import name

import numpy as np

from app.curation.batch import Array, Batch, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter
from app.curation.languages import LANGUAGES, identify

MISMATCH = Measure("language_mismatch", "The answer is in another language than the question", kind="flag")

_ASKS_FOR_ANOTHER = re.compile(
    r"translat|translit|language|bilingual|tradu[czi]|traduit|übersetz|vertal|oversæt|översätt|перевед|перевод|翻译|翻譯|译成|訳"
    r"|번역|ترجم|अनुवाद|dịch|çevir|terjemah|tłumacz|přelož"
    r"|\b(?:english|french|spanish|german|italian|portuguese|dutch|russian|chinese|mandarin|japanese|korean|arabic|hindi|"
    r"latin|greek|hebrew|turkish|polish|swedish|danish|norwegian|finnish|czech|hungarian|romanian|vietnamese|thai|"
    r"indonesian|malay|ukrainian|bengali|urdu|persian|farsi|swahili|tamil|gaelic|welsh|irish|esperanto|yiddish|filipino|tagalog)\b"
    r"|英语|英文|中文|汉语|法语|日语|德语|西班牙|俄语|韩语|拉丁|粤语|文言|英語|フランス語|中国語|日本語"
    r"|\b(?:inglés|español|francés|alemán|anglais|français|allemand|espagnol|englisch|deutsch|französisch|spanisch|inglese|"
    r"inglês|английск|русск|немецк|французск)",
    re.IGNORECASE,
)
_CODE = re.compile(r"[{}<>;]|\w\(|```|^\s{2,}\w", re.MULTILINE)
LOOK = 600
"""Characters looked at where the first words differ."""
LONG = 80
"""Characters that an answer in the same script must have: lists of names and terms have no language."""
SURE, PART = 0.85, 0.5
"""Confidence needed in each language, and in that of a part of the prompt."""
LETTERS = 8
"""Letters that an answer in another script must have: fewer are a name."""
STRAY = 5
"""Letters of the answer's script that the prompt may hold."""
NEIGHBOURS = (
    {"zh", "yue", "wuu", "ja"},
    {"no", "nn", "da", "sv"},
    {"sr", "hr", "bs", "sh", "sl", "mk", "bg"},
    {"es", "gl", "ca", "pt", "ast", "an", "it", "oc", "eo", "la"},
    {"id", "ms", "jv", "min", "su"},
    {"ru", "uk", "be"},
    {"hi", "mr", "ne", "bh", "mai"},
    {"cs", "sk"},
    {"nl", "af", "li", "fy", "de", "als", "nds"},
    {"fa", "ar", "ur", "arz", "pnb", "ckb"},
)
"""Languages so alike that a guess between them proves nothing."""


class Mismatch(Filter):
    """Whether question and answer are in different languages. Translations, code and close relatives are left alone."""

    max_language_mismatch: Bound = at_most(0, MISMATCH, "answer_in_another_language")

    def measure(self, batch: Batch) -> dict[str, Array]:
        asked, said = batch.prompt_languages, batch.reply_languages
        differs = ~np.isnan(asked) & ~np.isnan(said) & (asked != said) & ~batch.is_text
        found = np.zeros(len(batch))
        for row in np.flatnonzero(differs).tolist():
            pair = LANGUAGES[int(asked[row])], LANGUAGES[int(said[row])]
            found[row] = _is_mismatch(pair, batch.prompts[row], batch.replies[row])
        return {"language_mismatch": where(~batch.is_text, found)}


def _is_mismatch(pair: tuple[str, str], prompt: str, reply: str) -> bool:
    """Another script decides alone; in the same one, a longer look must confirm both languages, and no part of the
    prompt may be in the reply's.
    """
    if any(pair[0] in close and pair[1] in close for close in NEIGHBOURS) or _ASKS_FOR_ANOTHER.search(prompt):
        return False
    if _CODE.search(reply[:LOOK]):
        return False
    asked, said = _scripts(prompt), _scripts(reply)
    if asked and said.total() >= LETTERS and asked.most_common(1)[0][0] != (script := said.most_common(1)[0][0]):
        return asked[script] <= STRAY and 4 * said[script] > 3 * said.total()
    if not (len(reply) >= LONG and _is_in(prompt, pair[0]) and _is_in(reply, pair[1])):
        return False
    return not any(_is_in(part, pair[1], PART) for part in [*prompt.splitlines(), prompt[len(prompt) // 2 :]])


def _scripts(text: str) -> Counter[str]:
    """Letters by script: LATIN, CJK, CYRILLIC, ARABIC ..."""
    some = (character for character in text[:LOOK] if character.isalpha())
    return Counter(
        name(character, "?").split()[0].replace("HIRAGANA", "CJK").replace("KATAKANA", "CJK") for character in some
    )


def _is_in(text: str, language: str, sure: float = SURE) -> bool:
    """Whether a text is surely in the language; one too short to tell is not."""
    found = identify(text, LOOK)
    return found.confidence >= sure and LANGUAGES[int(found.label)] == language
