"""Pages reduced to what readers need: surplus files of the theme are left out, missing descriptions are added."""

import re
from html import escape, unescape
from itertools import count, cycle
from pathlib import Path

from docutils import nodes
from sphinx.environment.adapters.toctree import TocTree, global_toctree_for_doc

from restated_book import freshness, paths, policy
from restated_book.cite import citation
from restated_book.sphinx import blocks, claimspage, explorers, ledgerpage, metadata, search, todopage

DESCRIPTION_LENGTH = 160  #: Search engines cut descriptions at about this length
SHORTEST_DESCRIPTION = 40  #: A first paragraph shorter than this (a date, a badge) does not describe a page
_TABLES = paths.tables(__file__)
#: Style sheets of ours, in loading order, the first one only where there is code; and that of pages made later.
*STYLES, EMBEDDED = _TABLES["styles"]
#: Files that are not used here, and parts of the theme's pages that are not shown, which it would render all the same.
UNUSED_FILES, THEME_PARTS = _TABLES["unused"], _TABLES["theme_parts"]
BRANCH, LIVE_CODE, NAMELESS, COLUMN_HEAD, PLAIN_CODE, CITED, TERM, PARAGRAPH = map(
    re.compile, _TABLES["patterns"].values()
)
#: A table of the text as the theme writes it, and the columns from which its rows become cards on telephones.
TABLE, FITTING = re.compile(r'<table class="(table[^"]*)">.*?</table>', re.DOTALL), 3


def _beside(node: nodes.citation, step: int) -> bool:
    """Return whether the entry has one before it (`step` -1) or after it (1)."""
    at = node.parent.index(node) + step
    return 0 <= at < len(node.parent) and isinstance(node.parent[at], nodes.citation)


def visit_citation(self, node: nodes.citation) -> None:
    """A bibliography entry as a list item of a list; the stock roles break the list for screen readers."""
    if not _beside(node, -1):
        self.body.append('<div role="list" class="citation-list">\n')
    self.body.append(self.starttag(node, "div", CLASS="citation", role="listitem"))


def depart_citation(self, node: nodes.citation) -> None:
    """Close the entry, and the list after its last entry."""
    self.body.append("</div>\n" if _beside(node, 1) else "</div>\n</div>\n")


def visit_hidden_cell(self, node: nodes.Element) -> None:
    """A folded code cell with the prompt as its summary."""
    name = node["prompt_show"].removeprefix("Show ").capitalize()
    self.body.append(f'<details class="rs-code"><summary>{escape(name)}</summary>\n')


def description(doctree: nodes.document | None, metadata: dict) -> str:
    """Return the description of a page: that of its front matter, else its first real paragraph."""
    paragraphs = (p.astext() for p in doctree.findall(nodes.paragraph)) if doctree is not None else ()
    text = str(metadata.get("description") or "") or next((p for p in paragraphs if len(p) >= SHORTEST_DESCRIPTION), "")
    text = " ".join(text.split())
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    return text[: DESCRIPTION_LENGTH - 1].rsplit(" ", 1)[0].rstrip(",;:–—") + "…"


def _local(assets, wanted) -> list:
    by_name = {str(getattr(a, "filename", a) or "").rsplit("/", 1)[-1]: a for a in assets}
    return [by_name[name] for name in wanted if name in by_name]


def tree(app, folder: str) -> str:
    """Return the tree of pages with addresses relative to `folder`, without a current page; made once per folder."""
    made = vars(app).setdefault("restated_trees", {})
    if folder not in made:
        shown = global_toctree_for_doc(app.env, folder, app.builder, includehidden=True, maxdepth=2, titles_only=True)
        html = app.builder.render_partial(shown)["fragment"] if shown is not None else ""
        # Part titles are not headings: the page's own headings start in its article.
        made[folder] = re.sub(r'<p [^>]*class="caption"[^>]*>', '<p class="rs-part">', html)
    return made[folder]


def marked(html: str, address: str) -> str:
    """Return a tree of pages with the page of that address, and the branch it is on, marked as current."""
    link = f'<a class="reference internal" href="{escape(address)}">'
    before, found, after = html.partition(link)
    if not found:
        return html
    branch: list[re.Match] = []
    for tag in BRANCH.finditer(before):
        branch = branch[:-1] if tag[0].startswith("</") else [*branch, tag]
    for tag in reversed(branch):
        opened = f'{tag[0][:-2]} current">' if tag[0].startswith("<li") else '<ul class="current">'
        before = before[: tag.start()] + opened + before[tag.end() :]
    return f'{before}<a class="current reference internal" href="#" aria-current="page">{after}'


def navigation(app, pagename: str) -> str:
    """Return the tree of pages as seen from one of them."""
    folder, slash, name = pagename.rpartition("/")
    html = tree(app, folder + slash)
    return marked(html, f"{name}.html") if pagename in app.env.found_docs else html


def page_contents(app, pagename: str) -> str:
    """Return links to the sections of the page, without the page itself; empty with fewer than two sections."""
    if pagename not in app.env.tocs:
        return ""
    toc = TocTree(app.env).get_toc_for(pagename, app.builder)
    inner = next((n for item in toc.findall(nodes.list_item) for n in item if isinstance(n, nodes.bullet_list)), ())
    return app.builder.render_partial(inner)["fragment"] if len(inner) > 1 else ""


def name_tables(body: str) -> str:
    """Name tables of the text after their section, give headings a scope, and make cards of wide rows on telephones."""
    title = ""

    def named(found: re.Match) -> str:
        nonlocal title
        if found["table"] is None:
            title = re.sub(r"<[^>]+>", "", found["title"]).strip()
            return found[0]
        return f'{found["table"]}\n<caption class="rs-hidden">Table: {title}</caption>'

    def carded(found: re.Match) -> str:
        heads = [escape(unescape(re.sub(r"<[^>]+>", "", head))) for _, head in COLUMN_HEAD.findall(found[0])]
        if len(heads) < FITTING:
            return found[0]
        labels = cycle(["<td", *(f'<td data-label="{head}"' for head in heads[1:])])
        return re.sub("<td", lambda _: next(labels), found[0].replace(f'"{found[1]}"', f'"{found[1]} rs-cards"', 1))

    body = TABLE.sub(carded, NAMELESS.sub(named, body))
    return COLUMN_HEAD.sub(r'<th scope="col"\1\2</th>', body)


def box_titles(body: str) -> str:
    """Put references and terms into boxes that open on hover and focus; wide screens note each work in the margin."""
    seen: set[str] = set()
    tips = count(1)

    def boxed(css: str, link: str, href: str, words: str, text: str) -> str:
        tip = f"rs-said-{next(tips)}"
        return (
            f'<span class="{css}"><a class="{link}reference internal" {href} aria-describedby="{tip}">{text}</a>'
            f'<span class="rs-tip" role="tooltip" id="{tip}">{words}</span></span>'
        )

    def work(found: re.Match, noted: bool) -> str:
        href, key, words, text = found.groups()
        css = "rs-number rs-cited rs-noted" if noted and key not in seen else "rs-number rs-cited"
        if noted:
            seen.add(key)
        return boxed(css, "", href, words, text)

    body = PARAGRAPH.sub(lambda p: CITED.sub(lambda found: work(found, True), p[0]), body)
    body = CITED.sub(lambda found: work(found, False), body)
    return TERM.sub(lambda found: boxed("rs-number", "rs-gloss ", *found.groups()), body)


def drop_parts(app, pagename, templatename, context, doctree) -> None:
    """Leave out the parts of the theme's pages that are not shown."""
    for part in THEME_PARTS:
        context.pop(part, None)


def _metatags(app, pagename: str, context, doctree, is_part: bool) -> str:
    """Return the meta tags of a page with its description; the policy comes first, so that it holds for the rest."""
    title = unescape(re.sub("<[^>]+>", "", context.get("title") or "Search"))
    given = context.get("metatags") or ""
    tags = re.sub(r'\s*<meta [^>]*name="(?:viewport|generator|description)"[^>]*>', "", given)
    found = re.search(r'<meta (?=[^>]*name="description")[^>]*content="([^"]*)"', given)
    own = unescape(found[1]) if found else ""
    own = own or description(doctree, app.env.metadata.get(pagename, {})) or f"{title} – {app.config.html_title}"
    text = " ".join(re.sub("<[^>]+>", "", own).split())
    tags += f'\n    <meta name="description" content="{escape(text)}">'
    if doctree is not None or is_part:
        chapters = sorted(p for p in app.env.found_docs if p.startswith("notebooks/"))
        tags += metadata.html(citation.about(), pagename, title, text, app.config.root_doc, chapters)
    return f"\n    {policy.PAGE}{tags}"


def clean_context(app, pagename, templatename, context, doctree) -> None:
    """Leave out every script and style that is not ours, and describe the page."""
    rows = ledgerpage.addresses(app.env)
    is_part = rows is not None and pagename in rows
    made = {node["make"] for node in doctree.findall(blocks.late)} if doctree is not None else set()
    needed = {
        "ledger.js": is_part,
        "finder.js": pagename == app.config.restated_ledger_doc and not is_part,
        "claims.js": claimspage.filters in made,
        search.DATA: pagename == "search",
        "search.js": pagename == "search",
    }
    scripts = [*(name for name, of_page in needed.items() if of_page), *explorers.scripts(doctree)]
    for name in scripts:
        app.add_js_file(name, loading_method="defer")
    body = context.get("body") or ""
    context["css_files"] = _local(context["css_files"], STYLES if 'class="highlight' in body else STYLES[1:])
    context["script_files"] = _local(context["script_files"], ["restated.js", *scripts])
    body = box_titles(name_tables(PLAIN_CODE.sub(r"\1", LIVE_CODE.sub("", body))))
    context["body"] = body if rows is None else rows.led(body)
    wide = "rs-wide" if is_part or made & {todopage.tables, claimspage.filters} else ""
    context["restated_kind"] = "rs-front" if pagename == app.config.root_doc else wide
    context["restated_nav"] = lambda: navigation(app, pagename)
    context["restated_toc"] = page_contents(app, pagename)
    context["metatags"] = _metatags(app, pagename, context, doctree, is_part)
    context["restated_edition"] = citation.about().version
    context["restated_theme_script"] = policy.THEME_SCRIPT


def anchors(env) -> str:
    """Return the fingerprint of everything a page can link to: labels, headings by their words, titles."""
    std = env.domaindata["std"]
    slugs = {page: sorted(about.get("myst_slugs", {}).items()) for page, about in sorted(env.metadata.items())}
    titles = {page: title.astext() for page, title in sorted(env.titles.items())}
    targets = tuple(sorted(std[kind].items()) for kind in ("anonlabels", "labels", "objects"))
    return freshness.digest(repr((*targets, slugs, titles)))


def to_write(app, env) -> set[str]:
    """Return pages to write besides those that were read: none while no anchor, and so no link, has changed."""
    before, env.restated_anchors = getattr(env, "restated_anchors", ""), anchors(env)
    app.restated_anchors_moved = before != env.restated_anchors
    return set(env.found_docs) if app.restated_anchors_moved else set()


def prune(app, exception) -> None:
    """Write the redirect and the sitemap, and delete files that no page refers to: source maps, files of the theme."""
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for name in UNUSED_FILES:
        (out / name).unlink(missing_ok=True)
    rows, about, render = ledgerpage.addresses(app.env), citation.about(), app.builder.templates.render
    if app.config.root_doc != "index":
        target, title = app.builder.get_target_uri(app.config.root_doc), app.config.html_title
        known = {"lang": app.config.language, "policy": policy.BARE, "title": title, "target": target}
        (out / "index.html").write_text(render("redirect.html", known), encoding="utf-8")
    if about.address:
        listed = sorted([*app.env.found_docs, *(rows.pages if rows is not None else ())])
        known = {"address": about.address, "day": metadata.changed(), "pages": listed}
        (out / "sitemap.xml").write_text(render("sitemap.xml", known), encoding="utf-8")
    static = out / "_static"
    used = {static / name for name in (*STYLES, EMBEDDED)}
    for file in out.rglob("*.html"):
        if static not in file.parents:
            text = file.read_text(encoding="utf-8")
            used.update(static / ref for ref in re.findall(r'_static/([^"\'?#)\s]+)', text))
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in used:
            path.unlink()
    for path in out.rglob("*.map"):
        path.unlink()


def setup(app) -> None:
    """Register the citation visitor and the hooks on changed pages, page contexts and the finished build."""
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.connect("env-updated", to_write)
    app.connect("html-page-context", drop_parts, priority=100)
    # After the theme (500) and its buttons (501), which add what is dropped here.
    app.connect("html-page-context", clean_context, priority=900)
    app.connect("build-finished", prune, priority=900)
