"""What a browser loads: few files, small, ours alone."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from config.static_files import CannotBundle, bundle_script, bundle_styles
from config.style_sheet import style_sheet

STATIC = Path(settings.BASE_DIR) / "static"
BUDGET = 60_000  # bytes of styles and scripts on the wire, of any page
_LOADED = re.compile(r"{% static '([^']+\.(?:css|js))' %}")


def of_the_site(name: str) -> str:
    """Return a file of static/."""
    return (STATIC / name).read_text()


def on_the_wire(name: str) -> int:
    """Return how many bytes of a file travel, as gzip packs it."""
    bundles = {"css/site.css": bundle_styles, "js/main.js": bundle_script}
    text = bundles[name](name, of_the_site)[0] if name in bundles else of_the_site(name)
    return len(gzip.compress(text.encode(), 9))


def test_styles_and_scripts_of_a_page_are_few_and_small() -> None:
    base = (Path(settings.BASE_DIR) / "templates" / "base.html").read_text()
    loaded = _LOADED.findall(base)
    assert set(loaded) >= {"css/site.css", "js/main.js"}
    assert len(loaded) <= 3
    assert sum(map(on_the_wire, loaded)) < BUDGET


def test_no_page_but_the_api_reference_loads_more_than_the_shell() -> None:
    templates = Path(settings.BASE_DIR) / "templates"
    more = {
        str(path.relative_to(templates))
        for path in templates.rglob("*.html")
        if re.search(r"<(?:script|link rel=\"stylesheet\")", path.read_text())
    }
    assert more <= {"base.html", "base_bare.html"}


def test_no_style_or_script_asks_another_host() -> None:
    for path in [*STATIC.glob("css/**/*.css"), *STATIC.glob("js/**/*.js")]:
        assert not re.search(r"(?:url\(|fetch\(|from )[\"']?(?:https?:)?//", path.read_text()), path


def test_every_part_of_the_styles_is_in_the_sheet() -> None:
    _, parts = bundle_styles("css/site.css", of_the_site)
    there = {str(path.relative_to(STATIC)) for path in STATIC.glob("css/**/*.css")}
    assert there == parts | {"css/site.css"}


def test_every_behaviour_is_in_the_script() -> None:
    _, parts = bundle_script("js/main.js", of_the_site)
    there = {str(path.relative_to(STATIC)) for path in STATIC.glob("js/**/*.js")}
    assert there == parts | {"js/main.js"}


def test_imports_become_functions_in_the_order_of_need() -> None:
    files = {
        "a.js": '// why\nimport { b, c } from "./deep/b.js";\nb(c);\n',
        "deep/b.js": 'import { d } from "../d.js";\nexport const c = 1;\nexport function b() { d(); }\n',
        "d.js": "export async function d() {}\n",
    }
    text, parts = bundle_script("a.js", files.__getitem__)
    assert parts == {"deep/b.js", "d.js"}
    assert text.index("part_d_js") < text.index("part_deep_b_js")
    assert "return { c, b };" in text
    assert "const { b, c } = part_deep_b_js;\nb(c);" in text
    assert "why" not in text


@pytest.mark.parametrize(
    "line",
    [
        'import whole from "./b.js";',
        "export default 1;",
        'export { b } from "./b.js";',
        'const b = await import("./b.js");',
    ],
)
def test_what_cannot_be_joined_is_refused(line: str) -> None:
    with pytest.raises(CannotBundle):
        bundle_script("a.js", {"a.js": f"{line}\n", "b.js": "export const b = 1;\n"}.__getitem__)


def test_modules_in_a_ring_are_refused() -> None:
    ring = {
        "a.js": 'import { b } from "./b.js";\n',
        "b.js": 'import { c } from "./c.js";\nexport const b = 1;\n',
        "c.js": 'import { b } from "./b.js";\nexport const c = 1;\n',
    }
    with pytest.raises(CannotBundle, match="imports itself"):
        bundle_script("a.js", ring.__getitem__)


def test_a_sheet_with_addresses_is_refused() -> None:
    with pytest.raises(CannotBundle):
        bundle_styles("a.css", {"a.css": 'a { background: url("x.png"); }'}.__getitem__)


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """Run collectstatic as an installation does."""
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    backend = "config.static_files.BundledStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_collected_are_whole_files_named_by_their_content(collected: Path) -> None:
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    sheet = (collected / names["css/site.css"]).read_text()
    script = (collected / names["js/main.js"]).read_text()
    assert "@import" not in sheet
    assert "--accent:" in sheet
    assert sheet == style_sheet().text  # what a first visit gets inside the page
    assert not re.search(r"^import", script, re.MULTILINE)
    assert (collected / f"{names['js/main.js']}.gz").exists()


def test_collecting_again_changes_nothing(collected: Path) -> None:
    before = (collected / "staticfiles.json").read_bytes()
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (collected / "staticfiles.json").read_bytes() == before
