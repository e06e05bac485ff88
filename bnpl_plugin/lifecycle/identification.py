"""Who is it? A phone number and a one-time code; the number and all that is told later live sealed in one table."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import phonenumbers

from bnpl_plugin.errors import CodeExpired, CodeWrong, InvalidInput, ServiceNotOpen, StateMoved, TooManyAttempts
from bnpl_plugin.lifecycle import access, persons
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.platform import Customer, Message
from bnpl_plugin.ports.records import Person, PhoneCode
from bnpl_plugin.ports.store import Changeset, Move

CODE_TEXT = "Your code is {code}. It is good for {minutes} minutes. Never tell it to anyone."


#: Added to a code's tries when a date of birth was told after it.
_ASKED = 1_000

_KIND = phonenumbers.PhoneNumberType

#: Numbers that cost whoever calls them, or that are nobody's own: no code is sent there.
_UNFIT = frozenset({_KIND.PREMIUM_RATE, _KIND.SHARED_COST, _KIND.TOLL_FREE, _KIND.UAN, _KIND.VOICEMAIL, _KIND.PAGER})


def normal_phone(text: str, *, country: str) -> str:
    """Return a phone number in E.164. Raises ``InvalidInput`` naming the field, also for premium and short numbers."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise _bad_phone(text) from error
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) in _UNFIT:
        raise _bad_phone(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def send_code(
    house: House, *, purpose_ref: str, phone: str, country: str, locale: str, text: str = CODE_TEXT
) -> PhoneCode:
    """Send a one-time code for a purpose (a checkout id, or a sign-in's id).

    Raises ``InvalidInput`` for a number that cannot be called, ``TooManyAttempts`` beyond the hourly allowance of a
    number, or for the second of two asked for at once.
    """
    number = normal_phone(phone, country=country)
    now, settings = house.clock.now(), house.settings
    phone_hash = house.seal.keyed_hash(number)
    sent = house.store.phone_codes_since(phone_hash=phone_hash, since=now - timedelta(hours=1))
    if sent >= settings.codes_per_hour:
        raise TooManyAttempts(accepted=f"{settings.codes_per_hour} codes an hour")
    code = house.ids.digits(count=6)
    row = PhoneCode(
        phone_code_id=_place_in_line(phone_hash, sent=sent, now=now),
        purpose_ref=purpose_ref,
        phone_hash=phone_hash,
        sealed_phone=house.seal.seal({"phone": number}),
        code_hash=house.seal.keyed_hash(f"{purpose_ref}:{code}"),
        tries=0,
        created_at=now,
        expires_at=now + timedelta(minutes=settings.code_minutes),
        used_at=None,
    )
    try:
        house.commit(Changeset(rows=(row,)))
    except StateMoved as first:  # another one goes to this number in this very moment
        raise TooManyAttempts(accepted="one code at a time") from first
    body = text.format(code=code, minutes=settings.code_minutes)
    house.notifier.send(Message(kind="phone_code", to_phone=number, locale=locale, text=body))
    return row


def _place_in_line(phone_hash: str, *, sent: int, now: datetime) -> str:
    """Return an id that only one of several codes asked for at once can have: their count was read by all of them."""
    return f"cod_{int(now.timestamp()) // 60:09x}{sent:03d}_{phone_hash[:32]}"


def enter_code(house: House, *, purpose_ref: str, code: str) -> str:
    """Check a code and return the shopper's id, making the person known if the number is new.

    Every try is counted before it is judged. Raises ``CodeWrong`` (with the tries left), ``CodeExpired``,
    ``TooManyAttempts``.
    """
    row, now = house.store.phone_code(purpose_ref), house.clock.now()
    if row is None or row.used_at is not None or row.expires_at <= now:
        raise CodeExpired
    if row.tries >= house.settings.code_tries:
        raise TooManyAttempts(accepted=f"{house.settings.code_tries} tries a code")
    key = values(phone_code_id=row.phone_code_id)
    counted = Move("phone_code", key, (), values(tries=row.tries + 1), values(tries=row.tries))
    house.commit(Changeset(moves=(counted,)))
    if not hmac.compare_digest(row.code_hash, house.seal.keyed_hash(f"{purpose_ref}:{code.strip()}")):
        raise CodeWrong(tries_left=house.settings.code_tries - row.tries - 1)
    spent = Move("phone_code", key, (), values(used_at=now), values(used_at=None))
    person = house.store.person_by_phone(row.phone_hash)
    if person is not None:
        house.commit(Changeset(moves=(spent,)))
        return person.shopper_id
    return _new_person(house, phone_hash=row.phone_hash, sealed=row.sealed_phone, moves=(spent,))


def knows_birth_date(house: House, shopper_id: str) -> bool:
    """Whether a shopper has told a date of birth, by which the next owner of the number is told apart."""
    person = house.store.person(shopper_id)
    return person is not None and persons.birth_date_of(house, person) is not None


def is_same_person(house: House, *, purpose_ref: str, birth_date: date) -> bool:
    """Say whether whoever has just entered a purpose's code is the shopper that we know by the number.

    A code is good for one date of birth: to guess on, another one must be sent, and their number an hour is limited.
    Raises ``CodeExpired`` when no code was right in the past minutes, ``TooManyAttempts`` for a second date.
    """
    row, now = house.store.phone_code(purpose_ref), house.clock.now()
    if row is None or row.used_at is None or row.used_at + timedelta(minutes=house.settings.code_minutes) <= now:
        raise CodeExpired
    if row.tries >= _ASKED:
        raise TooManyAttempts(accepted="one date of birth a code")
    key = values(phone_code_id=row.phone_code_id)
    spent = Move("phone_code", key, (), values(tries=row.tries + _ASKED), values(tries=row.tries))
    house.commit(Changeset(moves=(spent,)))
    person = house.store.person_by_phone(row.phone_hash)
    return person is not None and persons.birth_date_of(house, person) == birth_date


def identify(house: House, *, checkout_id: str, code: str, segments: Sequence[str] | None = None) -> str:
    """Check the code of a checkout and bind the checkout to the shopper for good.

    ``segments`` as in ``bind``. Raises as ``enter_code`` and ``bind``.
    """
    purchase = house.purchase(checkout_id)
    checkouts.check_open(house, purchase)
    shopper_id = enter_code(house, purpose_ref=checkout_id, code=code)
    bind(house, checkout_id=checkout_id, shopper_id=shopper_id, segments=segments)
    return shopper_id


def vouched(house: House, customer: Customer | None, *, country: str) -> str | None:
    """Return the shopper whose phone our host has proved itself, made known if the number is new.

    None unless the lender trusts the host (``BNPL_TRUST_HOST_PHONE``) and the host says so of a customer that it can
    name. Never to be asked for another shop's checkout.
    """
    if customer is None or not (house.settings.trust_host_phone and customer.phone_verified and customer.customer_ref):
        return None
    try:
        number = normal_phone(customer.phone, country=country)
    except InvalidInput:
        return None
    phone_hash = house.seal.keyed_hash(number)
    known = house.store.person_by_phone(phone_hash)
    if known is not None:
        return known.shopper_id
    return _new_person(house, phone_hash=phone_hash, sealed=house.seal.seal({"phone": number}), moves=())


def bind(
    house: House, *, checkout_id: str, shopper_id: str, segments: Sequence[str] | None = None, by: str = "code"
) -> None:
    """Bind an open checkout to a shopper who has proved to be one; a second time is nothing.

    Args:
        house: the house.
        checkout_id: an open checkout of nobody, or of this shopper.
        shopper_id: who has proved the number.
        segments: what our host says of its customer now, kept with the person; None: it says nothing.
        by: "code", or "host" when the host vouches for the number.

    Raises ``NotYours``, ``ServiceNotOpen``.
    """
    purchase = house.purchase(checkout_id)
    checkout = purchase.checkout
    checkouts.check_owner(purchase, shopper_id=shopper_id)
    if checkout.shopper_id == shopper_id:
        return
    person = house.store.person(shopper_id)
    kept = access.segments_of(house, shopper_id) if segments is None else segments
    told = persons.with_segments(house, person, segments=segments) if person and segments is not None else None
    if not access.is_open(house, segments=kept):
        if told is not None:
            house.commit(Changeset(moves=(told,)))
        raise ServiceNotOpen
    move = Move(
        table="checkout",
        key=values(checkout_id=checkout_id),
        sources=("opened",),
        set=values(shopper_id=shopper_id, changed_at=house.clock.now()),
        expect=values(shopper_id=None),
    )
    known = house.event("checkout.identified", checkout, shopper_id=shopper_id, by=by)
    house.commit(Changeset(moves=(move, told) if told else (move,), events=(known,)))


def _new_person(house: House, *, phone_hash: str, sealed: str, moves: tuple[Move, ...]) -> str:
    person = Person(shopper_id=house.ids.new("shp"), phone_hash=phone_hash, sealed=sealed, created_at=house.clock.now())
    try:
        house.commit(Changeset(moves=moves, rows=(person,)))
    except StateMoved:  # the same number, in the same moment, in another tab
        known = house.store.person_by_phone(phone_hash)
        if known is None:
            raise
        return known.shopper_id
    return person.shopper_id


def _bad_phone(text: str) -> InvalidInput:
    return InvalidInput(field="phone", fault=f"“{text[:30]}” is no phone number", accepted="a number such as +33…")
