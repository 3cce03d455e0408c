"""What a page may load, said to the browser in its Content-Security-Policy: files of the book itself, and nothing else.

Text from data is escaped where it is written; should that fail once, no script of it runs, no style of it applies, and nothing
is sent or fetched.
"""

from __future__ import annotations

import base64
import hashlib

#: The one script that stands in the page: it sets the theme before anything is painted.
THEME_SCRIPT = (
    '(function(h){h.classList.add("js");try{var t=localStorage.getItem("restated-theme")}catch(e){}'
    'h.dataset.theme=t||(matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light")})(document.documentElement)'
)

#: Files of the book: of its server, or beside the page where it is opened from disk, which not every browser takes for the same place.
OWN = "'self' file:"


def directives(*, script: str) -> str:
    """Content of the policy.

    Parameters
    ----------
    script : str
        The only script that may stand in the page; others are files of the book.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src {OWN} 'sha256-{digest}'; style-src {OWN}; img-src {OWN}; "
        f"form-action {OWN}; base-uri 'none'"
    )


#: The policy of every page, and of one without any script, style or picture.
PAGE = f'<meta http-equiv="Content-Security-Policy" content="{directives(script=THEME_SCRIPT)}">'
BARE = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'">"""
