"""Small tables that a test can read at a glance, and points on the globe drawn where it hurts: poles, date line, twins."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

settings.register_profile("suite", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("suite")

LATITUDES = st.sampled_from([-90.0, -89.999, -45.0, 0.0, 45.0, 45.00001, 60.0, 89.999, 90.0]) | st.floats(-90, 90)
LONGITUDES = st.sampled_from([-180.0, -179.99, -90.0, 0.0, 0.00001, 179.99, 180.0]) | st.floats(-180, 180)
POINT = st.tuples(LATITUDES, LONGITUDES)
POINTS = st.lists(POINT, min_size=1, max_size=25).map(lambda points: np.array(points, dtype=float))

TOWNS = """name,lat,lng
Turin,45.07049,7.68682
None,44.93645,7.54015
Volvera,44.95446,7.51167
Alice Springs,-23.69748,133.88362
Suva,-18.14161,178.44149
Lambasa,-16.43333,179.36667
Apia,-13.83333,-171.76666
San Luis,-33.29501,-66.33563
San Luis,22.18,-84.0
"""
FIELDS = """faa,name,lat,lon
TRN,Torino,45.2008,7.6496
SYA,Eareckson,52.712275,174.11362
MYF,Montgomery Field,32.4759,117.759
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "towns.csv").write_text(TOWNS, encoding="utf-8")
    (tmp_path / "fields.csv").write_text(FIELDS, encoding="utf-8")
    return tmp_path
