"""Pages of templates."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

import pytest
from jinja2 import UndefinedError

from annotator.pages.template import page, printable


def test_control_characters_are_not_shown() -> None:
    assert printable("a\x1b[2J\nb\u202ec") == "a [2J b c"


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        page("evaluation.html", about={})


def test_the_only_script_that_may_run_is_the_page_s_own() -> None:
    script = (files("annotator.pages") / "script.js").read_text(encoding="utf-8")
    text = page("base.html")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none';") and f"<script>{script}</script>" in text
    assert "</script" not in script and "</style" not in (files("annotator.pages") / "style.css").read_text()
