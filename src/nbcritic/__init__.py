"""A critic for Jupyter notebooks, and a kit to train the people who review them."""
__version__ = "0.1.0"
