"""Capital planning: what can be lent, month by month, with what equity, borrowings and sales of loans.

``inputs`` (what is asked) → ``lending`` (the target spread over days, plans and their real schedules) → ``months``
(what each month needs and what carries it) → ``telling`` (the arithmetic in words, a table, bars) and ``chart`` (SVG).
``actual`` lays what was really lent beside it; ``examples`` holds two worked questions.

For: exact arithmetic without a clock or a database (``actual`` asks a house for its pools). May import: what
``lifecycle`` may. Must never: hold a float (the drawing excepted), round before it prints, count income that has not
been earned. Add a file here: a further step of the same story.
"""

from bnpl_plugin.lifecycle.planning.inputs import Ceiling, Exchange, FlashSale, Funding, MixShare, PlanInputs
from bnpl_plugin.lifecycle.planning.months import CapitalPlan, Month, plan_capital
from bnpl_plugin.lifecycle.planning.telling import told

__all__ = [
    "CapitalPlan",
    "Ceiling",
    "Exchange",
    "FlashSale",
    "Funding",
    "MixShare",
    "Month",
    "PlanInputs",
    "plan_capital",
    "told",
]
