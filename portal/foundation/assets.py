"""Static files under a name that changes with their content, compressed once, cached for ever.

The whole folder shares one digest: /static/<digest>/site.css. No build step is needed, also not in a source tree. Our own
scripts lose their comments on the way, so that explaining them costs nobody's line anything.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from wsgiref.headers import Headers

import brotli
from flask import Blueprint, Flask, Response, abort
from whitenoise import WhiteNoise

from .paths import data_dir
from .security import fixed_headers

COMPRESS = (".css", ".js", ".svg")

bp = Blueprint("assets", __name__)


def digest_of(folder: Path) -> str:
    """Return a short digest over names and contents."""
    sum_ = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        sum_.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sum_.hexdigest()[:12]


def lean(script: str) -> str:
    """Return one of our scripts without what only its readers need: comments on lines of their own, and indents."""
    body = re.sub(r"\A/\*.*?\*/", "", script, flags=re.DOTALL)
    lines = (line.strip() for line in body.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def prepare(source: Path, target: Path) -> None:
    """Copy the folder with .gz and .br beside each text file; safe when several processes start together."""
    if target.is_dir():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent))
    copy = scratch / "static"
    shutil.copytree(source, copy)
    for path in copy.glob("*.js"):  # those of others stay as they came
        path.write_text(lean(path.read_text("utf-8")), "utf-8")
    for path in [p for p in copy.rglob("*") if p.suffix in COMPRESS]:
        data = path.read_bytes()
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
        path.with_name(path.name + ".br").write_bytes(brotli.compress(data, quality=11))
    try:
        copy.rename(target)
    except OSError:  # another process was first
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def init_assets(app: Flask) -> None:
    """Serve the static folder and teach templates `asset('site.css')`."""
    source = data_dir("static")
    digest = digest_of(source)
    served = Path(app.config["DATA_FOLDER"]) / "static" / digest
    prepare(source, served)

    def headers(found: Headers, _path: str, _url: str) -> None:
        for name, value in fixed_headers(app.config["INSECURE"]):
            found[name] = value

    server = WhiteNoise(app.wsgi_app, max_age=0, allow_all_origins=False, add_headers_function=headers)
    server.immutable_file_test = lambda _path, _url: True  # the address holds the digest
    server.add_files(str(served), prefix=f"static/{digest}/")
    app.wsgi_app = server  # type: ignore[method-assign]

    def asset(name: str) -> str:
        return f"/static/{digest}/{name}"

    app.add_template_global(asset)
    app.register_blueprint(bp)


@bp.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """Answer for addresses the file server does not know (an old digest): not found, in words."""
    abort(404)
