"""Values and rules that touch nothing: no clock, no database, no framework."""
