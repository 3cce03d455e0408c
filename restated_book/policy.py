"""The Content-Security-Policy of the pages: files of the book itself and nothing else, should an escape ever fail."""

import base64
import hashlib

#: The one inline script: it sets the theme before anything is painted.
THEME_SCRIPT = (
    '(function(h){h.classList.add("js");try{var t=localStorage.getItem("restated-theme")}catch(e){}'
    'h.dataset.theme=t||(matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light")})(document.documentElement)'
)
#: Files of the book: from its server, or from disk, which some browsers do not treat as the same origin.
OWN = "'self' file:"


def directives(*, script: str) -> str:
    """Return the content of the policy; `script` is the only inline script, others are files of the book."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src {OWN} 'sha256-{digest}'; style-src {OWN}; img-src {OWN}; "
        f"form-action {OWN}; base-uri 'none'"
    )


#: Policy of every page, and of one without any script, style or picture.
PAGE = f'<meta http-equiv="Content-Security-Policy" content="{directives(script=THEME_SCRIPT)}">'
BARE = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'">"""
#: Policy of a page that is shown inside others: a style and pictures of the book, no script.
QUIET = (
    f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src {OWN}; img-src {OWN}; '
    "base-uri 'none'\">"
)
