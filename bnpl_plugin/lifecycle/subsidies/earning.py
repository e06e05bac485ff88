"""What a subsidy pays for a loan: booked with the loan, earned as the loan's time passes, given back with it.

The fee is interest that somebody else pays, so it goes with the principal. A funder that shares in a new loan is owed
its part of the fee when the loan is drawn, pro rata of the principal less what we keep for servicing: it brings its
part of the principal less that, and spreads it in its own books; ours alone is spread here. A loan sold takes nothing
of the fee along: what we have not earned by then is earned with the sale, beside the price that it makes up for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bnpl_plugin.credit.servicing.interest.spread import spread_over_life
from bnpl_plugin.credit.states import SUBSIDY_PART
from bnpl_plugin.errors import StateMoved
from bnpl_plugin.ledger.journal import JournalEntry
from bnpl_plugin.ledger.subsidy_postings import subsidy_earned, subsidy_granted, subsidy_reversed
from bnpl_plugin.lifecycle.funding.exposure import WHOLE_BPS, funder_part
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.money import divide
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Hold, Job, Loan, SubsidyPart
from bnpl_plugin.ports.store import Changeset, Move, RoomChange


def room(hold: Hold, *, times: int) -> tuple[RoomChange, ...]:
    """Return the change of the budget that a hold takes (1) or gives back (-1); none without a subsidy."""
    if hold.subsidy_id is None or not hold.subsidy_minor:
        return ()
    return (RoomChange("subsidy", hold.subsidy_id, times * hold.subsidy_minor),)


def granted(house: House, *, loan: Loan, offer: Offer) -> Changeset:
    """Return the part of ``confirm``'s changeset that books a loan's subsidy and lays out our parts of it."""
    if not loan.subsidy_minor:
        return Changeset()
    funder_minor = _funders_fee(house, loan)
    entry = subsidy_granted(
        house.head(shopper_id=loan.shopper_id, value_date=loan.drawdown_on), loan_id=loan.loan_id,
        payer_id=offer.subsidised_by, currency=loan.currency, subsidy_minor=loan.subsidy_minor,
        funder_id=loan.funder_id or "", funder_minor=funder_minor,
    )  # fmt: skip
    zone, now = ZoneInfo(loan.time_zone), house.clock.now()
    shares = spread_over_life(offer.schedule, total_minor=loan.subsidy_minor - funder_minor)
    parts = [
        SubsidyPart(
            shopper_id=loan.shopper_id, loan_id=loan.loan_id, number=row.number, state="unearned",
            currency=loan.currency, part_minor=minor, due_on=row.due_on,
            due_at=datetime.combine(row.due_on, time(), zone).astimezone(UTC), changed_at=now,
        )
        for row, minor in zip(offer.schedule.instalments, shares, strict=True)
        if minor
    ]  # fmt: skip
    return Changeset(rows=tuple(parts), entries=(entry,))


def _funders_fee(house: House, loan: Loan) -> int:
    """What of a new loan's fee is the funder's: in proportion to its principal, less our servicing, rounded half up."""
    funder = house.store.treasury.funder(loan.funder_id) if loan.funder_id else None
    if funder is None:
        return 0
    part_minor = funder_part(loan, principal_minor=loan.subsidy_minor)
    return part_minor - divide(part_minor * funder.servicing_bps, by=WHOLE_BPS)


def earn_due(house: House, *, limit: int) -> int:
    """Recognise every part whose due date has come, valued at that date, however late; returns how many.

    One entry for each loan and due date; two workers at once book it once.
    """
    due = house.store.subsidy_parts_due(now=house.clock.now(), limit=limit)
    return sum(_earn(house, [part], value_date=part.due_on) for part in due)


def earn_rest(house: House, *, loan_id: str) -> bool:
    """Recognise all that is left of the subsidy of a loan that has ended: paid off, given up, or sold.

    What had come due before is valued at its due dates, the rest today. Returns False to be tried again.
    """
    left = [part for part in house.store.subsidy_parts(loan_id) if part.state == "unearned"]
    book = house.store.loan_book(loan_id)
    if not left or book is None:
        return True
    now = house.clock.now()
    done = True
    for part in left:
        if part.due_at <= now:
            done = bool(_earn(house, [part], value_date=part.due_on)) and done
    early = [part for part in left if part.due_at > now]
    return (not early or bool(_earn(house, early, value_date=house.today(book.loan.time_zone)))) and done


def rest_of(house: House, loan: Loan) -> tuple[Job, ...]:
    """Return the job that recognises the rest, to be written with a loan's end or sale; none without a subsidy."""
    if not loan.subsidy_minor:
        return ()
    return (house.job("subsidy_rest", stream=loan.checkout_id, loan_id=loan.loan_id),)


def reversal(house: House, *, loan: Loan) -> Changeset:
    """Return the part of a full refund's changeset that undoes the subsidy and gives the budget its money back.

    The funder that had a part of it gives it back; one that no longer owns any of the loan keeps it, at our cost.
    A part that is being earned in this moment makes the whole refused (``StateMoved``), to be tried again.
    """
    row = house.store.subsidy(loan.subsidy_id) if loan.subsidy_id else None
    if row is None or loan.state == "cancelled":
        return Changeset()
    parts = house.store.subsidy_parts(loan.loan_id)
    purchase = house.store.purchase(loan.checkout_id)
    sharer = purchase.hold.funder_id if purchase and purchase.hold else None
    entry = subsidy_reversed(
        house.head(shopper_id=loan.shopper_id, value_date=house.today(loan.time_zone)), loan_id=loan.loan_id,
        payer_id=row.merchant_id, currency=loan.currency,
        unearned_minor=sum(part.part_minor for part in parts if part.state == "unearned"),
        earned_minor=sum(part.part_minor for part in parts if part.state == "earned"),
        funder_id=sharer if sharer and sharer == loan.funder_id else "",
        funder_minor=loan.subsidy_minor - sum(part.part_minor for part in parts),
    )  # fmt: skip
    return Changeset(
        moves=tuple(_moved(house, part, event="reverse") for part in parts),
        entries=(entry,),
        rooms=(RoomChange("subsidy", row.subsidy_id, -loan.subsidy_minor),),
    )


def _earn(house: House, parts: Sequence[SubsidyPart], *, value_date: date) -> int:
    try:
        house.commit(
            Changeset(
                moves=tuple(_moved(house, part, event="earn") for part in parts),
                entries=(_earned(house, parts, value_date=value_date),),
            )
        )
    except StateMoved:  # another worker was first, or the purchase has just been undone
        return 0
    return len(parts)


def _earned(house: House, parts: Sequence[SubsidyPart], *, value_date: date) -> JournalEntry:
    first = parts[0]
    return subsidy_earned(
        house.head(shopper_id=first.shopper_id, value_date=value_date), loan_id=first.loan_id, currency=first.currency,
        part_minor=sum(part.part_minor for part in parts), numbers=[part.number for part in parts],
    )  # fmt: skip


def _moved(house: House, part: SubsidyPart, *, event: str) -> Move:
    return Move(
        table="subsidy_part",
        key=values(shopper_id=part.shopper_id, loan_id=part.loan_id, number=part.number),
        sources=(part.state,),
        set=values(state=SUBSIDY_PART.advance(part.state, event), changed_at=house.clock.now()),
    )
