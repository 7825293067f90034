"""Scripts from elsewhere are byte for byte what their manifest says, with the license beside them."""

import hashlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = (ROOT / "portal" / "static" / "vendor", ROOT / "tests" / "browser" / "vendor")


def entries(folder: Path) -> dict[str, dict[str, str]]:
    manifest = tomllib.loads((folder / "manifest.toml").read_text("utf-8"))
    return {entry["name"]: entry for entry in manifest["file"]}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_vendored_files_match_their_manifest(folder: Path) -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")}
    assert found == {name: entry["sha256"] for name, entry in entries(folder).items()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_vendored_files_name_their_version_and_carry_their_license(folder: Path) -> None:
    for name, entry in entries(folder).items():
        assert entry["version"] in (folder / name).read_text("utf-8"), name
        assert len((folder / entry["license_file"]).read_text("utf-8")) > 500, name


def test_htmx_is_the_release_that_htmx_flask_speaks() -> None:
    assert entries(FOLDERS[0])["htmx.min.js"]["version"] == "2.0.11"
