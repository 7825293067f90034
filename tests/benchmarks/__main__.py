"""`make bench`: sizes and times beside their limits. Times depend on the machine; sizes do not."""

from __future__ import annotations

import sys

from .documents import document_figures
from .pages import page_figures
from .previews import preview_figures
from .scoring import scoring_figures


def main() -> int:
    """Measure everything and print it; 1 when a figure is over its limit."""
    figures = [*scoring_figures(), *preview_figures(), *document_figures(), *page_figures()]
    print(f"{'':<72}{'measured':>9}{'limit':>9}")
    for figure in figures:
        print(figure.line())
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
