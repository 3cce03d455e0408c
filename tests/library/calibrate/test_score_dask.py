"""Cases scored on a real cluster of two processes: no change but the context manager."""

from __future__ import annotations

import os
from pathlib import Path

import joblib
import pandas as pd
from dask.distributed import Client, LocalCluster

from restated.calibrate import cases, score

#: Cases of three kinds: a few seconds alone.
FOLDER = Path(__file__).parents[3] / "data" / "calibration" / "cases"
CHOSEN = ("student1908", "rosa1998", "bates2015")


def place(_):
    return os.getpid()


def test_a_local_cluster_gives_the_same_rows():
    chosen = [case for case in cases.load(FOLDER) if case.pair in CHOSEN]
    assert {case.pair for case in chosen} == set(CHOSEN)
    alone = score.run(chosen)
    # No dashboard: the test opens no web page; everything else is as on a larger cluster.
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        found = score.run(chosen)
        places = score._each(place, ((n,) for n in range(4)))
    assert os.getpid() not in places
    pd.testing.assert_frame_equal(found.drop(columns="seconds"), alone.drop(columns="seconds"))
