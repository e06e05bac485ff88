"""The house itself: its promises checked on the live database, its stuck jobs, its clock."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import NotYours, StateMoved
from bnpl_plugin.lifecycle import jobs
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.console.doors import page
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import house_place, words_of

FURTHEST_DAYS = 400


def verify() -> Response:
    """Check every promise on the live database, now."""
    house = current.house()
    t = words_of(house_place())
    findings = house.verifier.findings()
    promises = [
        {
            "key": key,
            "title": t.gettext(title),
            "checked": None,
            "findings": [{"text": f.text, "ref": f.subject, "url": ""} for f in findings if f.promise == key],
        }
        for key, title in wording.PROMISES.items()
    ]
    return page(
        "verify", checked_at=house.clock.now(), promises=promises, sample_law=_samples(),
        action_url=url_for("bnpl.console.verify"),
    )  # fmt: skip


def _samples() -> list[View]:
    house = current.house()
    return [
        {"country": code, "value": name, "source": value.source}
        for code, law in house.countries.items()
        for name, values in law.values.items()
        for value in values
        if value.sample and value.holds_on(house.today(law.time_zone))
    ]


def stuck(*, notice: str = "", status: int = 200) -> Response:
    """The jobs that have failed: dead ones wait for an operator, the others are tried again by themselves."""
    reads = current.house().reads
    tried = [job for job in reads.jobs(state="ready", limit=200) if job.last_error]
    rows = [
        {
            "job_id": job.job_id,
            "kind": job.kind,
            "state": job.state,
            "tries": job.tries,
            "run_at": job.run_at,
            "last_error": job.last_error or "",
            "url": url_for("bnpl.console.retry", job_id=job.job_id),
        }
        for job in (*reads.jobs(state="dead", limit=200), *tried)
    ]
    return page("jobs", jobs=rows, notice=notice, status=status)


def retry(job_id: str) -> BaseResponse:
    """Let the worker try a failed job again at once."""
    try:
        jobs.revive(current.house(), job_id=job_id)
    except StateMoved:
        return stuck(notice=words_of(house_place()).gettext("This job is not waiting any more."), status=409)
    return redirect(url_for("bnpl.console.jobs"), 303)


def clock() -> BaseResponse:
    """Move the demo's clock forward by days; a real clock cannot be moved."""
    advance = getattr(current.house().clock, "advance", None)
    if advance is None:
        raise NotYours
    text = request.form.get("days", "")
    if text.isascii() and text.isdigit() and 1 <= int(text) <= FURTHEST_DAYS:
        name = current.operator() or ""
        advance(timedelta(days=int(text)))
        current.remember_operator(name)
    return redirect(url_for("bnpl.console.loans"), 303)
