"""JupyterLab saves a notebook as it was, or `restated check` says what would change; the kernel is Python."""

from __future__ import annotations

import asyncio
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupytext.async_contentsmanager import build_async_jupytext_contents_manager_class

from restated.errors import RestatedError
from restated_book import cli, paths
from restated_book.build import checks
from restated_book.chapters import saving

CONFIG = paths.NOTEBOOKS / "jupytext.toml"
NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("*.md"))

#: What the page of JupyterLab puts into a notebook that it opens and runs.
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.13.1",
}
HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
myst:
  html_meta:
    description: A short one.
---
"""


def save(folder, name):
    """Open a notebook through the contents API as JupyterLab on `folder` does, run it, save it."""
    manager = build_async_jupytext_contents_manager_class(AsyncLargeFileManager)(root_dir=str(folder))

    async def both():
        model = await manager.get(name, type="notebook", content=True)
        content = json.loads(json.dumps(model["content"]))
        content["metadata"].update(kernelspec=dict(saving.KERNEL), language_info=LANGUAGE)
        for cell in content["cells"]:
            cell["metadata"]["trusted"] = True
            if cell["cell_type"] == "code":
                cell["metadata"]["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
                cell.update(execution_count=1, outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}])
        await manager.save({"type": "notebook", "format": "json", "content": content}, name)

    # In a thread of its own: a browser test of the same process may have left a loop running in this one.
    with ThreadPoolExecutor(1) as alone:
        alone.submit(asyncio.run, both()).result()


@pytest.fixture
def folder(tmp_path):
    shutil.copy(CONFIG, tmp_path)
    return tmp_path


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda file: file.stem)
def test_no_notebook_of_the_book_changes_when_it_is_opened_run_and_saved(folder, notebook):
    shutil.copy(notebook, folder)
    save(folder, notebook.name)
    assert (folder / notebook.name).read_bytes() == notebook.read_bytes()
    assert saving.rewritten(notebook) is None


def test_the_settings_next_to_a_notebook_count_whatever_folder_the_lab_is_opened_on(folder):
    below = folder / "below"
    below.mkdir()
    for file in (NOTEBOOKS[0], CONFIG):
        shutil.copy(file, below)
    (folder / CONFIG.name).write_text("notebook_metadata_filter = '-all'\n", encoding="utf-8")
    save(folder, f"below/{NOTEBOOKS[0].name}")
    assert (below / NOTEBOOKS[0].name).read_bytes() == NOTEBOOKS[0].read_bytes()


def test_git_sees_no_difference_between_line_ends():
    assert "\n*.md text eol=lf\n" in (paths.ROOT / ".gitattributes").read_text(encoding="utf-8")


FLOW = "---\nkernelspec: {display_name: Python 3, name: python3}\nmyst: {html_meta: {description: A short one.}}\n---\n"
fronts = st.sampled_from(
    [HEAD, HEAD.replace("myst:", "orphan: true\nmyst:"), HEAD.replace("(ipykernel)", "(mine)"), FLOW]
)
parts = st.sampled_from(
    [
        "# A title\n",
        "Text.\n\n\n\nMore text after blank lines.  \n",
        ":::{note}\n:class: x\n\nText\n:::\n",
        "````{admonition} T\n```python\nx\n```\n````\n",
        "```{code-cell} ipython3\n:tags: [hide-input]\n\nx = 1\n```\n",
        "```{code-cell} ipython3\nx = 1\n\n\ny = 2\n```\n",
        "```{code-cell}\n---\ntags: [a, b]\nmystnb: {x: 1}\n---\nx = 1\n```\n",
        "````{code-cell} ipython3\n'```'\n````\n",
        "~~~{code-cell} ipython3\nx\n~~~\n",
        '+++ {"a": 1}\n\nText of a cell.\n',
        "(a-place)=\n## A place\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        "$$\nx = \\frac{1}{2}\n$$ (eq)\n",
        "```{code-cell} ipython3\n%%capture\nprint('é')\n```\n",
        "% a comment\n",
    ]
)


@settings(deadline=None, max_examples=12, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fronts, st.lists(parts, max_size=5), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n", "\n\n"]))
def test_what_the_check_says_is_what_the_lab_does(folder, front, texts, ends, last):
    text = front + "\n" + "\n".join(texts).rstrip("\n") + last
    file = folder / "n.md"
    file.write_bytes(text.replace("\n", ends).encode())
    said = saving.rewritten(file)
    expected = saving.saved(text, folder)
    save(folder, "n.md")
    saved = file.read_text(encoding="utf-8")
    assert saved == expected and (said is None) == (saved == text)
    assert "A short one." in saved


def test_without_settings_front_matter_would_go_and_the_check_says_so(tmp_path, monkeypatch, capsys):
    file = tmp_path / "n.md"
    file.write_text(HEAD + "\n# T\n", encoding="utf-8")
    save(tmp_path, "n.md")
    assert "html_meta" not in file.read_text(encoding="utf-8")
    file.write_text(HEAD + "\n# T\n", encoding="utf-8")
    assert saving.rewritten(file).startswith("row 6: JupyterLab would save ")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(checks, "check", lambda: ([], ["notebooks/n"]))
    (tmp_path / "notebooks").mkdir()
    file.rename(tmp_path / "notebooks" / "n.md")
    assert cli.main(["check"]) == 0
    note, last = capsys.readouterr().out.splitlines()
    assert note.startswith("note: notebooks/n.md, row 6: JupyterLab would save") and last.endswith("no fault found")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("name: python3", "name: ir", "field 'kernelspec.name': the notebook is for the kernel 'ir'"),
        ("language: python", "language: julia", "field 'kernelspec.language': the notebook is for the kernel 'julia'"),
        ("kernelspec:", "kernelspec: 5\nother:", "field 'kernelspec': '5' does not describe a kernel"),
        ("{code-cell} ipython3", "{code-cell} r", "row 17: this cell is in 'r'"),
    ],
)
def test_another_kernel_than_python_is_refused(tmp_path, old, new, says):
    file = tmp_path / "n.md"
    text = HEAD + "\n# T\n\n```{code-cell} ipython3\nx\n```\n"
    for written in (text, text.replace(" ipython3", "").replace("  language: python\n", ""), "# No front matter\n"):
        file.write_text(written, encoding="utf-8")
        assert saving.check_kernel(file) is None
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RestatedError, match=r"Python only|does not describe") as error:
        saving.check_kernel(file)
    assert says in str(error.value) and "'python3'" in str(error.value)
