"""What goes wrong is logged where the host looks, with its traceback and without anybody's name."""

import logging

from bnpl_plugin.lifecycle.logs import log_of


def fail(full_name: str) -> None:
    raise ValueError("no such card")


def test_a_failure_is_a_line_of_the_hosts_log_without_what_the_variables_held(caplog):
    log = log_of("worker")
    with caplog.at_level(logging.INFO, logger="bnpl"):
        try:
            fail("Camille " + "Martin")
        except ValueError:
            log.exception("round failed", queue="jobs")
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("bnpl.worker", "ERROR")
    assert "event='round failed' queue='jobs'" in record.getMessage()
    assert "ValueError: no such card" in record.getMessage()
    assert "Camille Martin" not in record.getMessage()


def test_the_host_decides_what_is_told(caplog):
    with caplog.at_level(logging.ERROR, logger="bnpl"):
        log_of("worker").warning("nothing to see")
    assert caplog.records == []
