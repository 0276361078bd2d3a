"""Makes imports lazy by the hgdemandimport of Mercurial.

For bench_programs.py, which puts this folder on PYTHONPATH and Mercurial into the folder BENCH_PEER.
"""

import os
import sys

sys.path.remove(os.path.dirname(__file__))  # programs may print or scan it
sys.path.append(os.environ["BENCH_PEER"])

import hgdemandimport

hgdemandimport.enable()
