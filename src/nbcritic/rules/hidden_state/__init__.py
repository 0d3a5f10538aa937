"""NBC1: will the notebook say the same after Restart & Run All?"""
