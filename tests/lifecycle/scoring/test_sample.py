"""A CSV that cannot be used is refused with its line, its column and what is accepted."""

from pathlib import Path

import pytest

from bnpl_plugin.errors import ForbiddenInput, InvalidInput
from bnpl_plugin.lifecycle.scoring.columns import Column, Role, Told, read_columns, with_options
from bnpl_plugin.lifecycle.scoring.sample import read_sample

ROWS = "income,ended\n" + "".join(f"{1000 + row},{'bad' if row % 2 else 'good'}\n" for row in range(60))
TARGET = with_options(Told({}), target="ended")


@pytest.fixture
def read(tmp_path: Path):
    def reads(content: str | bytes, told: Told = TARGET, **asked):
        path = tmp_path / "rows.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_sample(path, told, **asked)

    return reads


def fault(read, content, told: Told = TARGET) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(content, told)
    return str(caught.value)


def test_plain_rows_are_read_by_their_allow_listed_name(read):
    sample = read(ROWS)
    assert sample.rows == 60
    assert sample.inputs["income_minor"][:2] == [1000, 1001]
    assert sum(sample.bad) == 30


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_byte_order_mark_other_delimiters_and_windows_lines_are_read(read, delimiter):
    text = "\ufeff" + ROWS.replace(",", delimiter).replace("\n", "\r\n")
    assert read(text).inputs["income_minor"] == read(ROWS).inputs["income_minor"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no header"),
        ("income,ended\n", "has no rows"),
        ("income\n1\n", "has no header of two columns"),
        (ROWS.replace("bad", "good"), "has 1 outcomes: 'good'"),
        (ROWS.replace("1005,bad", "1005,maybe"), "has 3 outcomes"),
        (ROWS.replace("1005,bad", "1005,"), "line 7, ended: is not known"),
        (ROWS.replace("bad", "x"), "bad: is not one of the outcomes. Accepted: 'good' or 'x'"),
        (ROWS.replace("1005,bad", "inf,bad"), "line 7, income: is 'inf'"),
        (ROWS.replace("1005,bad", "1e99,bad"), "line 7, income: is '1e99'"),
        (ROWS.replace("1005,bad", "12.5,bad"), "is '12.5'. Accepted: a whole number (times = 100"),
        (ROWS.replace("1005,bad", "🙂,bad"), "is '🙂'"),
        (ROWS.replace("1005,bad", "=1+1,bad"), "is '=1+1'"),
        (ROWS.replace("1005,bad", "1,2,bad"), "line 7, the row: has 3 cells"),
        (ROWS.replace("1005", "\0"), "null character"),
        (ROWS.encode().replace(b"1005", b"\xff\xfe"), "is not UTF-8 at byte"),
        (ROWS.replace("1005", '"1005'), "is no CSV"),
        (ROWS.replace("income,", "income,income,").replace("00,", "00,1,"), "names 'income' twice"),
        (ROWS.replace("income,", "😀,"), "'😀': is no name"),
        (ROWS.replace("income,", "shoe_size,"), "'shoe_size': is no known financial fact"),
        (ROWS.replace("ended", "other"), "has no column 'ended'"),
        (",".join(f"c{n}" for n in range(501)) + "\n", "has 501 columns"),
        ("\n".join(ROWS.split("\n")[:21]), "has 10 of one outcome. Accepted: 20 or more"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(read, content, said):
    assert said in fault(read, content)


def test_two_hundred_columns_must_each_be_named(read):
    more = [",".join(f"c{n}" for n in range(200)), *[",".join(map(str, range(200)))] * 60]
    wide = "\n".join(f"{line},{cells}" for line, cells in zip(ROWS.splitlines(), more, strict=True))
    assert "'c0': is no known financial fact" in fault(read, wide)
    assert read(wide, with_options(TARGET, ignored=[f"c{n}" for n in range(200)])).rows == 60


def test_what_is_not_known_is_none_and_never_zero(read):
    sample = read(ROWS.replace("1005,", ",").replace("1006,", "NaN,").replace("1007,", " NA ,"))
    assert sample.inputs["income_minor"][5:8] == [None, None, None]


@pytest.mark.parametrize(
    "name", ["sex", "foreign_worker", "Religion", "health_status", "facebook_friends", "maritalStatus"]
)
def test_what_the_law_keeps_out_is_refused_under_its_own_name_and_under_another(read, name):
    content = ROWS.replace("income,", f"{name},")
    with pytest.raises(ForbiddenInput):
        read(content)
    with pytest.raises(ForbiddenInput):
        read(content, with_options(TARGET, maps={name: "income_minor"}))
    with pytest.raises(ForbiddenInput):
        read(ROWS, with_options(TARGET, maps={"income": name}))


def test_age_gives_no_points(read):
    with pytest.raises(ForbiddenInput, match="age"):
        read(ROWS.replace("income,", "age,"))


def test_two_columns_for_one_figure_are_refused(read):
    content = ROWS.replace("income,", "income,pay,").replace(",bad", ",1,bad").replace(",good", ",1,good")
    assert "two columns for 'income_minor'" in fault(read, content, with_options(TARGET, maps={"pay": "income_minor"}))


def test_a_group_is_held_aside_from_the_inputs(read):
    content = ROWS.replace("income,", "income,sex,").replace(",bad", ",f,bad").replace(",good", ",m,good")
    sample = read(content, with_options(TARGET, groups=["sex"]))
    assert list(sample.inputs) == ["income_minor"]
    assert sample.groups["sex"][:2] == ["m", "f"]


def test_numbers_are_banded_into_groups(read):
    column = Column("income", Role.GROUP, "income", cuts=(1010, 1020))
    told = Told({**TARGET.columns, "income": column, "pay": Column("pay", Role.INPUT, "income_minor")})
    content = ROWS.replace("income,", "income,pay,").replace(",bad", ",1,bad").replace(",good", ",1,good")
    assert set(read(content, told).groups["income"]) == {"below 1010", "1010 to below 1020", "from 1020"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("target = ", "cannot be read"),
        ("colour = 1", "columns: colour: is not known"),
        ("[columns.a]\n", "has not one part"),
        ("[columns.a]\ninput = 'x'\ngroup = 'y'", "has not one part"),
        ("[columns.a]\ninput = 'x'\nshape = 'y'", "has the key 'shape'"),
        ("[columns.a]\ninput = 'x'\ntimes = 0", "columns.a.times: is 0"),
        ("[columns.a]\ninput = 'x'\ntimes = true", "columns.a.times: is True"),
        ("[columns.a]\ninput = 'x'\nclasses = ['b', 'b']", "columns.a.classes: is no such list"),
        ("[columns.a]\ngroup = 'x'\ncuts = [2, 1]", "columns.a.cuts: is no such list"),
        ("columns = 3", "columns: is no table"),
    ],
)
def test_a_columns_file_is_read_strictly(text, said):
    with pytest.raises(InvalidInput) as caught:
        read_columns(text)
    assert said in str(caught.value)
