"""A practice lived through in simulated time."""
