"""The peer's half of bench/screening.py: run by that script inside the peer's own environment, one set at a time.

ASReview LAB's own simulation with its default model, without priors unless told which records are known before, stopped
at the last relevant record. Prints JSON.
"""

import csv
import gzip
import json
import sys
import time

import numpy as np
import pandas as pd
from asreview.learner import ActiveLearningCycle
from asreview.models.models import get_ai_config
from asreview.models.queriers import TopDown
from asreview.models.stoppers import IsFittable
from asreview.simulation.simulate import Simulate

with gzip.open(sys.argv[1], "rt", encoding="utf-8") as rows:
    held = list(csv.DictReader(rows))
if len(sys.argv) > 2:
    held = [held[i] for i in json.loads(sys.argv[2])]
before = json.loads(sys.argv[3]) if len(sys.argv) > 3 else []
table = pd.DataFrame({"title": [r["title"] for r in held], "abstract": [r["abstract"] for r in held]})
truth = pd.Series([int(float(r["label_included"])) for r in held])
np.random.seed(1)
started = time.process_time()
first = ActiveLearningCycle(querier=TopDown(), stopper=IsFittable())
then = ActiveLearningCycle.from_meta(get_ai_config()["value"])
run = Simulate(table, truth, [first, then], print_progress=False)
if before:
    run.label(before)
run.review()
order = [int(i) for i in run._results["record_id"]]
print(json.dumps({"order": order, "cpu": time.process_time() - started}))
