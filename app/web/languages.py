"""Languages by their codes, in English."""

_NAMES = """
ar Arabic|bg Bulgarian|bn Bengali|ca Catalan|cs Czech|da Danish|de German|el Greek|en English|eo Esperanto|es Spanish
et Estonian|eu Basque|fa Persian|fi Finnish|fr French|ga Irish|gl Galician|gu Gujarati|he Hebrew|hi Hindi|hr Croatian
hu Hungarian|hy Armenian|id Indonesian|is Icelandic|it Italian|ja Japanese|ka Georgian|kk Kazakh|km Khmer|kn Kannada
ko Korean|la Latin|lt Lithuanian|lv Latvian|mk Macedonian|ml Malayalam|mn Mongolian|mr Marathi|ms Malay|my Burmese
ne Nepali|nl Dutch|nn Norwegian (Nynorsk)|no Norwegian|pa Punjabi|pl Polish|ps Pashto|pt Portuguese|ro Romanian
ru Russian|sh Serbo-Croatian|si Sinhala|sk Slovak|sl Slovenian|sq Albanian|sr Serbian|sv Swedish|sw Swahili|ta Tamil
te Telugu|th Thai|tl Tagalog|tr Turkish|uk Ukrainian|ur Urdu|uz Uzbek|vi Vietnamese|zh Chinese
"""
NAMES = dict(one.split(" ", 1) for one in _NAMES.strip().replace("\n", "|").split("|"))


def language(code: str) -> str:
    """The name where it is known, else the code; a text without a language is too short to tell, or mixed."""
    return NAMES.get(code, code) if code else "not certain"
