"""Programs that are packed in an enabled environment: they run elsewhere, and nothing of lazi-site is in them."""

from __future__ import annotations

import zipfile

from .common import House, NotHere, check, expect

PROGRAM = {
    "app/__main__.py": "import shop\nfrom shop import part\n\nprint(shop.NAME, part.f())\n",
    "app/shop/__init__.py": "NAME = 'shop'\n",
    "app/shop/part.py": "import json\nfrom .deep import B\n\n\ndef f():\n    return json.dumps([B])\n",
    "app/shop/deep.py": "B = 2\n",
}
OUTPUT = "shop [2]\n"


@check("zipapp", "an archive made and run lazily, and run by the interpreter without the environment")
def zipapp_archive(house: House) -> str:
    python = str(house.bare().python)
    house.write(PROGRAM)
    house.run([python, "-m", "zipapp", "app", "-o", "app.pyz", "-c"], expect=0)
    with zipfile.ZipFile(house.folder / "app.pyz") as archive:
        names = archive.namelist()
    expect(not [name for name in names if "lazi" in name], names)
    eager, _ = house.same([python, "app.pyz"])
    alone = house.run([house.python, "-I", "-S", "app.pyz"], expect=0)
    expect(eager.stdout == alone.stdout == OUTPUT, alone)
    return "runs with and without the environment"


@check("PyInstaller", "a program built lazily and eagerly: what is in it, and that it runs")
def pyinstaller_bundle(house: House) -> str:
    environment = house.tools("pyinstaller")
    house.write(PROGRAM)
    python = str(environment.python)
    contents = []
    for number, variables in enumerate(({"LAZI_DISABLE": "1"}, {})):
        place = ["--distpath", f"dist{number}", "--workpath", f"work{number}", "--specpath", f"work{number}"]
        done = house.run(
            [python, "-m", "PyInstaller", "--noconfirm", "-n", "app", *place, "app/__main__.py"], **variables
        )
        if done.status and not number and "shared library" in done.stderr:
            raise NotHere("PyInstaller needs an interpreter with a shared library")
        expect(done.status == 0, done)
        program = house.folder / f"dist{number}" / "app" / "app"
        viewer = [python, "-m", "PyInstaller.utils.cliutils.archive_viewer", "-r", "-l", "-b", str(program)]
        contents.append(house.run(viewer, expect=0, LAZI_DISABLE="1").stdout)
        files = [str(path) for path in program.parent.rglob("*") if "lazi" in path.name]
        expect(not files and "lazi" not in contents[-1], f"{files}\n{contents[-1]}")
        alone = house.run([str(program)], expect=0, PATH="/nowhere")
        expect((alone.stdout, alone.stderr) == (OUTPUT, ""), alone)
    expect(contents[0] == contents[1], f"eager: {contents[0]}\nlazy: {contents[1]}")
    return f"the same {len(contents[0].splitlines())} entries, none of them ours; it runs"
