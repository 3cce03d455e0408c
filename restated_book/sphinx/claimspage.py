"""The claims page: contradictions side by side, a table of all claims, matters given twice, and links to claims."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective, SphinxRole

from restated.errors import RestatedError
from restated_book import claims, config, entries, paths
from restated_book.sources import bibliography
from restated_book.sphinx import blocks, markup
from restated_book.sphinx.ledgerpage import citation_links
from restated_book.sphinx.roles import hint, refuse, shows, tip_id

NONE_CITED = "none"  #: Value of the filter for claims to which no source is attached

PUBLIC, STANDING = paths.tables(__file__).values()  #: Words for the columns ``public`` and ``independence`` of a source
PARTS = markup.parts("claims", PUBLIC=PUBLIC, STANDING=STANDING)
badge = PARTS.badge


class claim_link(nodes.Inline, nodes.TextElement):
    """The id of a claim as a link to it. Attribute: ``claim``. Its only child is the id as text."""


@dataclass(frozen=True)
class Links:
    """Addresses of what claims refer to, relative to the page: of source keys, works, chapters and ledger rows."""

    ledger: str
    cite: Callable[[str], str | None]
    work: Callable[[str], str]
    chapter: Callable[[str], tuple[str, str]]
    rows: Mapping[str, Mapping]
    root: str = ""


def links(builder, docname: str) -> Links:
    """Return the addresses as seen from the page `docname`."""

    def chapter(name: str) -> tuple[str, str]:
        doc = f"notebooks/{name}"
        title = builder.env.titles[doc].astext() if doc in builder.env.titles else name
        return builder.get_relative_uri(docname, doc), title

    ledger = builder.get_relative_uri(docname, builder.config.restated_ledger_doc)
    cite, root = citation_links(builder, docname), blocks.root(docname)
    return Links(ledger, cite, bibliography.load().short, chapter, entries.load(), root)


@cache
def statements() -> dict[str, dict]:
    """Return the claims by id."""
    return {claim["id"]: claim for claim in claims.load("claims").to_dict("records")}


@cache
def _sources() -> dict[str, dict]:
    return {source["id"]: source for source in claims.load("sources").to_dict("records")}


@cache
def _comparisons() -> dict[str, list[dict]]:
    by_claim = claims.load("checks").explode("claim_ids").groupby("claim_ids")
    return {str(id): rows.to_dict("records") for id, rows in by_claim}


def claim_html(claim: Mapping, *, sources: Mapping[str, Mapping], comparisons: Iterable[Mapping], to: Links) -> str:
    """Return a claim as a row of the table, with all `sources` by marker and the `comparisons` that bear on it."""
    own = config.load().claims
    classes = [f"v-{claim['verdict']}", *(f"m-{marker}" for marker in claim["cited"] or [NONE_CITED])]
    checkable = claim["checkable_from"] if claim["verdict"] == "not-publicly-checkable" else ""
    checkable = own.checkable.get(checkable, checkable)
    return PARTS.claim(claim, classes, checkable, sources, list(comparisons), own.document, to)


def filters_html(rows: Iterable[Mapping], sources: Mapping[str, Mapping]) -> str:
    """Return the form above the claims and their count."""
    rows = list(rows)
    verdicts, sections = ({row[name] for row in rows} for name in ("verdict", "section"))
    cited = {marker for row in rows for marker in row["cited"]}
    markers = [(m, f"{m}: {source['description']}") for m, source in sources.items() if m in cited]
    if not all(row["cited"] for row in rows):
        markers.append((NONE_CITED, "no source attached"))
    shapes = [(v, f"{shape} {claims.words(v, '')}") for v, shape in claims.SHAPES.items() if v in verdicts]
    titles = claims.sections() or {row["section"]: row["section"] for row in rows}
    lists = [
        ("verdict", "Verdict", shapes),
        ("section", "Part", [(section_id(s), title) for s, title in titles.items() if s in sections]),
        ("cited", "Cited source", markers),
    ]
    return PARTS.filters(lists, markup.counted(len(rows), "claim"))


def list_html(rows: Iterable[Mapping], *, sources: Mapping, comparisons: Mapping, to: Links) -> str:
    """Return the claims as one table, grouped by the parts of the document."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        html = claim_html(row, sources=sources, comparisons=comparisons.get(row["id"], ()), to=to)
        groups.setdefault(row["section"], []).append(html)
    titles = claims.sections()
    return PARTS.listed([(section_id(s), titles.get(s, s), groups[s]) for s in titles or groups if s in groups])


def against_html(rows: Iterable[Mapping], *, comparisons: Mapping, to: Links) -> str:
    """Return claims, each with its own text and those of the sources that say otherwise, side by side."""
    found = []
    for row in rows:
        checks = comparisons.get(row["id"], [])
        found.append((row, [c for c in checks if c["relation"] == "differs"] or checks))
    return PARTS.against(found, config.load().claims.document, to)


def section_id(section: str) -> str:
    """Return the anchor of a part of the document on the page of claims: ``claims-summary``."""
    return nodes.make_id("claims-" + section.partition(" ")[2])


def filters(builder) -> str:
    """Return the form of the page of claims."""
    return filters_html(statements().values(), _sources())


def _list(builder) -> str:
    to = links(builder, builder.current_docname)
    return list_html(statements().values(), sources=_sources(), comparisons=_comparisons(), to=to)


def _against(builder, substance: bool) -> str:
    """Return the contradicted claims whose difference concerns the substance, or the others."""
    grave = set(config.load().claims.substance)
    found = [claim for claim in statements().values() if claim["verdict"] == "contradicted"]
    rows = [claim for claim in found if substance == bool(grave & set(claim["strength"].split(claims.SEPARATOR)))]
    return against_html(rows, comparisons=_comparisons(), to=links(builder, builder.current_docname))


def _places(builder) -> str:
    return PARTS.places(claims.load("inconsistencies").to_dict("records"))


class ClaimsList(SphinxDirective):
    """``{claims-list}``: a form to filter by, and a table of all claims, grouped by the parts of the document."""

    def run(self):
        for name in ("claims", "checks", "sources"):
            self.env.note_dependency(str(paths.DATA / "claims" / f"{name}.csv"))
        listed = blocks.block(_list, "The claims are in data/claims/claims.csv.")
        return [blocks.block(filters), listed] if statements() else []


class ContradictedClaims(SphinxDirective):
    """``{contradicted-claims}``: those contradicted in substance, side by side with sources; ``:others:`` the rest."""

    option_spec = dict.fromkeys(["others"], directives.flag)

    def run(self):
        text = "The contradicted claims are in data/claims/claims.csv."
        return [blocks.block(_against, text, substance="others" not in self.options)]


class TwoPlaces(SphinxDirective):
    """``{two-places}``: what the document prints in two places, side by side."""

    def run(self):
        self.env.note_dependency(str(paths.DATA / "claims" / "inconsistencies.csv"))
        rows = claims.load("inconsistencies").to_dict("records")
        if not rows:
            return []
        text = "; ".join(f"{r['matter']}: {r['text_1']} ({r['place_1']}), {r['text_2']} ({r['place_2']})" for r in rows)
        return [blocks.block(_places, text)]


class ClaimRole(SphinxRole):
    """``{claim}`A03```: the id of a claim as a link to it."""

    def run(self):
        id = self.text.strip()
        try:
            known = statements()
        except RestatedError as error:
            return refuse(self, "claim", str(error))
        if id not in known:
            return refuse(self, "claim", f"unknown claim '{id}'{hint(id.upper(), known)}")
        node = claim_link(self.rawtext, "", nodes.Text(id), claim=id)
        self.set_source_info(node)
        return [node], []


def _link(self, node: claim_link) -> str:
    claim = statements()[node["claim"]]
    return PARTS.claim_link(claim, f"{address(self.builder)}#{claims.anchor(claim['id'])}", tip_id(self))


def address(builder) -> str:
    """Return the address of the page of the claims, from the page that is being written."""
    return builder.get_relative_uri(builder.current_docname, builder.config.restated_claims_doc)


def setup(app) -> None:
    """Register role and node."""
    app.add_node(claim_link, html=(shows(_link), blocks.nothing), **blocks.OTHERS)
    app.add_role("claim", ClaimRole())
