"""Prints one login per role, from the JSON that `flask demo load --json` writes."""

import json
import sys

first = {}
for login in json.load(sys.stdin)["logins"]:
    first.setdefault(login["role"], login)

if first:
    print(f"\n  {'role':<18} {'username':<22} password")
for role, login in first.items():
    print(f"  {role:<18} {login['username']:<22} {login['password']}")
