"""Makes imports lazy by lazi 1, of which this project is a successor.

For bench_programs.py, which puts this folder on PYTHONPATH and lazi into the folder BENCH_PEER.
"""

import os
import sys

sys.path.remove(os.path.dirname(__file__))  # programs may print or scan it
sys.path.append(os.environ["BENCH_PEER"])

import lazi.auto  # noqa: F401
