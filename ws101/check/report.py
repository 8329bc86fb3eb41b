"""What a check answers: an outcome that shows itself."""

from __future__ import annotations

from ws101.check.outcome import Outcome
from ws101.check.page import page
from ws101.check.text import text


class Report(Outcome):
    """The outcome of a check. A notebook shows it, `print` writes it."""

    def summary(self) -> str:
        """The report as text, without the conversations."""
        return text(self, conversations=False)

    def __str__(self) -> str:
        return text(self, conversations=True)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return page(self)
