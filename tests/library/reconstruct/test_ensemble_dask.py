"""The same ensemble on a real cluster of two processes: no change but the context manager."""

from __future__ import annotations

import os

import joblib
import numpy as np
from dask.distributed import Client, LocalCluster

from restated.reconstruct.ensemble import ensemble


def sample(rng):
    return rng.normal(size=20)


def mean(data):
    return {"mean": data.mean()}


def mean_and_process(data):
    return {"mean": data.mean(), "process": float(os.getpid())}


def test_a_local_cluster_gives_the_same_result(tmp_path):
    alone = ensemble(sample, mean, draws=550, seed=5)
    # No dashboard: the test opens no web page; everything else is as on a larger cluster.
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        found = ensemble(sample, mean_and_process, draws=550, seed=5, keep=tmp_path / "kept")
    np.testing.assert_array_equal(found.values["mean"], alone.values["mean"])
    assert found.low["mean"][:2] == alone.low["mean"][:2]
    assert found.high["mean"][:2] == alone.high["mean"][:2]
    assert os.getpid() not in set(found.values["process"])
    assert len(list((tmp_path / "kept").glob("draws-*.npz"))) == 6
