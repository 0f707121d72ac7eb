"""What the domain function is measured against: its own statements, run by hand.

`recording` notes what one call says to the database, `template` finds out where each value comes
from, `pgbench` and `bare_sqlite` run the same statements without any of our Python in between.
"""
