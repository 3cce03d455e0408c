"""Speed of the engine and of the build, measured beside other software in one run: ``make bench``.

Each module has a function ``rows()`` that returns a list of dicts with the keys of :data:`KEYS`. Seconds of both sides are
for the whole work named in ``work``; where a peer is too slow to do all of it, a part is measured and scaled up, and
``peer`` says so.
"""

KEYS = ("work", "ours_s", "peer", "peer_s", "ratio", "bar", "holds")
