"""Floor 2: the ledger contract, reading, checking, privacy, store, demonstration data."""
