"""A measured figure beside its limit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; less is better."""

    name: str
    measured: float
    limit: float
    unit: str

    @property
    def kept(self) -> bool:
        """Tell whether the figure is within its limit."""
        return self.measured <= self.limit

    def line(self) -> str:
        """Return the figure as a row of the printed table."""
        measured = f"{self.measured:.0f}" if self.measured == int(self.measured) else f"{self.measured:.2f}"
        return f"{self.name:<72}{measured:>9}{self.limit:>9g} {self.unit:<6}{'' if self.kept else 'OVER'}".rstrip()
