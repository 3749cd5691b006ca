"""What the desk can work out without looking anything up: the words of the board and of
everybody's own pages."""

from portal.desk.policy.own import ALIVE, Spoken, spoken

__all__ = ["ALIVE", "Spoken", "spoken"]
