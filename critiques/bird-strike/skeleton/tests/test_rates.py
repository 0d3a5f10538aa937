import pandas as pd

from triage.rates import share_by_size


def test_a_size_has_the_share_of_its_own_reports():
    reports = pd.DataFrame(
        {
            "Wildlife Size": ["Large", "Large", "Small", "Small"],
            "Effect Amount of damage": ["Substantial", "None", "Minor", "None"],
        }
    )
    assert share_by_size(reports) == {"Large": 0.5, "Small": 0.0}
