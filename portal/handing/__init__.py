"""Handing over: an engagement gets another coach, a member leaves the practice.

A *hand-over* is proposed by the engagement's coach, or by an owner when that coach's account has
ended; the coachee alone decides. Yes: the texts that the old coach signs end, and the new coach
begins with empty drafts. No and silence look the same and change nothing (Z4). This room must
never let the new coach read what was agreed before, and never let the old one look in again.
"""
