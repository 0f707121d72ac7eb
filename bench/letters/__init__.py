"""The letter made in several ways, each in a process of its own: bench/letter.py compares them."""
