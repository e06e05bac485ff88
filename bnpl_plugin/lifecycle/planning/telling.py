"""A capital plan as text: the arithmetic in words, a table, a bar for each month. Shown figures are rounded."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from bnpl_plugin.lifecycle.planning.actual import Progress
from bnpl_plugin.lifecycle.planning.inputs import EVEN_YEAR, Funding, PlanInputs
from bnpl_plugin.lifecycle.planning.months import YEAR_DAYS, CapitalPlan, Month
from bnpl_plugin.money.currency import MINOR_UNITS

_SCALES = ((10**12, "tn"), (10**9, "bn"), (10**6, "M"))
_BAR_WIDTH = 60
_SIGNS = {"equity": "#", Funding.NON_STANDARD: "+", Funding.STANDARDISED: "=", "sold": "s", "short": "!"}
_NAMES = {Funding.NON_STANDARD: "non-standard", Funding.STANDARDISED: "standardised"}
_HEADS = (
    "month", "lent", "repaid", "lost", "month's end", "peak", "on", "sold", "equity", "non-standard", "standardised",
    "headroom", "short",
)  # fmt: skip


def told(plan: CapitalPlan) -> str:
    """Return the whole answer: words, table, bars."""
    return "\n\n".join(("\n".join(words(plan)), "\n".join(table(plan)), "\n".join(bars(plan))))


def shown(minor: int | Fraction, *, currency: str) -> str:
    """Return an amount as read: in millions or billions with two decimals, smaller ones in full.

    >>> shown(35_500_000_000, currency="CNY"), shown(12_34, currency="EUR")
    ('355.00 M CNY', '12.34 EUR')
    """
    return f"{_figure(minor, currency=currency)} {currency}"


def words(plan: CapitalPlan) -> list[str]:
    """Return the arithmetic in words, a sentence a line."""
    return [*_question(plan.inputs), *_pace(plan), *_capacity(plan), *_verdict(plan)]


def table(plan: CapitalPlan) -> list[str]:
    """Return a row for each month asked, and one for all that is paid off after."""
    currency = plan.inputs.currency
    lines = [_HEADS, *(_cells(row, currency=currency) for row in plan.months)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    if plan.run_off:
        back = sum(row.repaid_minor for row in plan.run_off)
        lost = sum(row.written_off_minor for row in plan.run_off)
        text.append(
            f"After that, until {plan.run_off[-1].month:%Y-%m}: {shown(back, currency=currency)} repaid, "
            f"{shown(lost, currency=currency)} lost."
        )
    return text


def told_progress(plan: CapitalPlan, rows: Sequence[Progress]) -> list[str]:
    """Return target, what was lent, and what the capital of the pools could lend in this rhythm, a line a month."""
    currency = plan.inputs.currency
    capital = shown(plan.inputs.capital.minor, currency=currency)
    head = f"Capacity is what the {capital} of the pools, borrowings included, lent anew as it comes back, could lend."
    lines = [("month", "target", "really lent", "reached", "capacity")]
    lines += [
        (
            f"{row.month:%Y-%m}",
            shown(row.target_minor, currency=currency),
            shown(row.lent_minor, currency=currency),
            f"{row.lent_minor * 100 // row.target_minor if row.target_minor else 0} %",
            "not limited" if row.capacity_minor is None else shown(row.capacity_minor, currency=currency),
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [head, *("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)]


def bars(plan: CapitalPlan) -> list[str]:
    """Return a bar for each month: its peak, by what carries it; a ``|`` where equity and borrowings end."""
    widest = max(1, *(row.peak_minor for row in plan.months))
    legend = f"{_SIGNS['equity']} equity"
    legend += "".join(f"  {_SIGNS[kind]} {_NAMES[kind]}" for kind in Funding)
    legend += f"  {_SIGNS['sold']} sold  {_SIGNS['short']} short  | all that equity and borrowings carry"
    head = f"Peak of each month, the widest {shown(widest, currency=plan.inputs.currency)}:"
    return [head, *(_bar(row, widest=widest) for row in plan.months), legend]


def _question(inputs: PlanInputs) -> list[str]:
    first, last, count = inputs.first, inputs.last, len(inputs.months)
    told_target = shown(inputs.target.minor, currency=inputs.currency)
    lines = [f"Target: {told_target} lent in {_counted(count, 'month')}, {first:%Y-%m} to {last:%Y-%m}."]
    equity = f"Equity: {shown(inputs.equity.minor, currency=inputs.equity.currency)}"
    if inputs.exchange:
        capital = shown(inputs.capital.minor, currency=inputs.currency)
        rate = inputs.exchange
        equity += f" × {rate.rate} = {capital} (rate of {rate.on}, {rate.source})"
    lines.append(f"{equity}.")
    mix = ", ".join(f"{one.plan.code} {_percent(one.share_bps)}" for one in inputs.mix)
    lines.append(f"Mix: {mix}.")
    assumed = [
        f"{name} {_percent(bps)}"
        for name, bps in (("never paid", inputs.loss_bps), ("paid ahead each month", inputs.early_bps),
                          ("sold to funders", inputs.sold_bps))
        if bps
    ]  # fmt: skip
    if inputs.seasonality != EVEN_YEAR:
        assumed.append(f"weights of the months from January {', '.join(map(str, inputs.seasonality))}")
    assumed += [f"flash sale on {sale.on} of {sale.percent} % of a month" for sale in inputs.flash_sales]
    if assumed:
        lines.append(f"Assumed: {'; '.join(assumed)}.")
    lines.append("Starts from an empty book; interest, fees and merchants' shares are not counted as capital.")
    return lines


def _pace(plan: CapitalPlan) -> list[str]:
    currency, turnover = plan.inputs.currency, plan.turnover
    if turnover is None:
        return ["Average life: 0 days; what is lent comes back on the same day and ties up nothing overnight."]
    months = plan.life_days * 12 / YEAR_DAYS
    year, life = shown(plan.year_target_minor, currency=currency), _decimal(plan.life_days, 1)
    turns = _decimal(turnover, 2)
    average = (
        f"Average life of what is lent: {life} days ({_decimal(months, 2)} months); the capital turns "
        f"{YEAR_DAYS} / {life} = {turns} times a year."
    )
    full = shown(plan.steady_minor, currency=currency)
    pace = f"At the target's pace {year} a year; once the book is full, {year} / {turns} = {full} is outstanding"
    return [average, f"{pace} on average."]


def _capacity(plan: CapitalPlan) -> list[str]:
    inputs, currency = plan.inputs, plan.inputs.currency
    capital = inputs.capital.minor
    lines = []
    if plan.turnover:
        lines.append(_carries("Equity alone carries", capital, plan=plan))
    whole = Fraction(capital)
    for kind in Funding:
        value = inputs.ceiling(kind, month=inputs.first)
        if value is None:
            lines.append(f"Borrowing, {_NAMES[kind]}: no ceiling in force in {inputs.first:%Y-%m}, so none is counted.")
            continue
        more = capital * Fraction(value.value)
        whole += more
        label = ", sample, not law" if value.sample else ""
        lines.append(
            f"Borrowing, {_NAMES[kind]}: {value.value} × net assets = {shown(more, currency=currency)} "
            f"({value.source}, from {value.start}{label})."
        )
    if plan.turnover:
        if whole != capital:
            lines.append(_carries("Equity and borrowings carry", whole, plan=plan))
        kept = plan.steady_minor * (10_000 - inputs.sold_bps) / 10_000
        beyond = max(Fraction(0), kept - whole)
        held = f"Of the full book's {shown(kept, currency=currency)} that is not sold already, "
        if beyond:
            share = _decimal(beyond * 100 / kept, 1)
            lines.append(f"{held}{shown(beyond, currency=currency)} ({share} %) is beyond that and has to be sold too.")
        else:
            lines.append(f"{held}they carry all; nothing more has to be sold.")
    return lines


def _carries(what: str, minor: int | Fraction, *, plan: CapitalPlan) -> str:
    currency, turnover = plan.inputs.currency, plan.turnover
    assert turnover is not None
    told_minor, year = shown(minor, currency=currency), shown(minor * turnover, currency=currency)
    return f"{what} {told_minor} × {_decimal(turnover, 2)} = {year} a year."


def _verdict(plan: CapitalPlan) -> list[str]:
    currency, broken, worst = plan.inputs.currency, plan.first_break, plan.worst
    reach = plan.reachable_minor
    lines = []
    if broken is None:
        lines.append(
            f"Holds in every month; the least room is {shown(worst.headroom_minor, currency=currency)}, "
            f"in {worst.month:%Y-%m}."
        )
    else:
        lines.append(f"Breaks in {broken.month:%Y-%m}: {_lack(plan, broken)}")
        if worst is not broken:
            lines.append(f"The worst is {worst.month:%Y-%m}: {_lack(plan, worst)}")
    if reach is not None:
        lines.append(f"In this rhythm the capital carries at most {shown(reach, currency=currency)} in these months.")
    return lines


def _lack(plan: CapitalPlan, row: Month) -> str:
    currency, remedy = plan.inputs.currency, plan.remedy(row)
    why = "losses have eaten the equity; it" if not row.equity_minor else "it"
    ways = [
        f"sell loans ({_percent(remedy.sold_bps)} of all)",
        f"raise equity (by {shown(remedy.more_equity_minor, currency=currency)})",
        f"shorten the mix (to an average life of {_decimal(remedy.life_days, 1)} days)",
    ]
    if not row.equity_minor:
        ways.pop()  # no mix is short enough for a lender without equity
    needed = shown(row.short_minor, currency=currency)
    return f"{why} needs {needed} more on {row.peak_on}: {', '.join(ways[:-1])} or {ways[-1]}."


def _cells(row: Month, *, currency: str) -> tuple[str, ...]:
    borrowed = [one.needed_minor for one in row.borrowings]
    before = (row.lent_minor, row.repaid_minor, row.written_off_minor, row.outstanding_minor, row.peak_minor)
    after = (row.sold_minor, row.equity_used_minor, *borrowed, row.headroom_minor, row.short_minor)
    figures = [_figure(minor, currency=currency) if minor else "-" for minor in (*before, *after)]
    return (f"{row.month:%Y-%m}", *figures[:5], f"{row.peak_on:%m-%d}", *figures[5:])


def _bar(row: Month, *, widest: int) -> str:
    parts = [("equity", row.equity_used_minor), *((one.kind, one.needed_minor) for one in row.borrowings)]
    parts += [("short", row.short_minor), ("sold", row.sold_minor)]
    drawn, so_far = "", 0
    for name, minor in parts:
        so_far += minor
        drawn += _SIGNS[name] * (so_far * _BAR_WIDTH // widest - len(drawn))
    mark = row.capacity_minor * _BAR_WIDTH // widest
    if mark < _BAR_WIDTH:
        drawn = drawn.ljust(mark)
        drawn = f"{drawn[:mark]}|{drawn[mark:]}"
    return f"{row.month:%Y-%m} {drawn}".rstrip() + (" breaks" if row.breaks else "")


def _figure(minor: int | Fraction, *, currency: str) -> str:
    major = Fraction(minor) / 10 ** MINOR_UNITS[currency]
    for size, name in _SCALES:
        if abs(major) >= size:
            return f"{_decimal(major / size, 2)} {name}"
    return _decimal(major, MINOR_UNITS[currency])


def _decimal(value: Fraction, places: int) -> str:
    """Return a fraction with so many decimals, rounded half up, thousands parted."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return f"{exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,}"


def _percent(bps: int) -> str:
    return f"{(Decimal(bps) / 100).normalize():f} %"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
