"""What shopper and lender see a month after the purchase; on a demo of its own, whose clock is moved."""

import pytest

from tests.browser.conftest import demo_running
from tests.browser.walking import Walk
from tests.servers.process import wait_until


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_the_second_instalment_is_charged_the_rest_paid_early_and_all_of_it_given_back(phone, tmp_path):
    with demo_running(tmp_path) as demo:
        walk = Walk(demo, phone, name="later")
        walk.order(country="FR", path="/product/leaf-charger")
        walk.to_card(3)
        walk.pay()
        walk.placed()
        wait_until(lambda: paid(walk) == 1, what="the capture", seconds=60)  # an authorisation lapses within the month
        walk.go("/demo/clock")
        walk.page.locator("button[value='31']").click()
        wait_until(lambda: paid(walk) == 2, what="the second charge", seconds=60)
        walk.look("loan")
        closes_early(walk)
        is_undone_by_the_lender(walk)


def closes_early(walk: Walk) -> None:
    """Read the agreement, then pay everything that is left."""
    walk.page.locator(".documents a").first.click()
    walk.look("agreement")
    walk.page.go_back()
    walk.page.locator("a.button[href$='/pay']").click()
    walk.look("pay-early")
    walk.page.locator("#choice-all").check()
    walk.page.locator("main form button[type=submit]").first.click()
    wait_until(lambda: paid(walk) == 3, what="the last instalments", seconds=60)
    walk.look("settled")


def is_undone_by_the_lender(walk: Walk) -> None:
    """The operator finds the loan with all that happened to it, and gives everything back."""
    walk.go("/bnpl/console?lang=en")
    walk.page.locator("input[name=password]").fill("petals on the river")
    walk.page.locator("input[name=name]").fill("Noor")
    walk.page.locator("main form button[type=submit]").first.click()
    walk.page.locator("main table a").first.click()
    walk.look("console-loan")
    walk.page.locator("a[href$='/working']").click()
    walk.look("console-working")
    walk.page.go_back()
    walk.page.set_viewport_size({"width": 1280, "height": 900})
    walk.look("console-loan-desk")
    walk.page.locator("#sure").check()
    walk.page.locator("form[action$='/refund'] button").click()
    walk.look("console-refunded")
    walk.go("/bnpl/console")
    walk.look("console-loans-desk")


def paid(walk: Walk) -> int:
    """Return how many instalments the shopper's page says are paid; the old session is over, so sign in first."""
    walk.go("/bnpl/account?lang=fr")
    if walk.page.locator("#phone").count():
        walk.look("sign-in")
        walk.page.locator("#phone").fill(walk.phone)
        walk.page.locator("main form button[type=submit]").first.click()
        walk.page.locator("#code").fill(walk.demo.code_for(walk.phone))
        walk.page.wait_for_url("**/bnpl/account")
        walk.look("my-plans")
    walk.page.locator("a.loan").first.click()
    return walk.page.locator(".schedule li.paid").count()
