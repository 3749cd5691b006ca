"""What the desk can work out without looking anything up: dates, and the words of the board."""

from portal.desk.policy.dates import Day, calendar

__all__ = ["Day", "calendar"]
