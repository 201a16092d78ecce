"""The diagnosis of a run: what is wrong with it, how that shows, and what helps."""

from tinyml.diagnosis.actions import Action, InsertLayer, OpenData, ReplaceLayers, ScaleInputs, ShowLayer
from tinyml.diagnosis.data_facts import DataFacts, InputRange, collect_data_facts
from tinyml.diagnosis.dead_units import DeadUnits, judge_dead_units
from tinyml.diagnosis.diagnosis import Diagnosis, Report, Rule, Severity, Symptom
from tinyml.diagnosis.evidence import Evidence, NetworkLayer, is_worth_probing, network_layers
from tinyml.diagnosis.neighbours import Neighbours
from tinyml.diagnosis.probe import Probe, probe_layers
from tinyml.diagnosis.recorder import EvidenceRecorder, measure_every
from tinyml.diagnosis.rules import MOST_SHOWN, RULES, diagnose
from tinyml.diagnosis.thinning import thin_history
from tinyml.diagnosis.wilson import Interval, wilson_interval

__all__ = [
    "MOST_SHOWN",
    "RULES",
    "Action",
    "DataFacts",
    "DeadUnits",
    "Diagnosis",
    "Evidence",
    "EvidenceRecorder",
    "InputRange",
    "InsertLayer",
    "Interval",
    "Neighbours",
    "NetworkLayer",
    "OpenData",
    "Probe",
    "ReplaceLayers",
    "Report",
    "Rule",
    "ScaleInputs",
    "Severity",
    "ShowLayer",
    "Symptom",
    "collect_data_facts",
    "diagnose",
    "is_worth_probing",
    "judge_dead_units",
    "measure_every",
    "network_layers",
    "probe_layers",
    "thin_history",
    "wilson_interval",
]
