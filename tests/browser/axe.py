"""What axe-core finds on a page."""

from __future__ import annotations

from importlib.resources import files

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

#: WCAG 2.2, levels A and AA, and what axe calls best practices.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: Rows of a table that axe examines; it would need a minute for the ledger.
MOST_ROWS = 40


def violations(tab, *, only: str = "", without: str = "") -> list[str]:
    """Rule and place of each violation: by all rules, by `only` one, or `without` one that adds nothing.

    Long tables lose the rows that axe does not examine: nothing else can be tested on the page afterwards.
    """
    run = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": RULES}
    # The size of targets is new in WCAG 2.2; axe leaves it out unless asked.
    rules = {} if only else {"target-size": {"enabled": True}} | ({without: {"enabled": False}} if without else {})
    # Rows of a long table are alike.
    tab.evaluate(
        "most => document.querySelectorAll(`tbody tr:nth-child(n + ${most})`).forEach(row => row.remove())", MOST_ROWS
    )
    # Of the hidden code axe would read every coloured word, and judge none.
    tab.evaluate("document.querySelectorAll('details:not([open]) pre').forEach(p => { p.textContent = p.textContent })")
    tab.evaluate(AXE)
    found = tab.evaluate(
        "options => axe.run(document, options)", {"runOnly": run, "rules": rules, "resultTypes": ["violations"]}
    )
    return [
        f"{v['id']} ({v['impact']}): {n['html'][:200]} {n['failureSummary'][:300]}"
        for v in found["violations"]
        for n in v["nodes"][:3]
    ]
