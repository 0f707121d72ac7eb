"""The letter on paper: plain values in, PDF bytes out. No database, no network, no clock."""
