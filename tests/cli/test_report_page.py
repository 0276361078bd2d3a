"""The page of ``lazi-site report --html`` in a real browser; skipped where there is no Chromium.

What a person would do is done by a script at the end of a copy of the page, and
Chromium prints the page as it is then: no driver is needed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from lazi_site.report.document import make_document
from lazi_site.report.page import to_html
from tests.unit.test_report import HEADER, SHARED, load, statement

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

LISTEN = """<script>
window.problems = [];
addEventListener("error", (event) => problems.push(String(event.message)));
console.error = (...words) => problems.push(words.join(" "));
</script>"""

ACT = """<script>
const found = {};
const texts = (selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent);
const firstCells = () => texts("#everything tbody td:first-child");
const press = (key) =>
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
found.bars = texts(".chart h3").concat(texts(".frame:not(.narrow)"));
found.rows = firstCells();
at("search").value = "B a.py";
at("search").dispatchEvent(new Event("input"));
found.searched = [firstCells(), at("count").textContent];
at("search").value = "";
at("state").value = "gone";
at("state").dispatchEvent(new Event("change"));
found.gone = firstCells();
at("state").value = "";
at("state").dispatchEvent(new Event("change"));
document.querySelector("#everything th button").click();
found.ascending = firstCells();
document.querySelector("#everything th button").click();
found.descending = firstCells();
document.querySelector("[data-view=statements]").click();
found.statements = firstCells();
document.querySelector(".frame[tabindex='0']").focus();
press("ArrowDown");
found.focused = document.activeElement.getAttribute("aria-label");
press("Enter");
found.zoomed = texts(".chart:first-child .frame:not(.narrow)");
press("Escape");
press("Escape");
found.back = document.querySelectorAll(".chart:first-child .frame").length;
found.cards = texts(".figure");
found.problems = problems;
document.body.replaceChildren(make("pre", { id: "found" }, JSON.stringify(found)));
</script>"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script saw."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"needs a Chromium on PATH: one of {', '.join(BROWSERS)}")
    folder: Path = tmp_path_factory.mktemp("page")
    lazy = [*SHARED, statement("deferred", "main:3", "unused")]
    eager = [*SHARED, load("unused", 0, 30, 20, 20, "main:3")]
    page = to_html(make_document([(HEADER, lazy)], [(HEADER, eager)], ["</script><b>&"], 0))
    page = page.replace("<body>", f"<body>{LISTEN}").replace("</body>", f"{ACT}</body>")
    (folder / "page.html").write_text(page, "utf-8")
    done = subprocess.run(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *(f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=3000", "--dump-dom"),
            (folder / "page.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert told, done.stdout[-2000:] + done.stderr[-2000:]
    result: dict[str, Any] = json.loads(unescape(told[1]))
    result["console"] = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return result


def test_page_renders_without_errors(found: dict[str, Any]) -> None:
    assert found["problems"] == []
    assert found["console"] == []
    assert found["bars"][:2] == ["Eager 5 modules, 31.0 msZoom out", "Lazy 4 modules, 11.0 msZoom out"]
    assert found["bars"][2:] == ["a", "shared", "b", "c", "unused", "a", "shared", "b", "c"]
    assert found["cards"] == ["11.0 ms 65 % less", "4 20 % less", "1 of 2"]


def test_table_is_searched_filtered_and_sorted(found: dict[str, Any]) -> None:
    assert found["rows"] == ["unused", "shared", "a", "b", "c"]  # the slowest first
    assert found["searched"] == [["b"], "1 of 5 rows"]
    assert found["gone"] == ["unused"]
    assert found["ascending"] == ["a", "b", "c", "shared", "unused"]
    assert found["descending"] == found["ascending"][::-1]
    assert sorted(found["statements"]) == ["shared", "unused"]


def test_picture_is_used_with_the_keyboard(found: dict[str, Any]) -> None:
    assert found["focused"].startswith("shared, 5.00 ms")
    assert found["zoomed"] == ["a", "shared"]
    assert found["back"] == 5
