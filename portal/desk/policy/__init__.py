"""What the desk can work out without looking anything up: dates, and the words of the board."""

from portal.desk.policy.dates import Day, calendar
from portal.desk.policy.own import ALIVE, Spoken, spoken

__all__ = ["ALIVE", "Day", "Spoken", "calendar", "spoken"]
