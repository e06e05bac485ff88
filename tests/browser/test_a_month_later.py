"""What a shopper sees a month after the purchase; on a demo of its own, whose clock is moved."""

import pytest

from tests.browser.conftest import demo_running
from tests.browser.walking import Walk
from tests.servers.process import wait_until


@pytest.mark.timeout(180)
def test_the_second_instalment_is_charged_and_seen_under_my_plans(phone, tmp_path):
    with demo_running(tmp_path) as demo:
        walk = Walk(demo, phone, name="later")
        walk.order(country="FR", path="/product/leaf-charger")
        walk.to_card(3)
        walk.pay()
        walk.placed()
        walk.go("/demo/clock")
        walk.page.locator("button[value='31']").click()
        wait_until(lambda: paid(walk) == 2, what="the second charge", seconds=60)
        walk.look("loan")


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
