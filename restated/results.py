"""Common surface of results: a frame, ranges, a summary, a table in notebooks."""

import html
from abc import ABC, abstractmethod
from collections.abc import Sequence

import pandas as pd

from restated.arguments import check_option


class Result(ABC):
    """Numbers with the range of each; classes add `message` and the rows of `frame`."""

    @property
    @abstractmethod
    def message(self) -> str:
        """Finding in one sentence."""

    @abstractmethod
    def _rows(self) -> Sequence[tuple[str, object, float, float]]:
        """Name, value, lower and upper end of each number; nan where it has no range."""

    @property
    def frame(self) -> pd.DataFrame:
        """The numbers, one a row: quantity, value, low, high."""
        return pd.DataFrame(list(self._rows()), columns=["quantity", "value", "low", "high"])

    def range(self, statistic: str) -> tuple[float, float]:
        """Return the lower and upper end of one of the numbers; nan where it has no range."""
        ranges = {name: (low, high) for name, _, low, high in self._rows()}
        check_option("statistic", statistic, ranges)
        return ranges[statistic]

    def summary(self) -> str:
        """Return the message, and each number with its range."""
        lines = [self.message]
        for name, value, low, high in self._rows():
            ends = "" if low != low else f" ({low:g} to {high:g})"
            lines.append(f"{name}: {value if isinstance(value, str) else f'{value:g}'}{ends}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the message and the numbers for notebooks."""
        return f"<p>{html.escape(self.message)}</p>{self.frame.to_html(index=False)}"
