"""The audit of the register: the checks of :mod:`restated.audit`, applied to all printed numbers they fit."""
