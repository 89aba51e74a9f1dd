"""Abbreviations of languages that the engine otherwise reads as they are written.

espeak-ng takes the point of `z. B.` for the end of a sentence: the speech pauses there, and a cue of captions ends.
"""

from __future__ import annotations

import re

from mien.media.speech.normalization.lexicon import ends_sentence
from mien.media.speech.normalization.rewriting import Rule

_WITHIN: dict[str, dict[str, str]] = {
    "de": {
        "z. B.": "zum Beispiel", "z. T.": "zum Teil", "z. Zt.": "zurzeit", "z. Z.": "zurzeit", "d. h.": "das heißt",
        "u. a.": "unter anderem", "u. U.": "unter Umständen", "i. d. R.": "in der Regel", "o. g.": "oben genannt",
        "s. o.": "siehe oben", "s. u.": "siehe unten", "i. A.": "im Auftrag", "v. a.": "vor allem",
        "m. E.": "meines Erachtens", "n. Chr.": "nach Christus", "v. Chr.": "vor Christus",
        "bzw.": "beziehungsweise", "ca.": "circa", "evtl.": "eventuell", "ggf.": "gegebenenfalls",
        "inkl.": "inklusive", "exkl.": "exklusive", "vgl.": "vergleiche", "bspw.": "beispielsweise",
        "sog.": "sogenannte", "zzgl.": "zuzüglich", "Nr.": "Nummer", "Abb.": "Abbildung", "Kap.": "Kapitel",
        "Bd.": "Band", "Abs.": "Absatz", "Art.": "Artikel", "Tel.": "Telefon", "Dr. med.": "Doktor med",
        "Dr.": "Doktor", "Prof.": "Professor", "Dipl.-Ing.": "Diplomingenieur", "Hr.": "Herr", "Fr.": "Frau",
        "St.": "Sankt", "max.": "maximal", "min.": "minimal", "geb.": "geboren", "gest.": "gestorben", "lt.": "laut",
        "gem.": "gemäß", "insb.": "insbesondere", "mind.": "mindestens", "Mio.": "Millionen", "Mrd.": "Milliarden",
    },
    "fr": {
        "p. ex.": "par exemple", "c.-à-d.": "c'est-à-dire", "M.": "monsieur", "MM.": "messieurs", "Mme.": "madame",
        "Mlle.": "mademoiselle", "Dr.": "docteur", "Pr.": "professeur", "env.": "environ",
        "av. J.-C.": "avant Jésus-Christ", "apr. J.-C.": "après Jésus-Christ", "av.": "avenue", "bd.": "boulevard",
        "cf.": "confer", "éd.": "édition", "chap.": "chapitre", "fig.": "figure", "tél.": "téléphone",
        "max.": "maximum", "min.": "minimum", "vol.": "volume",
    },
    "es": {
        "p. ej.": "por ejemplo", "EE. UU.": "Estados Unidos", "Sr.": "señor", "Sra.": "señora", "Srta.": "señorita",
        "Sres.": "señores", "Dr.": "doctor", "Dra.": "doctora", "D.": "don", "Dña.": "doña", "Ud.": "usted",
        "Uds.": "ustedes", "Vd.": "usted", "pág.": "página", "págs.": "páginas", "núm.": "número",
        "tel.": "teléfono", "aprox.": "aproximadamente", "a. C.": "antes de Cristo", "d. C.": "después de Cristo",
        "avda.": "avenida", "art.": "artículo", "cap.": "capítulo", "vol.": "volumen", "máx.": "máximo",
        "mín.": "mínimo", "prof.": "profesor",
    },
    "it": {
        "ad es.": "ad esempio", "p. es.": "per esempio", "sig.": "signor", "sig.ra": "signora", "dott.": "dottor",
        "dott.ssa": "dottoressa", "prof.": "professor", "ing.": "ingegner", "avv.": "avvocato", "pag.": "pagina",
        "cap.": "capitolo", "tel.": "telefono", "a. C.": "avanti Cristo", "d. C.": "dopo Cristo", "art.": "articolo",
        "max.": "massimo", "min.": "minimo", "ca.": "circa", "cfr.": "confronta",
    },
    "nl": {
        "bijv.": "bijvoorbeeld", "bv.": "bijvoorbeeld", "d.w.z.": "dat wil zeggen", "o.a.": "onder andere",
        "m.a.w.": "met andere woorden", "a.u.b.": "alstublieft", "t.o.v.": "ten opzichte van",
        "i.p.v.": "in plaats van", "m.b.t.": "met betrekking tot", "i.v.m.": "in verband met", "dhr.": "de heer",
        "mevr.": "mevrouw", "dr.": "doctor", "prof.": "professor", "ca.": "circa", "nr.": "nummer",
        "blz.": "bladzijde", "evt.": "eventueel", "incl.": "inclusief", "excl.": "exclusief", "max.": "maximaal",
        "min.": "minimaal", "tel.": "telefoon",
    },
    "pt": {
        "p. ex.": "por exemplo", "Sr.": "senhor", "Sra.": "senhora", "Srta.": "senhorita", "Dr.": "doutor",
        "Dra.": "doutora", "Prof.": "professor", "Profa.": "professora", "pág.": "página", "núm.": "número",
        "tel.": "telefone", "aprox.": "aproximadamente", "a. C.": "antes de Cristo", "d. C.": "depois de Cristo",
        "av.": "avenida", "art.": "artigo", "cap.": "capítulo", "vol.": "volume", "máx.": "máximo", "mín.": "mínimo",
    },
    "pl": {
        "np.": "na przykład", "tzn.": "to znaczy", "tj.": "to jest", "m.in.": "między innymi", "ok.": "około",
        "ul.": "ulica", "prof.": "profesor", "św.": "święty", "godz.": "godzina", "tel.": "telefon",
        "zob.": "zobacz", "tzw.": "tak zwany", "nr.": "numer", "ww.": "wyżej wymieniony",
        "p.n.e.": "przed naszą erą", "n.e.": "naszej ery", "inż.": "inżynier", "mgr.": "magister",
    },
    "ru": {
        "т. е.": "то есть", "т. к.": "так как", "т. н.": "так называемый", "т. о.": "таким образом",
        "в т. ч.": "в том числе", "до н. э.": "до нашей эры", "н. э.": "нашей эры", "напр.": "например",
        "ул.": "улица", "пр.": "проспект", "см.": "смотри", "ср.": "сравни", "стр.": "страница", "рис.": "рисунок",
        "проф.": "профессор", "акад.": "академик", "тел.": "телефон", "гл.": "глава", "г-н.": "господин",
        "г-жа.": "госпожа",
    },
}  # fmt: skip
_AT_END: dict[str, dict[str, str]] = {
    "de": {"usw.": "und so weiter", "u. s. w.": "und so weiter", "etc.": "et cetera", "u. Ä.": "und Ähnliches",
           "u. ä.": "und ähnliches", "o. Ä.": "oder Ähnliches", "o. ä.": "oder ähnliches", "usf.": "und so fort",
           "Str.": "Straße", "Co.": "Co"},
    "fr": {"etc.": "et cetera"},
    "es": {"etc.": "etcétera"},
    "it": {"ecc.": "eccetera", "etc.": "eccetera"},
    "nl": {"enz.": "enzovoort", "e.d.": "en dergelijke", "etc.": "et cetera", "str.": "straat"},
    "pt": {"etc.": "et cetera", "Ltda.": "limitada"},
    "pl": {"itd.": "i tak dalej", "itp.": "i tym podobne", "r.": "roku", "zł.": "złotych"},
    "ru": {"и т. д.": "и так далее", "и т. п.": "и тому подобное", "и др.": "и другие", "и пр.": "и прочее",
           "руб.": "рублей", "коп.": "копеек", "тыс.": "тысяч", "млн.": "миллионов", "млрд.": "миллиардов"},
}  # fmt: skip
"""Abbreviations that often end a sentence: their point does too, where a sentence ends."""

_BEFORE_NUMBERS = frozenset(
    [
        "Abb.",
        "Abs.",
        "Art.",
        "Bd.",
        "Kap.",
        "art.",
        "cap.",
        "chap.",
        "fig.",
        "max.",
        "min.",
        "máx.",
        "mín.",
        "ok.",
        "vol.",
    ]
)
"""Some of these are words too, which may end a sentence."""

_DE_ORDINALS = [
    *["erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt", "acht", "neunt", "zehnt", "elft", "zwölft"],
    *[f"{ones}zehnt" for ones in ("drei", "vier", "fünf", "sech", "sieb", "acht", "neun")],
    "zwanzigst",
    *[f"{ones}undzwanzigst" for ones in ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")],
    "dreißigst",
    "einunddreißigst",
]
_DE_MONTHS = (
    "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jahrhundert|Klasse|Mal|"
    "Stock"
)


def abbreviation_rules(language: str) -> list[Rule]:
    """The rules of a main language, such as `de`; of one without a list, those of initials alone."""
    found = [_rule(short, said, ending=False) for short, said in _longest_first(_WITHIN.get(language, {}))]
    found += [_rule(short, said, ending=True) for short, said in _longest_first(_AT_END.get(language, {}))]
    found.sort(key=lambda rule: -len(rule[0].pattern))  # `и т. д.` before `д.`
    if language == "de":
        found.append((re.compile(rf"(?<![\w.,])([0-9]{{1,2}})\.\s(?=(?:{_DE_MONTHS})\b)"), _german_day))
    if language == "ru":
        found.append((re.compile(r"(?<=[0-9])\s?г\.(?!\w)"), lambda match: " года" + "." * ends_sentence(match)))
        found.append((re.compile(r"(?<![\w.])г\.\s?(?=[А-ЯЁ])"), lambda _: "город "))
    # A. Maier, J. R. R. Tolkien
    found.append((re.compile(r"(?<![\w.])([^\W\d_])\.(?=\s?[^\W\d_])"), _initial))
    return found


def _longest_first(words: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(words.items(), key=lambda pair: -len(pair[0]))


def _rule(short: str, said: str, ending: bool) -> Rule:
    """z.B. is written with and without a space, and with a capital at the start of a sentence."""
    first = f"[{short[0]}{short[0].upper()}]"
    pattern = first + re.escape(short[1:]).replace(r"\ ", r"\s?")

    def say(match: re.Match[str]) -> str:
        words = said[0].upper() + said[1:] if match.group()[0] != short[0] else said
        last = not match.string[match.end() :].strip(" \"'”’»)]")
        return words + ("." if last or (ending and ends_sentence(match)) else "")

    if short in _BEFORE_NUMBERS:  # 5 min. 10 are minutes
        return re.compile(rf"(?<![\w.])(?<![0-9]\s){pattern}(?=\s?[0-9])"), say
    return re.compile(rf"(?<![\w.]){pattern}(?!\w)"), say


def _initial(match: re.Match[str]) -> str | None:
    letter, following = match[1], match.string[match.end() :].lstrip()[:1]
    return letter if letter.isupper() and following.isupper() else None


def _german_day(match: re.Match[str]) -> str | None:
    number = int(match[1])
    if not 1 <= number <= 31:
        return None
    nominative = re.search(r"(?i)\b(?:der|die|das)\s$", match.string[: match.start()][-4:]) is not None
    return f"{_DE_ORDINALS[number - 1]}{'e' if nominative else 'en'} "
