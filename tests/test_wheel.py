"""The package as others get it: built, put into an empty virtual environment, used from an unrelated folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import fetch, free_port, wait_until_up
from tests.sharing import made_once

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
PACKAGES = {
    "portal": "portal",
    "rules": "rules",
    "plugins": "plugins",
    "templates": "portal/templates",
    "migrations": "portal/migrations",
}

ONE_OF_EACH_KIND = {
    "portal/templates/base.html",
    "portal/templates/assessments/section.html",
    "portal/migrations/env.py",
    "portal/migrations/versions/0001_first_tables.py",
    "portal/static/site.css",
    "portal/static/vendor/htmx.min.js",
    "portal/fonts/OpenSans-Regular.ttf",
    "rules/editions/eepm4/edition.toml",
    "rules/editions/eepm4/standard-2-screening.toml",
    "rules/editions/eepm5/element-02-strong-program-design.toml",
    "rules/editions/crosswalk-eepm4-eepm5.toml",
    "rules/examples/nearly-there.toml",
    "rules/new/rule.txt",
    "plugins/national.py",
    "plugins/minnesota.toml",
}


def run(*command: str | Path, **options: object) -> str:
    """Run a command and return what it printed; a command that stops with an error shows all it said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return str(done.stdout)


def outside() -> dict[str, str]:
    """Return an environment without a word about this checkout."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("NQMS_", "PYTHON", "VIRTUAL_ENV"))
    }


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive, and the wheel from it, once for all workers; gives the folder with both."""

    def make(folder: Path) -> None:
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)

    return made_once(tmp_path_factory, "dist", make)


def wheel_in(folder: Path) -> Path:
    return next(folder.glob("*.whl"))


def files_here() -> set[str]:
    """Return what the checkout holds of the package, under the names it has in a wheel."""
    return {
        f"{target}/{path.relative_to(ROOT / source).as_posix()}"
        for source, target in PACKAGES.items()
        for path in (ROOT / source).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def test_wheel_holds_every_file_of_the_package_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(wheel_in(built)) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == files_here()
    assert ONE_OF_EACH_KIND - names == set()


def test_wheel_carries_every_license(built: Path) -> None:
    with zipfile.ZipFile(wheel_in(built)) as wheel:
        licenses = {Path(name).name for name in wheel.namelist() if "/licenses/" in name}
    assert licenses == {"LICENSE", "htmx.LICENSE", "OpenSans.LICENSE", "DejaVuSans.LICENSE"}


def test_source_archive_leaves_tests_and_the_machine_behind(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        tops = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert tops == {
        ".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "migrations", "plugins", "portal",
        "pyproject.toml", "requirements.lock", "rules", "templates", "wsgi.py",
    }  # fmt: skip


PIP = ("--no-compile", "--disable-pip-version-check", "--no-input", "-qq")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Path:
    """Install the wheel into an empty virtual environment, once for all workers; gives its bin folder.

    With NQMS_WHEEL_FROM_LOCK (as .ci/run sets it) the libraries are downloaded anew, by their hashes. Without it they
    are lent by the environment that runs this test, less the portal itself: its own files are found there through a
    .pth file, and such files count only in an environment's own folder.
    """

    def make(folder: Path) -> None:
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        install(folder / "bin" / "python", wheel_in(built))

    return made_once(tmp_path_factory, "venv", make) / "bin"


def install(python: Path, wheel: Path) -> None:
    """Install the libraries and the wheel."""
    pip = (sys.executable, "-m", "pip", "--python", python, "install", *PIP)
    environment = outside() | {"PIP_ROOT_USER_ACTION": "ignore"}
    if os.environ.get("NQMS_WHEEL_FROM_LOCK"):
        uv = (Path(sys.executable).with_name("uv"), "pip", "install", "--python", python, "--quiet")
        run(*uv, "--require-hashes", "-r", LOCK, env=environment)
    else:
        site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        lent = run(sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        (Path(site) / "lent-libraries.pth").write_text(lent + "\n")
    run(*pip, "--no-deps", "--no-index", "--force-reinstall", wheel, env=environment)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Give an empty folder that has nothing to do with the checkout."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.fixture
def demo(installed: Path, elsewhere: Path) -> Iterator[str]:
    """Run `nqms demo` of the installed wheel; gives its address once it answers."""
    port = free_port()
    address, log = f"http://127.0.0.1:{port}", elsewhere.parent / "demo.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [installed / "nqms", "demo", "--port", str(port)],
            cwd=elsewhere, env=outside(), stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_until_up(server, address, log)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        ended = server.wait(timeout=30)
    assert ended == 0, log.read_text()


@pytest.mark.wheel
def test_installed_wheel_is_what_runs(installed: Path, elsewhere: Path) -> None:
    code = "import portal, rules, plugins; print(portal.__file__, rules.__file__, plugins.__path__[0], sep='\\n')"
    places = run(installed / "python", "-c", code, cwd=elsewhere, env=outside()).split()
    assert [Path(place).is_relative_to(installed.parent) for place in places] == [True, True, True]


@pytest.mark.wheel
def test_demo_of_the_installed_wheel_serves_pages_and_static_files(demo: str) -> None:
    page = fetch(demo + "/").decode()
    assert "NQMS Portal" in page
    found = re.search(r'href="(/static/\w+/site\.css)"', page)
    assert found is not None
    assert fetch(demo + found[1]) == (ROOT / "portal" / "static" / "site.css").read_bytes()
    script = found[1].replace("site.css", "vendor/htmx.min.js")
    assert fetch(demo + script) == (ROOT / "portal" / "static" / "vendor" / "htmx.min.js").read_bytes()


@pytest.mark.wheel
def test_rules_of_the_installed_wheel_explain_a_file_of_answers(installed: Path, elsewhere: Path) -> None:
    example = "import rules; print(rules.__path__[0])"
    answers = Path(run(installed / "python", "-c", example, cwd=elsewhere, env=outside()).strip()) / "examples"
    command = (installed / "nqms-rules", "explain", answers / "answers.toml", "--partnership", "north_carolina")
    told = run(*command, cwd=elsewhere, env=outside())
    assert "Quality Partner" in told
    assert "undetermined" not in told


PLUGIN_PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "lakeshore-rules"
version = "1.2.0"

[project.entry-points."nqms.rules"]
lakeshore = "lakeshore_rules"
"""
PLUGIN_CODE = """
from rules import Tier, hookimpl

RULES_API = (1, 1)
TITLE = "Lakeshore (fictional)"
SOURCE = "Made up for a test."


@hookimpl
def nqms_tiers():
    return [Tier("shore", "Shore Partner", 1, ("submitted",))]


@hookimpl
def nqms_findings(scorecard):
    open_ = tuple(one.code for one in scorecard.practices if one.status is None)
    sentence = f"{len(open_)} practices wait for a walk along the shore."
    return [{"rule": "shore-walk", "kind": "note", "practices": open_, "sentence": sentence}]
"""


@pytest.fixture(scope="session")
def with_plugin(tmp_path_factory: pytest.TempPathFactory, installed: Path) -> Path:
    """Build a rule plugin as a package of its own and install it beside the portal, without a network."""

    def make(folder: Path) -> None:
        (folder / "pyproject.toml").write_text(PLUGIN_PROJECT)
        (folder / "lakeshore_rules.py").write_text(PLUGIN_CODE)
        run(sys.executable, "-m", "build", "--no-isolation", "--wheel", folder, cwd=folder)
        pip = (sys.executable, "-m", "pip", "--python", installed / "python", "install", *PIP)
        options = ("--no-deps", "--no-index", "--force-reinstall")
        run(*pip, *options, wheel_in(folder / "dist"), env=outside() | {"PIP_ROOT_USER_ACTION": "ignore"})

    made_once(tmp_path_factory, "lakeshore", make)
    return installed


@pytest.mark.wheel
def test_installed_plugin_is_listed_and_can_be_described(with_plugin: Path, elsewhere: Path) -> None:
    listed = run(with_plugin / "nqms", "rules", "plugins", cwd=elsewhere, env=outside())
    assert "lakeshore 1.2.0  Lakeshore (fictional)  (installed)" in listed.splitlines()
    ask = "from rules.evaluator import Evaluator; from rules.rulebook import PluginChoice; " + (
        "print([tier.name for tier in Evaluator().describe([PluginChoice('lakeshore')]).tiers])"
    )
    assert run(with_plugin / "python", "-c", ask, cwd=elsewhere, env=outside()).strip() == "['Shore Partner']"
