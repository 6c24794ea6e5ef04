"""Floor 6: one region and many: execute, render, gate, manifest, batch, index."""
