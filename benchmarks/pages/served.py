"""The built site behind a web server: compressed, and under any path."""

from __future__ import annotations

import gzip
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Default compression of common servers; other levels differ by a few per cent.
LEVEL = 6


@contextmanager
def served(folder: Path, under: str = "/") -> Iterator[str]:
    """Serve `folder` on this machine under the path `under`; yield the address, which ends in a slash."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            file = folder / path.removeprefix(under)
            if file.is_dir():
                file /= "index.html"
            if not path.startswith(under) or not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
                self.send_error(404)
                return
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            content = file.read_bytes()
            text = kind.startswith("text/") or kind in ("application/javascript", "application/json", "image/svg+xml")
            self.send_response(200)
            if text and "gzip" in self.headers.get("Accept-Encoding", ""):
                content = gzip.compress(content, LEVEL, mtime=0)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "max-age=600")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{under}"
    finally:
        server.shutdown()
        server.server_close()
