"""Where does bad weather cost passengers most? The SQL is in `sql/`, what must hold of it in `sql/contracts/`."""

__version__ = "1.0.0"
