"""The operators, by family. Each function is one flaw; `remarks.toml` beside this folder says what a reviewer says about it."""
