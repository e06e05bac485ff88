"""Ten sales and one pool, a sample; `make prove` lets a hundred times as many come."""

from pathlib import Path

from tests.acceptance.ten_sales import draw_on_one_pool


def test_ten_sales_share_a_pool_that_runs_out_and_the_losers_are_told_why(tmp_path: Path, postgres_url: str):
    draw_on_one_pool(tmp_path, postgres_url, shoppers=4, top_up=0)
