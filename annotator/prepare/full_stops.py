"""Words that end in a full stop: which of them are abbreviations, by what follows.

`Max.` at the end of a sentence is a name and a full stop. `Dr.` before a name, `Nr.` before a number and `z.B.` are
each one word. A few closed lists of forms say what may be an abbreviation, and the word that follows decides. Forms
that are names or ordinary words of some language (`Jan.`, `No.`) need a number or a lower-case word after them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum, unique

import regex

from annotator.prepare.tokens import BEGINS, BLANK_LINE, END, LAST_WORD, PUNCTUATION, WORD, Token


@unique
class Stop(IntEnum):
    """What a word that ends in a full stop may be, and what must follow so that the full stop belongs to it."""

    NONE = 0  # it never does
    INNER = 1  # `z.B.`, `U.S.`, `S.p.A.`: it always does
    TITLE = 2  # `Dr.`, `St.`, an initial: anything but the end of the text or a quotation mark
    USUAL = 3  # `Inc.`, `bzw.`, `3.`: as TITLE, but not a capitalised word that often begins sentences
    NUMBERED = 4  # `Nr.`, `Jan.`, `p.`: a number, a lower-case word, another abbreviation or punctuation
    APART = 5  # `ul.`: as USUAL, but the full stop is a word of its own, which ends no sentence, as in Polish corpora
    YEAR = 6  # `1848.`: a lower-case word, as in Croatian


_TITLES = """
    Dr Drs Prof Mr Mrs Ms Messrs St Ste Sts Hr Frl Fr Mme Mmes Mlle Mlles Mgr Msgr Sra Srta Dra Dña Lt Sgt Capt Cpt Gov
    Rev Sv Św Dott Jhr Mej Mevr Dhr
    dr prof św ks inż mgr hab mr st sv hr fr dott sig avv
    ул им проф акад
"""
_USUAL = """
    Inc Ltd Co Corp Bros Jr Sr Chr Univ Dept Dist Ave Blvd Str Hrsg Mio Mrd Kgl Ph Wm Geo Chas Jas Thos Jos Ing Mt Ft Pt
    Cmdr Col Maj Gen Adm Sen Rep Hon Pres Supt Insp Pvt Cpl Dipl Zr
    vs bzw ca evtl ggf sog geb gest vgl bl jf inkl exkl zzgl resp incl approx cf esp viz im ing
    Vgl Bzw Ca Evtl Ggf Sog Resp Approx Cf
"""
_APART = "ul al os pl woj ds Al Os Pl Woj"
_NUMBERED = """
    No Nos Nr Nrs Art Abs Abb Bd Bde Vol Vols Fig Figs Tab Tel Kap Cap Ch Sec Op Pos Ziff Anm Aufl Jg Jh Jhd Ed Eds Rn
    Rs Jan Feb Mar Mär Apr Jun Jul Aug Sep Sept Set Okt Oct Nov Dez Dec Déc Ene Abr Ago Mag Giu Lug Ott Dic Janv Févr
    Avr
    no nos nr num art abs abb vol vols fig figs tab tel kap cap ch sec str pp pag pág pkt poz tir fl kr kl kb mm pr sz
    etc usw uvm ff max min pct std stk tlf tzn np tzv jr tys mln mld mia kg ok godz wg hod tj odst
    jan feb mar apr jun jul aug sep sept okt oct nov dez dec janv févr avr juil
    тыс млн млрд руб др пр стр гг вв
"""
_FORMS = dict.fromkeys(_NUMBERED.split(), Stop.NUMBERED) | {
    **dict.fromkeys(_USUAL.split(), Stop.USUAL),
    **dict.fromkeys(_APART.split(), Stop.APART),
    **dict.fromkeys(_TITLES.split(), Stop.TITLE),
}
_SCRIPTS = r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Armenian}]"  # those whose letters are not words of their own
_PATTERNS = (
    (regex.compile(rf"{_SCRIPTS}{{1,2}}\.(?:{_SCRIPTS}{{1,4}}\.)+"), Stop.INNER),
    (regex.compile(rf"(?=\p{{Lu}}){_SCRIPTS}\."), Stop.TITLE),
    # Days and numbers of rulers. Larger numbers before a full stop end a sentence more often.
    (regex.compile(r"(?:[1-9]|[12][0-9]|3[01]|[IVX]{2,5})\."), Stop.USUAL),
    (regex.compile(r"[0-9]{2,4}\."), Stop.YEAR),
    (regex.compile(rf"(?=\p{{Ll}}){_SCRIPTS}\.|.*str\."), Stop.NUMBERED),  # Bahnhofstr. 5
)
_DIGIT = regex.compile(r"\p{N}")
_QUOTE = regex.compile(r"[\p{Pi}\p{Pf}\"'„]")
_PUNCTUATION = regex.compile(r"\p{P}")
# Words of closed classes that often begin a sentence and, elsewhere, are seldom capitalised: articles, pronouns,
# prepositions and conjunctions, by language.
_BEGINNING_WORDS = """
    the an he she it we they you his her its their our my this that these those there then when while where what
    who why how if but and or so as at by for from in into on to with after before during since although however
    also not all some many most each every both no yes according meanwhile because until under over one two der
    die das den dem des ein eine einen einem einer er sie es wir ihr ich man sein seine seinen seiner ihre ihren
    dieser diese dieses diesem diesen jeder jede mein meine unser am im auf aus bei mit nach seit von vom vor zu
    zum zur für durch über unter gegen um als wenn weil dass ob und aber oder denn doch noch nur auch da dann
    dort hier damit dabei danach dazu daher deshalb allerdings jedoch bereits nun wer was wie wo warum nicht
    kein keine alle viele le la les un une du au aux il elle ils elles nous vous je ce cet cette ces cela son sa
    ses leur leurs mon ma en dans sur sous par pour avec sans après avant depuis pendant lors selon mais ou et
    donc ni car si quand comme que qui où plus tout tous toutes aucun lo gli uno egli lei loro noi voi io questo
    questa questi queste quello quella suo sua suoi nel nella nei nelle del della dei delle al alla ai dal dalla
    con per tra fra dopo prima durante secondo e o se quando come anche non che chi dove più el los las una unos
    ella ellos ellas nosotros yo este esta estos estas ese esa eso su sus mi de por para sin según tras desde
    hasta entre sobre pero y cuando como aunque también además así donde más os uma ele ela eles elas nós eu
    essa isso seu seus na nos nas do dos ao à com sem após mas não embora também além assim onde segundo het een
    hij zij ze wij ik dit dat deze op van met voor naar bij uit tot door om maar of want dan toen omdat terwijl
    ook niet wat waar hoe nog ett det han hon vi jag detta denna dessa i på av för med till från efter när men
    och eller som så där här hur vad inte även enligt hun dette denne disse til etter når og hvordan hva hvad
    ikke også ifølge ei ho eg frå då hän me te minä tämä nämä kun jos että mutta ja tai vaan myös sen nyt niin
    siellä silloin koska lisäksi vaikka a az ez és ha hogy nem egy én ő csak itt már még így mert aki ami amikor
    ezért ona oni ten ta w z od po przy przez dla ale jednak nie tak jak gdy jeśli kiedy co kto już v vo s pri
    pre za pod ako keď čo už tá u iz kod prema nakon prije tijekom ali ne taj kad što tko već în pe cu din prin
    după până între dar și sau nu că dacă când cine unde ea acest această šis šī tas tā viņš viņa viņi mēs uz
    pie ar pēc līdz bet vai ka kur kā в на по с со у о об от до из за к ко для при под над и а но или не что как
    где когда если он она они оно мы вы я это этот эта эти его её их также однако после
"""
_BEGINNING = frozenset(_BEGINNING_WORDS.split())


def kind_of(word: str) -> Stop:
    """What the full stop at the end of a word may be; NONE for words without one."""
    if not word.endswith("."):
        return Stop.NONE
    if known := _FORMS.get(word[:-1]):
        return known
    return next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(word)), Stop.NONE)


def decided(text: str, tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens of a text, each word that may be an abbreviation as one token or as two."""
    held: Token | None = None  # a word whose full stop depends on the next token
    for token in tokens:
        if held is not None:
            # A blank line between them, or the beginning of a block, ends what was before.
            apart = token[2] >= BEGINS or BLANK_LINE.search(text, held[1], token[0])
            yield from _decided(held, "" if apart else text[token[0] : token[1]])
            held = None
        if token[2] % BEGINS > LAST_WORD:
            held = token
        else:
            yield token
    if held is not None:
        yield from _decided(held, "")


def _decided(held: Token, following: str) -> Iterator[Token]:
    start, end, kind = held
    begins = kind - kind % BEGINS
    stop = Stop(kind % BEGINS - LAST_WORD)
    whole = is_whole(stop, following)
    if whole and stop != Stop.APART:
        yield start, end, begins + (LAST_WORD if ends_sentence(stop, following) else WORD)
    else:
        yield start, end - 1, begins + WORD
        yield end - 1, end, PUNCTUATION if whole else END


def is_whole(kind: Stop, following: str) -> bool:
    """Whether the full stop of a word of this kind belongs to it; `following` is the next word, empty at the end."""
    if kind == Stop.INNER:
        return True
    if not following or _QUOTE.match(following):
        return False
    if kind == Stop.YEAR:
        return following[0].islower()
    if _PUNCTUATION.match(following):
        return True
    if kind == Stop.NUMBERED:
        return bool(_DIGIT.match(following)) or following[0].islower() or kind_of(following) > Stop.NONE
    return kind == Stop.TITLE or not begins_sentences(following)


def ends_sentence(kind: Stop, following: str) -> bool:
    """Whether a sentence ends with a word of this kind that keeps its full stop."""
    return kind == Stop.INNER and begins_sentences(following)


def begins_sentences(word: str) -> bool:
    """Whether a word is capitalised though it is one of the closed classes of some language: `The`, `Er`, `Il`."""
    return len(word) > 1 and word[0].isupper() and word.lower() in _BEGINNING
