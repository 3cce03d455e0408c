"""Evidence that a cohort of the size and design of the NICHD study can give on attachment and externalizing growth.

Nothing here reconstructs the paper: one number of its results was available. `design` draws cohorts from stated
assumptions, `effects` states what is true in them, `statements` turns the abstract into decision rules, `runs` counts
how often the rules are met over thousands of cohorts, `original` reads the licensed data of a reader who holds them.
"""
