"""Both languages, always: nothing fuzzy, nothing untranslated, placeholders equal, nothing left to extract."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
KEYWORDS = ("-k", "_l", "-k", "_lp:1c,2", "-k", "lazy_gettext", "-k", "lazy_pgettext:1c,2")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def catalogue():
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file, locale="zh") if message.id]


def test_every_word_is_translated_and_none_is_fuzzy():
    def forms(message):
        return message.string if isinstance(message.string, tuple) else (message.string,)

    assert [message.id for message in catalogue() if not all(forms(message)) or message.fuzzy] == []


def test_every_word_the_program_says_stands_in_the_catalogue():
    """Also one within the braces of a text, which the extraction passes by."""
    known = {message.id for message in catalogue()}
    missing = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.args[0].value}"
        for file in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "_l")
        if isinstance(node.args[0], ast.Constant) and node.args[0].value not in known
    ]
    assert missing == []


def test_placeholders_are_the_same_in_both_languages():
    def found(words: str | tuple[str, ...]) -> set[tuple[str, ...]]:
        """What stands in each form of a message: of a plural one every form carries the same."""
        forms = words if isinstance(words, tuple) else (words,)
        return {tuple(sorted(PLACEHOLDER.findall(form))) for form in forms}

    wrong = [message.id for message in catalogue() if found(message.id) != found(message.string)]
    assert wrong == []


def test_extracting_again_finds_nothing_new_and_nothing_lost(tmp_path: Path):
    fresh = tmp_path / "fresh.pot"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "babel.messages.frontend",
            "-q",
            "extract",
            "-F",
            "babel.cfg",
            *KEYWORDS,
            "--no-location",
            "--omit-header",
            "-o",
            str(fresh),
            ".",
        ],
        cwd=ROOT,
        check=True,
    )
    with fresh.open("rb") as file:
        found = {(message.context, message.id) for message in read_po(file) if message.id}
    known = {(message.context, message.id) for message in catalogue()}
    assert found - known == set()
    assert known - found == set()


def test_the_catalogue_names_its_language_and_charset():
    head = Path("translations/zh/LC_MESSAGES/messages.po").read_text().split("\n\n")[0]
    assert "charset=utf-8" in head
    assert "Language: zh" in head


def test_what_is_translated_is_english():
    def ids(message):
        return message.id if isinstance(message.id, tuple) else (message.id,)

    assert [
        message.id for message in catalogue() if any(re.search(r"[\u3400-\u9fff]", each) for each in ids(message))
    ] == []
