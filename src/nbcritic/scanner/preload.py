"""Imported by the process that workers are forked from: what is loaded there, none of them has to load."""

from nbcritic import rules
from nbcritic.scanner import batch

__all__ = ["batch"]

rules.load()
