"""Zip archives whose bytes depend on their content only; repro-zipfile sorts no names."""

import io
import time
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

EARLIEST = 315532800  #: 1980-01-01 UTC: a zip archive holds no earlier date
#: Files that are compressed already: to do it again takes as long as all others together, and saves a tenth.
COMPRESSED = (".png", ".xlsx", ".zip", ".gz")
MODE = 0o644  #: Files anyone may read and their owner may change


def zipped(files: Mapping[str, bytes | Path], epoch: int) -> bytes:
    """Return a zip archive as :func:`write` writes it."""
    out = io.BytesIO()
    write(out, files, epoch)
    return out.getvalue()


def write(out: Path | io.BytesIO, files: Mapping[str, bytes | Path], epoch: int, *, add: bool = False) -> None:
    """Write a zip archive of `files`, sorted by name, every file of one date, `epoch` in seconds since 1970.

    `files` has by name inside the archive the content, or the file to read it from when its turn comes. With `add`
    those that the archive `out` lacks are added to it.
    """
    date = time.gmtime(max(epoch, EARLIEST))[:6]
    with zipfile.ZipFile(out, "a" if add else "w") as archive:
        for name in sorted(files.keys() - archive.namelist()):
            info = zipfile.ZipInfo(name, date)
            info.create_system = 3  # Unix, whose permissions follow, also when made elsewhere
            info.external_attr = MODE << 16
            info.compress_type = zipfile.ZIP_STORED if name.endswith(COMPRESSED) else zipfile.ZIP_DEFLATED
            content = files[name]
            archive.writestr(info, content.read_bytes() if isinstance(content, Path) else content)


def places(folder: Path, within: str = "", *, files: Iterable[Path] | None = None) -> dict[str, Path]:
    """Return `files`, by default all below `folder`, by name `within` an archive, without caches and hidden ones."""
    listed = folder.rglob("*") if files is None else files
    named = {f.relative_to(folder): f for f in listed if f.is_file()}
    return {
        (Path(within) / name).as_posix(): f
        for name, f in named.items()
        if not any(part.startswith(".") or part == "__pycache__" for part in name.parts)
    }


def below(top: str, files: Mapping[str, bytes | Path]) -> dict[str, bytes | Path]:
    """Put `files` into a folder `top`, so that an archive unpacks into one folder."""
    return {f"{top}/{name}": content for name, content in files.items()}
