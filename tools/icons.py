"""Cuts Font Awesome down to the icons the portal shows: `make icons` after a new `fa-…`."""

from __future__ import annotations

import re
from pathlib import Path

import flask_appbuilder
from fontTools import subset

ROOT = Path(__file__).resolve().parent.parent
WHOLE = Path(flask_appbuilder.__file__).parent / "static" / "appbuilder" / "css"
TARGET = ROOT / "app" / "static" / "vendor" / "fontawesome"
NAME = re.compile(r"\bfa-[a-z][a-z0-9-]*")
RULE = re.compile(r"([^{}]+)\{content:\"\\([0-9a-f]+)\"\}")
NOT_ICONS = {"fa-fw"}
HEAD = """/*! Font Awesome Free 6.2.1 by @fontawesome, https://fontawesome.com
 * (Icons: CC BY 4.0, Fonts: SIL OFL 1.1, Code: MIT), Copyright 2022 Fonticons, Inc.;
 * cut down to the icons of the portal. */
@font-face{font-family:"Font Awesome 6 Free";font-weight:900;font-display:block;src:url(icons.woff2) format("woff2")}
.fa{font-family:"Font Awesome 6 Free";font-weight:900;-webkit-font-smoothing:antialiased;
display:inline-block;font-style:normal;line-height:1;text-rendering:auto}
.fa-fw{text-align:center;width:1.25em}
"""


def used() -> set[str]:
    """Every icon named anywhere in the portal."""
    files = (file for file in (ROOT / "app").rglob("*") if file.suffix in (".py", ".html", ".js"))
    return {name for file in files for name in NAME.findall(file.read_text(encoding="utf-8"))} - NOT_ICONS


def points() -> dict[str, str]:
    """The code point of each icon, old names included."""
    found = {}
    for selectors, point in RULE.findall((WHOLE / "fontawesome" / "fontawesome.min.css").read_text(encoding="utf-8")):
        for name in NAME.findall(selectors):
            found[name] = point
    return found


def main() -> None:
    """Write the font and its stylesheet."""
    known = points()
    names = sorted(used())
    if unknown := [name for name in names if name not in known]:
        raise SystemExit(f"Font Awesome knows no {', '.join(unknown)}.")
    rules = "".join(f'.{name}:before{{content:"\\{known[name]}"}}\n' for name in names)
    (TARGET / "icons.css").write_text(HEAD + rules, encoding="utf-8")
    options = subset.Options(flavor="woff2", layout_features=[])
    font = subset.load_font(WHOLE / "webfonts" / "fa-solid-900.ttf", options)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[int(known[name], 16) for name in names])
    cut.subset(font)
    subset.save_font(font, TARGET / "icons.woff2", options)


if __name__ == "__main__":
    main()
