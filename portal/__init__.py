"""Consent for coaching: who may know what, signed by everyone it concerns."""
