#!/usr/bin/env python3
"""Make the picture of a report's page, from a real run.

    pictures.py [--python PATH] [--keep DIR] [--to FOLDER]

Makes a virtual environment with lazi-site from this checkout and flask, runs
`lazi-site report --html` on `flask --help`, and lets a Chromium on PATH take
two pictures of the page: report.png and report-dark.png, in .github by default.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from support.environments import (
    CHECKOUT,
    CommandFailed,
    Environment,
    build_wheel,
    call,
    describe,
    kept_folder,
)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SIZE = "1240,1010"
# The second kind is what a person gets whose system is set to dark colours.
KINDS = {"report.png": (), "report-dark.png": ("--blink-settings=preferredColorScheme=0",)}
WARM_UP = 2  # runs before: the first one compiles what it imports


def main() -> int:
    """Make the pictures; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="an interpreter")
    parser.add_argument("--keep", metavar="DIR", help="keep environment and page in DIR")
    parser.add_argument("--to", default=str(CHECKOUT / ".github"), metavar="FOLDER", help="for the pictures")
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"pictures.py: needs a Chromium on PATH: one of {', '.join(BROWSERS)}")
    try:
        with kept_folder(options.keep) as folder:
            page = make_page(options.python, folder)
            target = Path(options.to)
            target.mkdir(exist_ok=True)
            for name, more in KINDS.items():
                take_picture(browser, page, target / name, folder, more)
                print(target / name)
    except CommandFailed as error:
        sys.exit(f"pictures.py: a command failed\n{error}")
    return 0


def make_page(python: str, folder: Path) -> Path:
    """Return the page of a report, made in an environment below *folder*."""
    version, path = describe(python)
    environment = Environment(folder / f"{version}-pictures")
    environment.ensure(path)
    failures = environment.install(["flask"])
    if failures:
        raise CommandFailed("\n".join(f"{name}: {reason}" for name, reason in failures.items()))
    environment.install_lazi_site(build_wheel(folder / "wheel"))
    page = folder / "report.html"
    for _ in range(WARM_UP + 1):
        report = [str(environment.python), "-m", "lazi_site", "report", "--html", str(page)]
        call([*report, "--", "flask", "--help"])
    return page


def take_picture(browser: str, page: Path, picture: Path, folder: Path, more: tuple[str, ...]) -> None:
    """Let *browser* write what it shows of *page* into the file *picture*; more: options of the browser."""
    call(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *more),
            *(f"--user-data-dir={folder / 'browser'}", f"--window-size={SIZE}", "--virtual-time-budget=3000"),
            *(f"--screenshot={picture.resolve()}", page.resolve().as_uri()),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
