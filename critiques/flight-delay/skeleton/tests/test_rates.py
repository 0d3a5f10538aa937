import pandas as pd

from ontime.rates import chances, share_by_hour


def test_a_flight_gets_the_share_of_its_carrier_and_hour():
    flights = pd.DataFrame(
        {"carrier": ["UA", "UA", "UA", "B6"], "sched_dep_time": [600, 630, 700, 600], "arr_delay": [16, 15, None, -5]}
    )
    rates = share_by_hour(flights)
    assert chances(flights, rates).tolist() == [0.5, 0.5, 1.0, 0.0]
