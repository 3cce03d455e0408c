"""Run one notebook from its text, in a kernel of its own."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import jupytext
import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from restated.errors import RestatedError
from restated_book import outputs
from restated_book.build import kernel, outputcheck
from restated_book.build.environment import environment
from restated_book.sources import files

if TYPE_CHECKING:
    from restated_book.build import fork

NOTEBOOK_SECONDS = 600  #: A notebook that runs longer than this hangs: the whole book is meant to build within a minute
#: What a kernel runs first: it lists the fonts, which writes on standard error at first, and observes what is read.
WATCH = "__import__('matplotlib.font_manager'); __import__('restated_book.watch').watch.start()"
#: Starts of a kernel whose port another program takes first. That is rare; three times in a row it is not coincidence.
KERNEL_STARTS = 3


async def run(
    notebook: Path, pictures: Path | None = None, *, zygote: fork.Zygote | None = None, starts: int = KERNEL_STARTS
):
    """Run a notebook from its text; return it with outputs and the last cell, or name the cell that fails in an error.

    Figures as PNG go into the folder `pictures`, if one is given; its kernel is forked from `zygote`, if one is given,
    and started at most `starts` times while it finds its port taken.
    """
    content = read(notebook)
    content.cells.append(nbformat.v4.new_code_cell(outputs.HAND_OVER, metadata={"tags": ["remove-cell"]}))
    client = kernel.Client(
        content,
        timeout=NOTEBOOK_SECONDS,
        kernel_name="python3",
        # Widgets do not run on a page, and their ids are random.
        store_widget_state=False,
        # As in JupyterLab: what lies next to a notebook is found by its name.
        resources={"metadata": {"path": str(notebook.parent)}},
        # A kernel warns that its local port is not encrypted, and when it is stopped; faults of cells come another way.
        extra_arguments=["--log-level=CRITICAL", f"--IPKernelApp.exec_lines={WATCH}"],
    )
    client.zygote = zygote
    env = environment() | ({outputs.PICTURES: str(pictures)} if pictures else {})
    # Of what a kernel writes outside its cells only the reason why it does not start matters.
    with tempfile.TemporaryFile() as stderr:
        try:
            await client.async_execute(env=env, stderr=stderr)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise _failure(notebook, client, error) from error
        except Exception as error:  # the client fails in several ways over a kernel that is gone
            stderr.seek(0)
            lines = stderr.read().decode(errors="replace").strip().splitlines()
            reason = next((x for x in reversed(lines) if "Error" in x), lines[-1] if lines else error)
            if "Address already in use" in str(reason) and starts > 1:
                return await run(notebook, pictures, zygote=zygote, starts=starts - 1)
            remedy = f"try `{sys.executable} -m ipykernel_launcher`"
            raise RestatedError(f"its kernel did not start: {reason}", file=notebook, remedy=remedy) from error
        finally:
            await client.end()
    for cell in content.cells:
        cell.metadata.pop("execution", None)
    set_ids(content)
    return content


def read(notebook: Path):
    """Read the text of a notebook; refuse one that is not in MyST."""
    text = files.text(notebook)
    try:
        return jupytext.reads(text, fmt="md:myst")
    except Exception as error:
        files.refuser(notebook)(f"the notebook cannot be read: {error}", "correct its front matter and its cells")


def set_ids(content) -> None:
    """Number the cells: ids are random in nbformat, and two builds are to be identical."""
    for i, cell in enumerate(content.cells):
        cell["id"] = f"cell-{i}"


def _failure(notebook: Path, client: kernel.Client, error: Exception) -> RestatedError:
    """Turn the fault of a cell into a message."""
    if client.flooded:
        message = f"{outputcheck.first_line(client.flooded)} puts out more than {kernel.MOST_OUTPUT / 1e6:.0f} MB"
        return RestatedError(message, file=notebook, remedy="let it print less: it may not come to an end")
    code = [c for c in client.nb.cells if c.cell_type == "code"]
    failed = [i for i, c in enumerate(code) if any(o.output_type == "error" for o in c.get("outputs", ()))]
    # A timeout or a dead kernel leaves no error output: the cell is the last one that was started.
    started = [i for i, c in enumerate(code) if c.get("execution_count") or c.metadata.get("execution")]
    index = (failed or started[-1:] or [0])[0]
    name, value = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", str(error))
    message = f"code cell {index + 1} ({outputcheck.first_line(code[index].source)}) failed: {name}: {value}"
    return RestatedError(message, file=notebook, remedy="run the notebook with `restated lab` to look into it")
