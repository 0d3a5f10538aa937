"""How likely will today's departures arrive late?"""
