"""Agent, target, mechanism, resistance, trials and effect, each name led to its identifiers.

relate.mechanism_map(review, findings) -> MechanismMap
relate.link("NCBIGene:930") -> "https://www.ncbi.nlm.nih.gov/gene/930"
"""

from remit.relate.links import link
from remit.relate.mechanism import mechanism_map

__all__ = ["link", "mechanism_map"]
