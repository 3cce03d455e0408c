"""A notebook's text as JupyterLab opens and saves it, and the kernel it names."""

import re
from difflib import SequenceMatcher
from pathlib import Path

import jupytext
from jupytext.config import find_jupytext_configuration_file, load_jupytext_configuration_file

from restated_book.chapters import heads
from restated_book.sources import files

#: The kernel that JupyterLab notes in a notebook when it runs the one of this environment.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
#: Names that code cells may have for the language of that kernel.
PYTHON = ("", "python", "python3", "ipython", "ipython3")

_CELL = re.compile(r"^(?:`{3,}|~{3,})\{code-cell\}[ \t]*(\S*)", re.M)


def check_kernel(file: Path) -> None:
    """Refuse a notebook, or a cell of it, for another kernel than the Python that runs the book."""
    front, refuse = heads.front_matter(file), files.refuser(file)
    remedy = f"name the kernel as the other notebooks do, '{KERNEL['name']}', and write the cells in Python"
    inner = front.get("jupyter")
    spec = front.get("kernelspec", inner.get("kernelspec") if isinstance(inner, dict) else None)
    if spec is not None and not isinstance(spec, dict):
        refuse(f"'{spec}' does not describe a kernel", remedy, field="kernelspec")
    for key in ("language", "name"):
        named = (spec or {}).get(key, KERNEL[key])
        if str(named).lower() != KERNEL[key]:
            message = f"the notebook is for the kernel '{named}', and the book runs Python only"
            refuse(message, remedy, field=f"kernelspec.{key}")
    text = files.text(file)
    for cell in _CELL.finditer(text):
        if cell[1].lower() not in PYTHON:
            line = text.count("\n", 0, cell.start()) + 1
            refuse(f"this cell is in '{cell[1]}', and the book runs Python only", remedy, row=line)


def saved(text: str, folder: Path) -> str:
    """Return the text of a notebook as JupyterLab, opened on `folder`, saves it after it was opened and run."""
    place = find_jupytext_configuration_file(folder, search_parent_dirs=False)
    config = load_jupytext_configuration_file(place) if place else None
    notebook = jupytext.reads(text, fmt={"extension": ".md"}, config=config)
    lexer = {"name": KERNEL["language"], "pygments_lexer": "ipython3"}
    notebook.metadata.update(kernelspec=dict(KERNEL), language_info=lexer)
    # Without a head or a code cell, it is not recognised as MyST.
    form = notebook.metadata.get("jupytext", {}).get("text_representation", {}).get("format_name", "markdown")
    return jupytext.writes(notebook, fmt={"extension": ".md", "format_name": form}, config=config)


def rewritten(file: Path) -> str | None:
    """Return what saving a notebook in JupyterLab would change, in a sentence; None if it would change nothing."""
    text = files.text(file)
    now, then = text.splitlines(), saved(text, file.parent).splitlines()
    for kind, first, end, at, to in SequenceMatcher(None, now, then, autojunk=False).get_opcodes():
        if kind != "equal":
            sides = (now[first:end], then[at:to])
            old, new = ("'" + "' '".join(x[:2]) + "'" if any(x) else "a blank line" if x else "nothing" for x in sides)
            return f"row {first + 1}: JupyterLab would save {new} in place of {old}"
    ended = text == "\n".join(then) + "\n"
    return None if ended else f"row {len(now)}: JupyterLab would end the file with one line end"
