"""Agreement between people who answered the same questions: how much of it there is, and how sure that figure is."""

from app.curation.agreement.alpha import krippendorff_alpha
from app.curation.agreement.answers import Answers, Patterns, from_table, patterns
from app.curation.agreement.estimates import Estimate
from app.curation.agreement.kappa import cohen_kappa, confusions, fleiss_kappa, kappas
from app.curation.agreement.likeness import alike, likeness
from app.curation.agreement.percent import percent_agreement, specific_agreement
from app.curation.agreement.scales import Differences, Interval, Ordinal, Scale, by, jaccard, masi, nominal, scale_of

__all__ = [
    "Answers",
    "Differences",
    "Estimate",
    "Interval",
    "Ordinal",
    "Patterns",
    "Scale",
    "alike",
    "by",
    "cohen_kappa",
    "confusions",
    "fleiss_kappa",
    "from_table",
    "jaccard",
    "kappas",
    "krippendorff_alpha",
    "likeness",
    "masi",
    "nominal",
    "patterns",
    "percent_agreement",
    "scale_of",
    "specific_agreement",
]
