"""The lender's money: pools, borrowings, limits, funders, loans sold and bought back."""
