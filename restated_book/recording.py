"""The records of a notebook, entered while it runs; see :mod:`restated_book.ledger` for their way into the ledger."""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from restated import verdict as rules
from restated.errors import RestatedError
from restated_book import flow, ledger
from restated_book.ledger import RECALLED, Record
from restated_book.register import Register
from restated_book.status import SUPPLIED, weakest

#: Ids become anchors of the ledger page and parts of addresses: lower-case words joined by hyphens.
ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: Intervals of a fit in words, by name in :mod:`restated.estimate.meta`.
_INTERVALS = {"wald": "Wald", "knapp-hartung": "Knapp–Hartung", "adhoc": "ad hoc Knapp–Hartung"}
#: Further results of a fit that :meth:`Ledger.record_fit` enters: attribute, decimals, unit.
_FIT_PARTS = {"i2": ("i2_q", 0, " %"), "tau2": ("tau2", 3, ""), "tau": ("tau", 2, ""), "k": ("k", 0, "")}


def _observed(id: str, basis: str | None) -> str:
    """Return the basis of a number: that of the study tables it rests on wins over the one that was written."""
    tables = flow.behind()
    statuses = set(tables.values())
    if basis is None:
        if not statuses:
            remedy = f"pass basis=..., one of {', '.join(rules.BASES)}"
            raise RestatedError(f"ledger entry '{id}' has no basis, and no study table was read for it", remedy=remedy)
        return ledger.basis_of(weakest(statuses))
    if SUPPLIED in statuses and basis not in (RECALLED, "assumed"):
        return "original"
    if basis in ("open-data", "original") and ledger.STATUS_OF_BASIS[basis] not in statuses and flow.place()[0]:
        read = "; ".join(f"'{name}' is {status}" for name, status in tables.items()) or "no study table was read for it"
        message = f"ledger entry '{id}' says basis '{basis}', but {read}"
        raise RestatedError(message, remedy="leave the basis out: it is observed")
    return basis


def _number(x, what: str, id: str) -> float | None:
    if x is None:
        return None
    try:
        x = float(x)
    except (TypeError, ValueError):
        raise RestatedError(f"{what} of ledger entry '{id}' is {x!r}, not a number") from None
    if not math.isfinite(x):
        remedy = "leave it out and give a reason, or record a bound; a set in which nothing fits has no ends"
        raise RestatedError(f"{what} of ledger entry '{id}' is {x}, not a finite number", remedy=remedy)
    return x


class Ledger:
    """The records of one notebook, `page` without its ending, on `finding` unless they say otherwise."""

    def __init__(self, page: str, finding: str, register: Register):
        self.page = page
        self.finding = finding
        self.register = register
        self._by_id: dict[str, Record] = {}

    @property
    def records(self) -> list[Record]:
        """All records so far, in order."""
        return list(self._by_id.values())

    def record(
        self,
        id: str,
        value=None,
        *,
        basis: str | None = None,
        quantity: str = "",
        low=None,
        high=None,
        interval: str = "set",
        published: str | None = None,
        by_construction: bool = False,
        reason: str = "",
        digits: int = 2,
        unit: str = "",
        text: str = "",
        finding: str | None = None,
    ) -> None:
        """Enter one recomputed number under its permanent name `id`: lower case, words joined by hyphens.

        value, low, high : float, optional
            The number, left out when only a range is known, and the ends of the restated set or of the `interval`.
        basis : str
            Source of the number; left out for one computed from study tables, whose status decides. A table that a
            reader supplied makes it ``original`` unless assumptions are needed, a recalled number ``recalled``.
        quantity, text, unit, digits
            Meaning in words, by default that of the printed number; a result in words in the place of all numbers;
            unit after the number, and decimals to show in prose.
        interval : str
            ``"set"``, or the name of the interval from `low` to `high`.
        published, by_construction, reason
            Id of the printed number this restates, which the register must have; whether that was an input, so that
            agreement proves nothing; one neutral sentence on a difference or on the assumptions.
        """
        basis = _observed(id, basis)
        self._check(id, basis, published)
        if published is not None and not quantity:
            quantity = self.register[published].quantity
        if not quantity:
            raise RestatedError(f"ledger entry '{id}' has no quantity", remedy="pass quantity=...")
        value, low, high = (_number(x, w, id) for x, w in ((value, "value"), (low, "low"), (high, "high")))
        if text and any(x is not None for x in (value, low, high, published)):
            raise RestatedError(f"ledger entry '{id}' has a text and a number", remedy="leave one of them out")
        if value is None and low is None and high is None and not (reason or text):
            raise RestatedError(f"ledger entry '{id}' has neither a number nor a reason", remedy="give one of the two")
        if low is not None and high is not None and low > high:
            order = "give the lower end first"
            raise RestatedError(f"ledger entry '{id}' runs from {low} down to {high}", remedy=order)
        about = (finding or self.finding, quantity, basis, self.page, value, low, high, interval, published)
        more = (bool(by_construction), reason.strip(), digits, unit, *flow.place(), text)
        self._by_id[id] = Record(id, *about, *more)

    def _check(self, id: str, basis: str, published: str | None) -> None:
        """Refuse an id, a basis or a printed number that a record cannot have."""
        entry, remedy = f"ledger entry '{id}'", None
        if not ID.fullmatch(id):
            fault, remedy = f"'{id}' is not a ledger id", "use lower-case letters and digits in words joined by hyphens"
        elif basis not in rules.BASES:
            fault = f"{entry}: basis '{basis}' is not one of {', '.join(rules.BASES)}"
        elif published is not None and published not in self.register:
            fault = f"{entry} restates '{published}', which is not in the register"
            remedy = self.register.remedy(published)
        elif basis == RECALLED and published is not None and self.register[published].grade != "U":
            fault = f"{entry} rests on recalled numbers and cannot restate '{published}', which was read in a source"
            remedy = "leave out published=..."
        elif id in self.register:
            fault, remedy = f"'{id}' is the id of a printed number", "give the recomputed number its own id"
        elif id in self._by_id:
            fault = f"{entry} is recorded twice in {self.page}"
        else:
            return
        raise RestatedError(fault, remedy=remedy)

    def record_many(self, rows: Iterable[tuple[str, object, str]], **common) -> None:
        """Enter several numbers from a table of id, result and quantity; `common` are arguments of :meth:`record`.

        A result is a number, a pair of ends, or a tuple of a number and its two ends.
        """
        for id, result, quantity in rows:
            value, *ends = result if isinstance(result, tuple) else (result,)
            value, low, high = (None, value, *ends) if len(ends) == 1 else (value, *(ends or (None, None)))
            self.record(id, value, low=low, high=high, quantity=quantity, **common)

    def record_fit(
        self,
        fit,
        *,
        basis: str | None = None,
        back: Callable[[float], float] = float,
        factor: float = 1.0,
        published: str | None = None,
        reason: str = "",
        digits: int = 2,
        unit: str = "",
        finding: str | None = None,
        **parts: str | tuple[str, str],
    ) -> None:
        """Enter a pooled fit: its estimate and other results, each under an id of its own and in the order given.

        fit : restated.estimate.meta.MetaFit or another with the attributes that `parts` ask for
        back, factor : callable, float
            From the scale of the analysis to the recorded one, and a multiplier applied afterwards.
        basis, finding, published, reason, digits, unit
            As for :meth:`record`. The printed number and the reason belong to the estimate, digits and unit to it and
            to the prediction interval.
        **parts : (str, str) or str
            Id and quantity, or the id alone, of ``estimate`` (with its 95 % interval), ``prediction`` (interval for a
            new study), ``i2`` (I² from Q, percent), ``tau2``, ``tau`` or ``k``.
        """

        def scaled(attribute: str) -> float:
            return factor * float(back(getattr(fit, attribute)))

        for part, named in parts.items():
            id, quantity = (named, "") if isinstance(named, str) else named
            value, low, high, interval = None, None, None, "set"
            more: dict[str, Any] = {"digits": digits, "unit": unit}
            if part == "estimate":
                method = _INTERVALS[getattr(fit, "ci_method", "wald")]
                value, low, high = scaled("estimate"), scaled("ci_low"), scaled("ci_high")
                interval = f"95 % confidence interval ({method})"
                more |= {"published": published, "reason": reason}
            elif part == "prediction":
                low, high = scaled("pi_low"), scaled("pi_high")
                interval = "95 % prediction interval, k - 2 degrees of freedom"
            elif part in _FIT_PARTS:
                field, decimals, sign = _FIT_PARTS[part]
                value, more = getattr(fit, field), {"digits": decimals, "unit": sign}
            else:
                known = ", ".join(("estimate", "prediction", *_FIT_PARTS))
                raise RestatedError(f"'{part}' is not a part of a fit", remedy=f"use one of {known}")
            more |= {"low": low, "high": high, "interval": interval}
            self.record(id, value, basis=basis, finding=finding, quantity=quantity, **more)

    def entries(self, *ids: str) -> list[dict]:
        """Return the joined ledger rows of records (all by default), as the ledger page will show them."""
        return [self.entry(i) for i in (ids or self._by_id)]

    def entry(self, id: str) -> dict:
        """Return the joined ledger row of one record."""
        if id not in self._by_id:
            raise RestatedError(f"no ledger entry '{id}' has been recorded in {self.page} so far")
        record = self._by_id[id]
        return ledger.entry(record, self.register.get(record.published) if record.published else None)
