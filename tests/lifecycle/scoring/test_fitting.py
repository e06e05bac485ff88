"""A scorecard on the German credit data: repeatable, whole points, never a forbidden fact, honest about what it is."""

import json
import random
from pathlib import Path

import pytest

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.scoring.columns import Told, with_options
from bnpl_plugin.lifecycle.scoring.fitting import Fitted, Scale, fit
from bnpl_plugin.lifecycle.scoring.policy import canonical, cut_off, document
from bnpl_plugin.lifecycle.scoring.sample import Sample, read_sample
from bnpl_plugin.lifecycle.scoring.telling import told as telling
from bnpl_plugin.lifecycle.scoring.validation import validate
from bnpl_plugin.ports.policy import Policy, read_policy
from bnpl_plugin.rules.standard import POLICY
from tests.lifecycle.scoring import german


@pytest.fixture(scope="module")
def sample() -> Sample:
    return read_sample(german.data(), german.told())


@pytest.fixture(scope="module")
def fitted(sample) -> Fitted:
    return fit(sample, scale=Scale(), seed=1)


@pytest.fixture(scope="module")
def policy(sample, fitted) -> Policy:
    return made(sample, fitted)


def made(sample: Sample, fitted: Fitted, version: str | None = None) -> Policy:
    return document(fitted, sample, base=POLICY, approve_percent=70, version=version, about={"seed": "1"})


def of(tmp_path: Path, header: str, rows: list[str]) -> Sample:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([header, *rows]))
    return read_sample(path, with_options(Told({}), target="bad"))


def test_it_ranks_rows_that_it_never_saw(sample, fitted, policy):
    report = validate(fitted, sample, policy=policy)
    assert report["data"] == {"sha256": sample.sha256, "rows": 1000, "bad": 300, "seed": 1}
    assert report["held_out"]["rows"] == 300
    assert report["held_out"]["bad"] == 90
    assert 0.74 < report["held_out"]["auc"] < report["train"]["auc"] < 0.85
    assert report["held_out"]["ks"] > 0.35
    assert report["held_out"]["brier"] < 0.19  # 0.21 is the best without knowing anything but 30 in 100
    assert report["held_out"]["hosmer_lemeshow"]["p"] > 0.05
    assert report["stability"]["score"] < 0.1


def test_the_same_file_and_seed_give_the_same_document_byte_for_byte(sample, fitted, policy):
    again = fit(read_sample(german.data(), german.told()), scale=Scale(), seed=1)
    assert canonical(made(sample, again)) == canonical(policy)
    assert validate(again, sample, policy=policy) == validate(fitted, sample, policy=policy)
    other = fit(sample, scale=Scale(), seed=2)
    assert made(sample, other).version != policy.version


def test_its_document_is_a_policy_that_reads_strictly_and_holds_no_float(policy):
    def no_float(_):
        raise AssertionError("a float in a stored policy")

    body = json.loads(canonical(policy), parse_float=no_float)
    assert read_policy(body).scorecard == policy.scorecard
    assert body["rules"] == POLICY.body["rules"]
    assert policy.limit_bps["D"] == 0


def test_points_rise_or_fall_all_the_way_and_what_is_not_known_never_helps(fitted):
    for one in fitted.scorecard.attributes:
        points = [part.points for part in one.bins]
        assert points in (sorted(points), sorted(points, reverse=True)), one.name
        assert one.missing_points <= 0, one.name


def test_what_was_told_to_be_a_group_gives_no_points_and_changes_none(sample, fitted):
    assert {"sex", "foreign worker", "age"} == set(sample.groups)
    assert not {one.name for one in fitted.scorecard.attributes} & {*sample.groups, "age_years"}
    turned = Sample(sample.columns, sample.inputs, {}, sample.bad, sample.rows, sample.sha256)
    assert fit(turned, scale=Scale(), seed=1).scorecard == fitted.scorecard


def test_the_report_says_what_was_refused_and_how_groups_fare(sample, fitted, policy):
    report = validate(fitted, sample, policy=policy)
    assert set(report["refused_as_inputs"]) == {"personal_status_and_sex", "foreign_worker"}
    sex = report["fairness"]["sex"]["all"]
    assert sex["men"]["rows"] + sex["women"]["rows"] == 1000
    assert max(one["impact_ratio"] for one in sex.values()) == 1
    scores = fitted.scores(sample)
    women = [row for row, group in enumerate(sample.groups["sex"]) if group == "women"]
    approved = sum(scores[row] >= cut_off(policy) for row in women)
    assert sex["women"]["approval_rate"] == round(approved / len(women), 4)
    assert report["fairness"]["age"]["held_out"]["from 62"]["small"]
    text = telling(report)
    assert "## Fairness by sex (held aside from the score)" in text
    assert "personal_status_and_sex: ECOA" in text
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_a_group_below_four_fifths_is_warned_of(sample, fitted, policy):
    scores = fitted.scores(sample)
    groups = {"shade": ["light" if score >= cut_off(policy) or row % 9 == 0 else "dark"
                        for row, score in enumerate(scores)]}  # fmt: skip
    shaded = Sample(sample.columns, sample.inputs, groups, sample.bad, sample.rows, sample.sha256)
    report = validate(fitted, shaded, policy=policy)
    assert report["fairness"]["shade"]["all"]["dark"]["below_four_fifths"]
    assert any("dark is approved at less than four fifths" in text for text in report["warnings"])


def test_too_few_bads_and_a_figure_that_knows_the_outcome_are_warned_of(tmp_path):
    draw = random.Random(7)
    rows = [f"{draw.randint(0, 900) - bad * 200},{bad * 5},{bad}" for bad in (int(n % 4 == 0) for n in range(400))]
    fitted = fit(of(tmp_path, "income,defaults_elsewhere,bad", rows), scale=Scale(), seed=1)
    assert any("only 100 rows of one outcome" in text for text in fitted.warnings)
    assert any("defaults_elsewhere foretells the outcome too well" in text for text in fitted.warnings)
    assert "parts good from bad without a doubt" in fitted.dropped["defaults_elsewhere"]
    with pytest.raises(InvalidInput, match="without a doubt"):
        fit(of(tmp_path, "income,bad", [f"{n % 2},{n % 2}" for n in range(80)]), scale=Scale(), seed=1)


def test_a_column_of_one_value_gives_no_points_and_is_told(tmp_path):
    rows = [f"{100 + n % 50 + (n % 4 == 0) * -40},7,{int(n % 4 == 0)}" for n in range(400)]
    fitted = fit(of(tmp_path, "income,credits_elsewhere,bad", rows), scale=Scale(), seed=1)
    assert "information value" in fitted.dropped["credits_elsewhere"]
    assert [one.name for one in fitted.scorecard.attributes] == ["income_minor"]


def test_hostile_names_cannot_act_on_a_terminal(sample, fitted, policy):
    groups = {"x\x1b[31m|y": ["a\x1b]0;owned\x07" if row % 2 else "b" for row in range(sample.rows)]}
    report = validate(fitted, Sample(sample.columns, sample.inputs, groups, sample.bad, sample.rows, ""), policy=policy)
    assert "\x1b" not in telling(report)
    assert "\x07" not in telling(report)


def test_the_sums_that_a_person_looks_at_stay_and_the_bases_band_of_scores_does_not(sample, fitted):
    refer = {"score_from": 20, "score_below": 30, "principal_from_minor": {"EUR": 300_000}}
    base = read_policy({**POLICY.body, "refer": refer})
    policy = document(fitted, sample, base=base, approve_percent=70, version="x", about={})
    assert policy.body["refer"] == {"principal_from_minor": {"EUR": 300_000}}
