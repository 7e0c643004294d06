"""What the interface answers, as types: each field with its meaning and an example."""
