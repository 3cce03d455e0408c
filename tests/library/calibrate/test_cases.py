from __future__ import annotations

import pytest

from restated.calibrate import cases
from restated.errors import RestatedError

GOOD = """
id = "a-case"
pair = "a"
kind = "events"
use = "cover"
grade = "P"
citation = "A (2000)"
raw = "package::data"
reconstructor = "two arms"

[options]
test = "fisher"

[printed]
n1 = "20"
n2 = "1,020"
percent1 = "15%"

[truths]
events1 = { value = 3, how = "table(x)" }
table = { value = [3, 20, 1, 20], how = "table(x)", use = "stress", cause = "another definition" }
"""


def test_a_case_is_read(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD)
    (case,) = cases.load(tmp_path)
    assert case.printed["n2"] == "1,020" and case.options == {"test": "fisher"}
    assert [(t.name, t.use) for t in case.truths] == [("events1", "cover"), ("table", "stress")]


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('id = "a-case"', "", "field 'id': a text is missing here. Write id"),
        ("[options]", "[options", "not TOML .*Compare it with another case"),
        ('kind = "events"', 'kind = "event"', "field 'kind': 'event' is unknown. Choose events,"),
        ('use = "cover"', 'use = "score"', "field 'use': 'score' is unknown. Choose cover"),
        ('grade = "P"', 'grade = "A"', "field 'grade'"),
        ('reconstructor = "two arms"', 'reconstructor = "magic"', "field 'reconstructor'.*Choose statement"),
        ('test = "fisher"', 'test = "fishers"', "field 'options.test'.*Choose fisher"),
        ('test = "fisher"', 'tests = "fisher"', "field 'options.tests': no such option. Known are test"),
        ('n1 = "20"', "n1 = 20", "field 'printed.n1': 20 is not a text. Keep the digits as printed"),
        ('n1 = "20"', 'n1 = "many"', "field 'printed.n1': 'many' is not a number"),
        ("[printed]", "printed = 3\n[more]", "field 'more': no such field"),
        ("value = 3,", "", "field 'truths.events1': a truth needs value and how"),
        ("value = 3,", "valeu = 3, value = 3,", "field 'truths.events1': 'valeu' is unknown"),
        ('use = "stress"', 'use = "no"', "field 'truths.table': 'no' is unknown"),
        ("value = 3,", "value = 1979-05-27,", "field 'truths.events1': a value is a number"),
        ("value = 3,", "value = inf,", "field 'truths.events1': a value is a number"),
        ("value = 3,", 'value = [3, "a"],', "field 'truths.events1': a value is a number"),
        ("value = 3,", "value = 3, scale = 0,", "field 'truths.events1': cause is a text, and scale"),
        ("value = 3,", "value = 3, cause = 1,", "field 'truths.events1': cause is a text"),
    ],
)
def test_a_bad_file_gets_one_message_with_file_field_and_remedy(tmp_path, old, new, message):
    assert old in GOOD
    (tmp_path / "a.toml").write_text(GOOD.replace(old, new))
    with pytest.raises(RestatedError, match=message) as error:
        cases.load(tmp_path)
    assert "a.toml" in str(error.value) and "\n" not in str(error.value)


def test_faults_of_several_files_come_together(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD.replace('"P"', '"A"'))
    (tmp_path / "b.toml").write_text(GOOD.replace("events", "event", 1))
    with pytest.raises(RestatedError, match="2 faults"):
        cases.load(tmp_path)


def test_ids_are_unique_and_folders_not_empty(tmp_path):
    with pytest.raises(RestatedError, match="no case is in this folder"):
        cases.load(tmp_path)
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "b.toml").write_text(GOOD)
    with pytest.raises(RestatedError, match="the id 'a-case' is taken"):
        cases.load(tmp_path)


def test_a_case_without_truths_is_refused(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD.partition("[truths]")[0])
    with pytest.raises(RestatedError, match="no truth to score"):
        cases.load(tmp_path)
