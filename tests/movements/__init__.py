"""Every movement of money, in any order, against a plain model of the rule book."""
