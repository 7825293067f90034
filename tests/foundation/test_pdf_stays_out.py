"""The PDF library is large: only the worker loads it, never a web process."""

import subprocess
import sys


def test_web_application_does_not_load_the_pdf_library() -> None:
    code = (
        "import sys, tempfile, portal\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    portal.create_app({'DATA_FOLDER': folder, 'INSECURE': True})\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'xhtml2pdf', 'reportlab', 'svglib', 'PIL'}))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("[]\n", "")
