"""The language of a file, as its path tells it: `panx/de/dev.tsv`, `social.de.conll`."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

UNKNOWN: Final = ""
# ISO 639-1, and the codes of three letters that corpora of languages without such a code have.
_CODES: Final = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee
    el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is
    it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms
    mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk
    sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi
    yo za zh zu ang arc arz ast bar bcl ceb ckb diq dsb fil frr fur gsw hsb ilo jbo ksh lij lmo luo mhr mwl mzn
    nap nds nov nqo pcm pms pnb rmy sah scn sco szl tet udm vec vep vls wuu xmf yue zea
"""
_KNOWN: Final = frozenset(_CODES.split())
_LONGEST = 7  # zh-Hant


def language_of(name: str) -> str:
    """The code of the language that a path names as its last folder or between two dots, or UNKNOWN ('').

    The part nearest to the end counts: `en/social.de.conll` is German. A region may follow (`pt-BR`, `zh_TW`).
    """
    path = PurePath(name)
    parts = [*path.parent.parts, *path.name.split(".")[1:-1]]
    for part in reversed(parts):
        if part.replace("_", "-").partition("-")[0] in _KNOWN and len(part) <= _LONGEST:
            return part
    return UNKNOWN
