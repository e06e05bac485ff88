"""The use cases under bad input and bad luck: after each, money, stock, credit, capital and ledger are exact."""
