"""The checks of a ledger, one module each: frames in, issues out. `registry` lists them in order."""
