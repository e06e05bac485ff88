"""What is told of a person beside the number: sealed with it, compared with what was told before, made evidence.

A number goes from hand to hand. Another date of birth than the one we know for it is a question for a person, never
silently written over the old one: it stays a claim until somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import phonenumbers

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.jurisdiction import Country
from bnpl_plugin.ports.records import Person
from bnpl_plugin.ports.store import Move

STUDENTS = "students"


def asks_student(law: Country, *, day: date) -> bool:
    """Whether a country's law bars students, so that one must be asked; nowhere else is it anybody's business."""
    barred = law.find("barred_groups", day=day)
    return barred is not None and STUDENTS in barred.value


def evidence(
    house: House, *, shopper_id: str, country: str, time_zone: str, birth_date: date, student: bool | None
) -> dict[str, Any]:
    """Return what a decision may know of a person, by the names of ``Evidence``.

    Raises ``InvalidInput`` when the law wants to know whether the shopper studies and nobody has said so.
    """
    law, day = house.country(country), house.today(time_zone)
    asked = asks_student(law, day=day)
    if asked and student is None:
        raise InvalidInput(field="student", fault="is not told", accepted="yes or no")
    lowest = law.find("min_age", day=day)
    told = _told(house, house.store.person(shopper_id))
    return {
        "min_age_years": int(lowest.value) if lowest else 18,
        "student": student if asked else None,
        "identity_changed": told.get("birth_date", birth_date.isoformat()) != birth_date.isoformat(),
        "phone_abroad": _country_of(str(told.get("phone", ""))) not in ("", country),
        "segments": access_names(house, told),
    }


def birth_date_of(house: House, person: Person) -> date | None:
    """Return the date of birth that we know for a person's number; a claim that nobody has looked at is none."""
    told = _told(house, person).get("birth_date")
    return date.fromisoformat(str(told)) if told else None


def access_names(house: House, told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the segments in a person's sealed data, as far as the lender still allows their names."""
    return tuple(name for name in house.settings.segments if name in told.get("segments", ()))


def retold(
    house: House, person: Person, *, full_name: str, birth_date: date, segments: Sequence[str] | None = None
) -> Move:
    """Return the change that keeps a name and a date of birth; of another birth than known, only as a claim.

    ``segments``: what our host says of its customer now; None: it says nothing.
    """
    told = _told(house, person)
    if segments is not None:
        told["segments"] = list(segments)
    said = {"full_name": full_name.strip(), "birth_date": birth_date.isoformat()}
    told.pop("claimed", None)
    changed = told.get("birth_date", said["birth_date"]) != said["birth_date"]
    return _sealed(house, person, {**told, "claimed": said} if changed else {**told, **said}, guarded=False)


def claim_settled(house: House, person: Person, *, accepted: bool) -> Move | None:
    """Return the change by which a person's answer makes a claim known, or drops it; None if there is none."""
    told = _told(house, person)
    claimed = told.pop("claimed", None)
    if claimed is None:
        return None
    return _sealed(house, person, {**told, **claimed} if accepted else told)


def with_segments(house: House, person: Person, *, segments: Sequence[str]) -> Move | None:
    """Return the change that keeps what the host says of its customer now; None if it is what we know."""
    told = _told(house, person)
    if list(told.get("segments", ())) == list(segments):
        return None
    return _sealed(house, person, {**told, "segments": list(segments)})


def _sealed(house: House, person: Person, told: dict[str, Any], *, guarded: bool = True) -> Move:
    """Return the change of what is sealed; ``guarded`` refuses it when somebody else has written meanwhile."""
    key, sealed = values(shopper_id=person.shopper_id), values(sealed=house.seal.seal(told))
    return Move("person", key, (), sealed, values(sealed=person.sealed) if guarded else {})


def _told(house: House, person: Person | None) -> dict[str, Any]:
    return house.seal.unseal(person.sealed) if person is not None else {}


def _country_of(phone: str) -> str:
    """Return the ISO code of the country that a number belongs to; "" for none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
    except phonenumbers.NumberParseException:
        return ""
