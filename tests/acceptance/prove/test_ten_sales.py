"""Ten sales, four thousand shoppers, one pool with capital for half of them."""

from pathlib import Path

import pytest

from tests.acceptance.ten_sales import draw_on_one_pool


@pytest.mark.parametrize("top_up", [0, 1])  # a greater step can strand capital in a sale that has served all
def test_ten_great_sales_share_a_pool_to_the_cent(tmp_path: Path, postgres_url: str, top_up: int):
    told = draw_on_one_pool(tmp_path, postgres_url, shoppers=400, top_up=top_up, windows=3)
    print(f"\n10 sales, {told.total()} shoppers, asking for {top_up or 'what is needed'}: {dict(told)}")
