"""Tables that people send and fetch: spreadsheets and CSV in, workbooks and CSV out.

Lowest floor, no database. `reading.read_table` is the way in, `cells` says what a cell means,
`writing` is the way out.
"""
