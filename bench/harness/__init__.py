"""What bench/run, bench/instructions and bench/memory have in common. Python's standard library only."""
