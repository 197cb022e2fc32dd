"""Instructions to language models hidden in texts that are to be material: a passage that says "ignore previous instructions".

A passage is data, wherever it is used: what is found here is counted and shown, never obeyed. Patterns of seventeen languages,
marks of chat templates, and characters that nobody sees.
"""

import re
from collections.abc import Iterator

from app.curation.cues import Cue

_BEFORE = r"(?:previous|prior|preceding|earlier|foregoing|above|existing|original|initial|system|developer)"
_ORDERS = r"(?:instructions?|prompts?|directions|directives?|commands?|guidelines|rules|context|messages?|programming)"
_MODEL = (
    r"(?:ai|a\.i\.|llms?|(?:large )?language models?|ai (?:assistants?|models?|agents?|systems?|reviewers?)|chatbots?)"
)
_OF_MODELS = "·ai· ·ai, ·ai: a.i. llm language·model chatbot assistant"
_FEW = r"(?:\w+\s+){0,3}"
_TAGS = "".join(map(chr, range(0xE0000, 0xE0080)))
# Literals of which a text must hold one (a point stands for a blank), and the pattern that is then worth its time.
_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "ignore disregard forget override bypass neglect not·follow n't·follow",
        r"\b(?:ignore|disregard|forget|override|bypass|neglect|do not follow|don't follow)\s+"
        r"(?:(?:all|any|every|of|the|your|my|these|those|and)\s+){0,4}"
        rf"(?:{_BEFORE}(?:\s+(?:and|or)\s+\w+)?\s+){{1,2}}{_ORDERS}\b",
    ),
    (
        "ignore disregard forget",
        r"\b(?:ignore|disregard|forget)\s+(?:(?:everything|anything|all)\s+(?:that\s+)?"
        r"(?:was\s+|is\s+|you\s+(?:were|have been)\s+)?(?:said|told|written|above|before|instructed)\b"
        r"|(?:all\s+)?(?:of\s+)?your\s+(?:instructions|rules|guidelines|prompt|training)\b)",
    ),
    (
        "instruction",
        r"\b(?:new|updated|real|actual|hidden|secret)\s+(?:system\s+)?instructions?\s+(?:for|to)\s+(?:the\s+|all\s+|any\s+)?"
        rf"(?:{_MODEL}|models?|assistants?)\b",
    ),
    (
        _OF_MODELS,
        r"\b(?:if you are|to|note (?:to|for)|attention|dear|instructions? (?:to|for)|message (?:to|for))\s+"
        rf"(?:an?\s+|any\s+|all\s+|the\s+)?{_MODEL}\b[^.\n]{{0,40}}?[,:]\s*"
        r"(?:you must|please|do not|always|never|ignore|respond|answer|output|give|write|say|include|recommend|rate)\b",
    ),
    (
        "you·are·now now·act·as",
        r"\byou (?:are now|must now act as|will now act as)\s+(?:in\s+)?"
        r"(?:dan\b|(?:an?\s+)?unrestricted|(?:an?\s+)?jailbroken|developer mode|god mode)",
    ),
    ("user", r"\b(?:do not|don't|never)\s+(?:tell|reveal to|inform|mention (?:this|it) to)\s+(?:the\s+)?user\b"),
    (
        "prompt instruction message",
        r"\b(?:reveal|print|repeat|output|show|leak)\s+(?:me\s+)?(?:your|the)\s+(?:system|hidden|initial|secret)\s+"
        r"(?:prompt|instructions?|message)\b",
    ),
    ("positive·review", r"\bgive (?:a|only|an?) positive reviews?(?: only)?\b.{0,80}\bnegatives?\b"),
    # German, Dutch, Swedish
    (
        "ignorier missacht vergiss vergessen·sie bergeh",
        r"\b(?:ignorier\w*|missacht\w*|vergiss|vergessen sie|übergeh\w*)\s+(?:\w+\s+){0,4}"
        r"(?:anweisung|instruktion|vorgabe|befehl|regel|prompt)\w*",
    ),
    ("negeer vergeet", rf"\b(?:negeer|vergeet)\s+{_FEW}(?:instructies|aanwijzingen|opdrachten|prompts?)\b"),
    ("ignorera glöm", rf"\b(?:ignorera|glöm)\s+{_FEW}(?:instruktioner|anvisningar)\w*"),
    # French, Spanish, Portuguese, Italian
    (
        "ignor oubli pas·compte",
        rf"\b(?:ignor(?:e|ez|er)|oubli(?:e|ez|er)|ne (?:tiens|tenez) pas compte)\s+{_FEW}"
        r"(?:instructions|consignes|directives|ordres)\b",
    ),
    (
        "ignor olvid omit omiso",
        rf"\b(?:ignor[ae]|ignoren|olvid[ae]|olviden|haz caso omiso de|omit[ae])\s+{_FEW}"
        r"(?:instrucciones|indicaciones|órdenes|directrices)\b",
    ),
    (
        "ignor esque desconsidere",
        rf"\b(?:ignor[ea]|ignorem|esqueça|esquece|desconsidere)\s+{_FEW}(?:instruções|orientações|ordens|diretrizes)\b",
    ),
    (
        "ignor dimentica trascura",
        rf"\b(?:ignora|ignorate|dimentica|dimenticate|trascura)\s+{_FEW}(?:istruzioni|indicazioni|direttive|ordini)\b",
    ),
    # Russian, Polish, Turkish
    (
        "нструкци указани команд правил",
        rf"\b(?:игнориру\w*|проигнорируй\w*|забудь\w*|не обращай\w* внимания на)\s+{_FEW}(?:инструкци|указани|команд|правил)\w*",
    ),
    ("ignoruj zapomnij pomi", rf"\b(?:zignoruj|ignoruj|zapomnij o|pomiń)\s+{_FEW}(?:instrukcj|polece|wytyczn)\w*"),
    (
        "talimat nerge komut",
        r"\b(?:önceki|yukarıdaki|tüm)\s+(?:\w+\s+){0,2}(?:talimat|yönerge|komut)\w*\s+(?:\w+\s+){0,2}"
        r"(?:yok say|unut|görmezden gel|dikkate alma)\w*",
    ),
    # Chinese, Japanese, Korean, Arabic, Hindi
    (
        "忽略 无视 無視 忘记 忘記 不要理会",
        r"(?:忽略|无视|無視|忘记|忘記|不要理会)[^。\n]{0,12}(?:指令|指示|说明|說明|提示|规则|命令)",
    ),
    (
        "無視 忘れ",
        r"(?:以前|前|上記|これまで|すべて|全て)の?[^。\n]{0,10}(?:指示|命令|プロンプト|ルール)を?[^。\n]{0,6}(?:無視|忘れ)",
    ),
    ("무시 잊", r"(?:이전|위의|앞의|모든)[^.\n]{0,12}(?:지시|명령|지침|프롬프트)[^.\n]{0,6}(?:무시|잊)"),
    ("تجاهل انس", rf"(?:تجاهل|انس|تجاهلوا)\s+{_FEW}(?:التعليمات|الأوامر|الإرشادات|تعليمات|أوامر)"),
    (
        "निर्देश आदेश",
        r"(?:पिछले|पिछली|उपरोक्त|सभी)\s+(?:\S+\s+){0,3}(?:निर्देश|आदेश)\S*\s+(?:\S+\s+){0,2}(?:अनदेखा|नज़रअंदाज़|भूल)",
    ),
    # Marks of chat templates, and what is not to be seen (a flag is made of such characters, too)
    ("<| inst] sys>>", r"<\|(?:im_start|system|start_header_id)\|?>|\[/?INST\]|<</?SYS>>"),
    ("system new·instruction", r"^#{2,}\s*(?:system|new instructions?)\s*:|<system_prompt>"),
    (" ".join(_TAGS), r"(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]{2,}"),
    ("\u200b \u200c \u200d \u2060 \ufeff", r"[\u200b\u200c\u200d\u2060\ufeff]{6,}"),
)
_KNOWN = [
    ([one.replace("·", " ") for one in literals.split(" ")], re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for literals, pattern in _PATTERNS
]
SIGNS = Cue(*{literal for literals, _ in _KNOWN for literal in literals})
"""Without one of these nothing is found."""


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where a text speaks to a model instead of to its reader, in order; what several patterns find is told once."""
    plain = text.replace("’", "'")
    folded = plain.lower()
    found = sorted(
        match.span()
        for literals, pattern in _KNOWN
        if any(literal in folded for literal in literals)
        for match in pattern.finditer(plain)
    )
    last = -1
    for start, end in found:
        if start >= last:
            yield start, end
        last = max(last, end)
