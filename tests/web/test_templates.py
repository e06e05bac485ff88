"""The page templates: their promises to the shopper, to the host and to whoever writes their views."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, meta, nodes

from bnpl_plugin.web.locale import TRANSLATIONS, translator

TEMPLATES = TRANSLATIONS.parent / "templates"
STATIC = TRANSLATIONS.parent / "static"
PAGES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
SHOPPER_PAGES = [page for page in PAGES if "/console/" not in page]
FRAME = {*translator("en").context(), "asset", "csrf_token", "page", "summary", "step"}
CONSOLE_FRAME = {"nav", "now_at", "tz", "clock_moved", "clock_url", "sign_out_url", "here"}
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|https?://", re.IGNORECASE)
PHYSICAL = re.compile(
    r"(?<![\w-])((margin|padding|border)-(left|right)|left|right|(float|text-align):\s*(left|right))(?=\s*[:;])"
)


def _source(page: str) -> str:
    return (TEMPLATES / page).read_text(encoding="utf-8")


def _body(page: str) -> str:
    return re.sub(r"\{#.*?#\}", "", _source(page), flags=re.DOTALL)


def _made_here(tree: nodes.Template) -> set[str]:
    """The names that a template imports or sets for its own blocks."""
    imported = {name for node in tree.find_all(nodes.FromImport) for name in node.names if isinstance(name, str)}
    set_here = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    return imported | set_here | {macro.name for macro in tree.find_all(nodes.Macro)}


@pytest.fixture(scope="module")
def environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_tells_its_context(page: str, environment: Environment) -> None:
    comment = re.match(r"\{#-?(.*?)-?#\}", _source(page), flags=re.DOTALL)
    assert comment is not None, "a template begins with the comment that names its context"
    parent = re.search(r"\{% extends \"(.*?)\" %\}", _source(page))
    words = comment[1] + (_source(parent[1]).partition("-#}")[0] if parent else "")
    told = set(re.findall(r"\w+", words)) | FRAME | (CONSOLE_FRAME if "/console/" in page else set())
    tree = environment.parse(_source(page))
    assert meta.find_undeclared_variables(tree) - told - _made_here(tree) == set()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_needs_inline_script_or_a_foreign_address(page: str) -> None:
    assert INLINE.findall(_body(page)) == []


@pytest.mark.parametrize(
    "wrong", ['<p style="x">', "<style>", '<a onclick="x">', "<script>x", "<a href=javascript:x>", "https://x"]
)
def test_the_inline_check_sees_each_kind(wrong: str) -> None:
    assert INLINE.search(wrong)


@pytest.mark.parametrize("page", SHOPPER_PAGES)
def test_nothing_is_ticked_or_chosen_for_the_shopper(page: str) -> None:
    assert re.findall(r"\bchecked\b", _body(page)) == []


@pytest.mark.parametrize("page", [page for page in PAGES if "<form" in _body(page)])
def test_every_posting_form_carries_the_csrf_field(page: str) -> None:
    posting = re.findall(r"<form[^>]*method=\"post\".*?</form>", _body(page), flags=re.DOTALL)
    assert [form for form in posting if "csrf()" not in form] == []


@pytest.mark.parametrize("page", [page for page in PAGES if "/_" not in page])
def test_every_page_has_named_blocks(page: str) -> None:
    assert re.findall(r"\{% block \w+ %\}", _source(page))


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_styles_work_in_both_directions(sheet: Path) -> None:
    assert PHYSICAL.findall(sheet.read_text(encoding="utf-8")) == []


def test_the_direction_check_sees_a_side() -> None:
    assert PHYSICAL.search("a { margin-left: 1px }")
    assert PHYSICAL.search("a { text-align: right; }")


def test_what_a_view_passes_is_escaped(environment: Environment) -> None:
    page = environment.get_template("bnpl/offer.html").render(
        **translator("en").context(),
        asset=str,
        more_url="",
        prequalify_url="",
        sample=True,
        legal={"warning": "<b>", "lang": '"><i>', "example": "", "sample": True},
        offer={
            "name": "x", "count": 3, "instalment_minor": 3333, "total_payable_minor": 10000, "finance_charge_minor": 0,
            "apr_percent": 0, "currency": "EUR", "first_due_on": None,
        },
    )  # fmt: skip
    assert "or 3 × €33.33" in page
    assert "Total €100.00 · cost €0.00 · APR 0%" in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "Sample, not law" in page


def test_without_an_offer_nothing_is_printed(environment: Environment) -> None:
    words = translator("en").context()
    for partial in ("bnpl/offer.html", "bnpl/button.html"):
        assert environment.get_template(partial).render(**words, offer=None).strip() == ""
