"""Speed of the engine and of the build, compared with other software in one run: ``make bench``.

Each module has a function ``rows()`` that returns a list of dicts with the keys of :data:`KEYS`. The seconds on both
sides are those for the whole of ``work``; where a peer is too slow to do all of it, a part is measured and scaled up,
and ``peer`` names the part.
"""

KEYS = ("work", "ours_s", "peer", "peer_s", "ratio", "bar", "holds")
