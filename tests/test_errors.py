"""The tree of exceptions: stable codes, fillable messages, a picture that is true."""

import pickle

import pytest

from bnpl_plugin import errors
from bnpl_plugin.errors import BnplError, GuardFailed, InvalidInput, OrderRefused, refusal


def tree(root=BnplError):
    for child in root.__subclasses__():
        if child.__module__.startswith(f"{errors.__name__}."):
            yield child
            yield from tree(child)


ALL = sorted(set(tree()), key=lambda cls: cls.__name__)


def test_every_code_is_snake_case_and_used_once():
    codes = [cls.code for cls in ALL]
    assert len(set(codes)) == len(codes) > 30
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_every_error_says_more_than_the_root_and_stands_in_the_picture(cls):
    assert cls.message != BnplError.message
    assert cls.__name__ in errors.__doc__


def test_details_fill_the_message_and_the_diagnostic_stays_inside():
    error = InvalidInput("row 7 of secret table", field="amount", fault="is zero", accepted="1 or more")
    assert error.public_message() == "amount: is zero. Accepted: 1 or more."
    assert error.public_message(lambda _: "{field} : {fault} ; {unknown}") == "amount : is zero ; "
    assert "secret" in str(error)
    assert "secret" not in error.public_message()


@pytest.mark.parametrize(
    ("guard", "code"),
    [
        ("credit_line", "credit_line_exceeded"),
        ("capital_pool", "capital_exhausted"),
        ("sale_item", "sold_out"),
        ("units_per_shopper", "units_per_shopper_exceeded"),
        ("state", "state_moved"),
        ("order_claim", "order_already_financed"),
        ("anything_else", "guard_failed"),
    ],
)
def test_a_guard_that_fails_names_itself(guard, code):
    error = refusal(guard)
    assert isinstance(error, GuardFailed)
    assert (error.code, error.details) == (code, {"guard": guard})


def test_errors_survive_the_way_to_another_process():
    sent = OrderRefused("why", reason="no stock")
    got = pickle.loads(pickle.dumps(sent))
    assert (type(got), got.details, got.diagnostic) == (OrderRefused, {"reason": "no stock"}, "why")


def test_a_hosts_own_subclass_keeps_the_code_of_its_parent():
    class Gone(OrderRefused):
        """A host's own."""

    assert Gone(reason="x").code == "order_refused"
