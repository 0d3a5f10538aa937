"""Which town is nearest, and which has none?"""
