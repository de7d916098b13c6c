"""openwaves and its peers, side by side: same machine, same run, same texts. See ``python -m bench.peers --help``.

environments ─ peers (who, how started, how asked) ─ load (closed loop of clients) ─ rounds ─► report
"""
