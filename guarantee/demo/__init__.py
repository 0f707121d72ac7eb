"""A believable quarter to try the system on, made through the domain's own functions."""
