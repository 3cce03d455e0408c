"""The record of the run, read back: every file it names is there with its hash, every result has a run."""

from __future__ import annotations

import hashlib
import json

import pytest
from rocrate.rocrate import ROCrate

from restated_book import paths
from restated_book.chapters.toc import toc
from restated_book.export import crate, sets


@pytest.fixture(scope="module")
def graph(site):
    return {e["@id"]: e for e in json.loads((site / crate.NAME).read_text(encoding="utf-8"))["@graph"]}


def listed(value) -> list[str]:
    return [x["@id"] for x in (value if isinstance(value, list) else [value])]


def test_the_library_reads_it(site):
    read = ROCrate(str(site))
    assert read.name and read.license
    runs = {e.id for e in read.contextual_entities if e.type == "CreateAction"}
    assert runs == {"#run-reconstructed-data"} | {f"#run-{p[10:]}" for p in toc() if p.startswith("notebooks/")}


def test_every_file_is_there_with_its_hash_and_size(site, graph):
    files = [e for e in graph.values() if "File" in (e["@type"] if isinstance(e["@type"], list) else [e["@type"]])]
    assert len(files) > 200
    for entity in files:
        content = (site / entity["@id"]).read_bytes()
        assert entity["sha256"] == hashlib.sha256(content).hexdigest() and entity["contentSize"] == str(len(content)), (
            entity["@id"]
        )


def test_every_run_follows_the_profile(graph):
    root = graph["./"]
    assert listed(root["conformsTo"]) == [crate.PROFILE]
    runs = [graph[x] for x in listed(root["mentions"])]
    assert runs
    for run in runs:
        assert run["@type"] == "CreateAction" and run["endTime"] and run["agent"]
        (instrument,) = listed(run["instrument"])
        assert "SoftwareSourceCode" in graph[instrument]["@type"]
        assert all(x in graph for x in [*listed(run["object"]), *listed(run["result"])])
        assert set(listed(graph[instrument]["softwareRequirements"])) == {"#python", "#requirements.lock"}


def test_inputs_are_the_files_that_were_read(graph):
    read = listed(graph["#run-service-costs"]["object"])
    assert "#data/studies/service-costs.csv" in read and "#data/studies/twin-pairs.csv" not in read
    for id in read:
        assert graph[id]["sha256"] == hashlib.sha256((paths.ROOT / id[1:]).read_bytes()).hexdigest()
    assert not [id for id in graph if "originals" in id]


def test_reconstructed_data_say_in_the_record_that_they_are_not_real(site, graph):
    results = listed(graph["#run-reconstructed-data"]["result"])
    there = {f"{sets.FOLDER}/{f.name}" for f in (site / sets.FOLDER).iterdir()}
    assert set(results) == there and len(there) > 50
    assert all("not real" in graph[id]["description"] for id in results if not id.endswith(sets.INDEX))


def test_every_figure_and_table_on_a_page_is_the_result_of_its_run(site, graph):
    results = set(listed(graph["#run-reach"]["result"]))
    assert {f"figures/reach/{f.name}" for f in (site / "figures" / "reach").iterdir()} <= results
    assert {
        f"downloads/reach/{f.name}" for f in (site / "downloads" / "reach").iterdir() if f.suffix in (".png", ".csv")
    } == {r for r in results if r.startswith("downloads")}
