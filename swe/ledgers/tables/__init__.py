"""The tables of contract `ledger-v1`, one class each, by subject: stations, people, services, quality, money."""
