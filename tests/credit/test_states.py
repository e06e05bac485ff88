"""The state tables, written out a second time for a person to audit; every other move is illegal."""

import pytest

from bnpl_plugin.credit.states import (
    ATTEMPT,
    CHECKOUT,
    HOLD,
    INSTALMENT,
    LIMIT_CHANGE,
    LINE,
    LOAN,
    MACHINES,
    PASS,
    SALE,
    SUBSIDY,
    SUBSIDY_PART,
)
from bnpl_plugin.errors import IllegalTransition

# one row per state: every event that is legal in it, and where it leads
CHECKOUT_TABLE = """
opened      approve>approved refer>referred decline>declined cancel>cancelled expire>expired
referred    approve>approved decline>declined cancel>cancelled expire>expired
approved   hold>held refer>referred decline>declined authorise>authorised refuse>refused cancel>cancelled expire>expired
held  sign>signed authorise>authorised refer>referred decline>declined release>approved cancel>cancelled expire>expired
signed      authorise>authorised release>approved refuse>refused cancel>cancelled expire>expired
authorised  confirm>confirmed refuse>refused
confirmed   reverse>reversed
expired     authorise>authorised refuse>refused
cancelled   refuse>refused
declined    overturn>approved
refused
reversed
"""
HOLD_TABLE = """
reserved    take>pending void>voided expire>expired
pending     post>posted void>voided expire>expired
posted
voided      take>pending
expired     take>pending
"""
ATTEMPT_TABLE = """
created     send>sent authorise>authorised succeed>captured decline>declined wait>pending lose>unknown abandon>abandoned
sent        authorise>authorised succeed>captured decline>declined wait>pending lose>unknown abandon>abandoned
pending     authorise>authorised succeed>captured decline>declined lose>unknown abandon>abandoned
unknown     authorise>authorised succeed>captured decline>declined wait>pending
abandoned   authorise>authorised
authorised  capture>captured void>voided
captured    refund>refunded
declined
voided
refunded
"""
LOAN_TABLE = """
active      settle>settled default>defaulted cancel>cancelled charge_off>charged_off
defaulted   settle>settled charge_off>charged_off
settled     cancel>cancelled
cancelled
charged_off
"""
INSTALMENT_TABLE = """
scheduled   collect>collecting pay>paid cancel>cancelled
collecting  pay>paid fail>overdue release>scheduled cancel>cancelled
overdue     collect>collecting pay>paid cancel>cancelled
paid        refund>refunded
cancelled
refunded
"""
SUBSIDY_TABLE = """
active      stop>stopped end>ended
stopped     end>ended resume>active
ended       resume>active
"""
SUBSIDY_PART_TABLE = """
unearned    earn>earned reverse>reversed
earned      reverse>reversed
reversed
"""
LINE_TABLE = """
open        freeze>frozen close>closed
frozen      unfreeze>open close>closed
closed      reopen>open
"""
LIMIT_CHANGE_TABLE = """
offered     accept>accepted decline>declined lapse>lapsed withdraw>withdrawn
noticed     take_effect>effective withdraw>withdrawn
accepted
declined
lapsed
effective
withdrawn
"""
PASS_TABLE = """
valid       replace>replaced expire>expired revoke>revoked
replaced
expired
revoked
"""
SALE_TABLE = """
open        pause>paused end>ended
paused      resume>open end>ended
ended       close>closed
closed
"""
TABLES = [
    (CHECKOUT, CHECKOUT_TABLE),
    (HOLD, HOLD_TABLE),
    (ATTEMPT, ATTEMPT_TABLE),
    (LOAN, LOAN_TABLE),
    (INSTALMENT, INSTALMENT_TABLE),
    (SUBSIDY, SUBSIDY_TABLE),
    (SUBSIDY_PART, SUBSIDY_PART_TABLE),
    (LINE, LINE_TABLE),
    (LIMIT_CHANGE, LIMIT_CHANGE_TABLE),
    (PASS, PASS_TABLE),
    (SALE, SALE_TABLE),
]


def read(table):
    moves, states = {}, []
    for row in table.strip().splitlines():
        state, *cells = row.split()
        states.append(state)
        moves.update({(state, cell.split(">")[0]): cell.split(">")[1] for cell in cells})
    return moves, states


@pytest.mark.parametrize(("machine", "table"), TABLES, ids=lambda value: getattr(value, "name", ""))
def test_every_move_is_the_audited_one_and_every_other_is_refused(machine, table):
    moves, states = read(table)
    assert sorted(states) == sorted(machine.states)
    for state in machine.states:
        for event in machine.events:
            if (state, event) in moves:
                assert machine.advance(state, event) == moves[state, event]
                assert machine.allows(state, event)
            else:
                assert not machine.allows(state, event)
                with pytest.raises(IllegalTransition) as caught:
                    machine.advance(state, event)
                assert caught.value.details == {"machine": machine.name, "state": state, "event": event}


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_sources_name_exactly_the_states_in_which_an_event_is_legal(machine):
    for event in machine.events:
        sources = machine.sources(event)
        assert sources
        assert set(sources) == {state for state in machine.states if machine.allows(state, event)}


@pytest.mark.parametrize(("machine", "table"), TABLES, ids=lambda value: getattr(value, "name", ""))
def test_terminal_states_are_those_that_nothing_leaves(machine, table):
    moves, states = read(table)
    assert machine.terminal == set(states) - {state for state, _ in moves}


def test_words_that_are_no_state_or_event_are_illegal_too():
    with pytest.raises(IllegalTransition):
        HOLD.advance("pending", "teleport")
    with pytest.raises(IllegalTransition):
        HOLD.advance("nowhere", "post")
