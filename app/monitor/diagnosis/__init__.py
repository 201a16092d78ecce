"""The diagnosis on the Train page: what is wrong with the shown run, and what helps."""

from app.monitor.diagnosis.diagnosis_view import DiagnosisView

__all__ = ["DiagnosisView"]
