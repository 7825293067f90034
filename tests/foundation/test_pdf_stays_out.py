"""The PDF library is large: only the worker loads it, never a web process."""

import shutil
import subprocess
import sys
from pathlib import Path


def test_web_application_does_not_load_the_pdf_library(tmp_path: Path, migrated: Path) -> None:
    shutil.copytree(migrated.parent / "static", tmp_path / "static")  # compressed once, not here again
    code = (
        "import sys, portal\n"
        "portal.create_app({'DATA_FOLDER': sys.argv[1], 'INSECURE': True})\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'xhtml2pdf', 'reportlab', 'svglib', 'PIL'}))\n"
    )
    run = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("[]\n", "")
