"""The lender's console: every loan with its timeline and postings, capital, promises, stuck jobs, movable clock.

For: operators, signed in by the host's own callback or by ``BNPL_CONSOLE_PASSWORD``.
May import: what ``web`` may.
Must never: show a page before the operator is known; change a loan but through a use case; show a name or a phone
number.
Add a page here: a view in the module of its matter, its rule and its tab below, its template under
``templates/bnpl/console``.
"""

from __future__ import annotations

from flask import Blueprint

from bnpl_plugin.web.console import capital, doors, house_pages, lines, loans, plan, policies, reviews, sales, subsidies

blueprint = Blueprint("console", __name__, url_prefix="/console")
blueprint.before_request(doors.only_operators)
blueprint.add_url_rule("", "loans", loans.index)
blueprint.add_url_rule("/sign-in", "sign_in", doors.sign_in, methods=["GET", "POST"])
blueprint.add_url_rule("/sign-out", "sign_out", doors.leave, methods=["POST"])
blueprint.add_url_rule("/loans/<loan_id>", "loan", loans.loan)
blueprint.add_url_rule("/loans/<loan_id>/refund", "refund", loans.give_back, methods=["POST"])
blueprint.add_url_rule("/loans/<loan_id>/working", "working", loans.working)
blueprint.add_url_rule("/reviews", "reviews", reviews.index)
blueprint.add_url_rule("/reviews/<review_id>", "review", reviews.one)
blueprint.add_url_rule("/reviews/<review_id>/take", "take", reviews.take, methods=["POST"])
blueprint.add_url_rule("/reviews/<review_id>/resolve", "resolve", reviews.resolve, methods=["POST"])
blueprint.add_url_rule("/lines", "lines", lines.index)
blueprint.add_url_rule("/lines/<shopper_id>", "line", lines.line)
blueprint.add_url_rule("/lines/<shopper_id>/act", "line_act", lines.act, methods=["POST"])
blueprint.add_url_rule("/capital", "capital", capital.index)
blueprint.add_url_rule("/capital/plan", "plan", plan.plan)
blueprint.add_url_rule("/capital/<deed>", "capital_act", capital.act, methods=["POST"])
blueprint.add_url_rule("/subsidies", "subsidies", subsidies.index)
blueprint.add_url_rule("/subsidies", "open_subsidy", subsidies.open_budget, methods=["POST"])
blueprint.add_url_rule("/subsidies/<subsidy_id>/<deed>", "act_on_subsidy", subsidies.act, methods=["POST"])
sales.put_on(blueprint)
blueprint.add_url_rule("/policies", "policies", policies.index)
blueprint.add_url_rule("/policies/<version>/<deed>", "act_on_policy", policies.act, methods=["POST"])
blueprint.add_url_rule("/verify", "verify", house_pages.verify, methods=["GET", "POST"])
blueprint.add_url_rule("/jobs", "jobs", house_pages.stuck)
blueprint.add_url_rule("/jobs/<job_id>/retry", "retry", house_pages.retry, methods=["POST"])
blueprint.add_url_rule("/clock", "clock", house_pages.clock, methods=["POST"])
