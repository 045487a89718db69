"""README text of strangers becomes HTML that can do no harm (case 28)."""

from __future__ import annotations

import re

import pytest

from index.readme import MAXIMUM_LENGTH, render_readme

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x09;script:alert(1))",
    "<a href='java\tscript:alert(1)'>x</a>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "<svg onload=alert(1)><use href='#x'/></svg>",
    "<a href='https://x.example' onclick=alert(1) style='x' id='main' name='y'>x</a>",
    "<iframe src=https://evil.example></iframe>",
    "<form action=https://evil.example><input name=q></form>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "> > - <details open ontoggle=alert(1)>",
    "<style>body{display:none}</style>",
    '[x](https://x.example/"onmouseover="alert(1))',
    "`<script>`",
]
FORBIDDEN = re.compile(
    r"<(script|svg|img|iframe|form|input|style|math|details)"
    r"|<[^>]*\son\w+\s*="
    r"|<[^>]*\s(style|id|name|class)\s*="
    r"|href=\"\s*(javascript|data|vbscript)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_loses_its_teeth(text: str) -> None:
    assert not FORBIDDEN.search(render_readme(text))


BOMBS = [
    unit * MAXIMUM_LENGTH for unit in ("[", "> ", "*a_", "![", "<", "|a|b|\n|-|-|\n", "`", "- ")
]
WIDE = "a|" * 1000 + "\n" + "-|" * 1000 + "\n" + "a\n" * 65 + "\n"
MANY = ("a|" * 400 + "\n" + "-|" * 400 + "\n" + "a\n" * 160 + "\n") * 8


@pytest.mark.parametrize("text", [*BOMBS, WIDE, WIDE * 9, MANY], ids=range(11))
def test_long_nonsense_stays_about_as_long_as_it_came(text: str) -> None:
    assert len(render_readme(text)) < 10 * MAXIMUM_LENGTH


def test_a_table_of_too_many_cells_is_shown_as_text() -> None:
    assert "<table" not in render_readme(WIDE)


def test_links_are_not_endorsed() -> None:
    assert 'rel="nofollow ugc noopener"' in render_readme("[x](https://x.example)")


def test_headings_leave_the_first_two_levels_to_the_page() -> None:
    html = render_readme("# One\n\n#### Four\n\n<h1>raw</h1>")
    assert "<h3>One</h3>" in html
    assert "<h6>Four</h6>" in html
    assert "<h1" not in html


def test_tables_code_and_strike_through_work() -> None:
    html = render_readme("|a|\n|-|\n|b|\n\n~~old~~\n\n```sh\nls\n```")
    assert '<th scope="col">a</th>' in html
    assert "<td>b</td>" in html
    assert "<s>old</s>" in html
    assert "<pre><code>ls" in html
