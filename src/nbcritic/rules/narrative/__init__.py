"""NBC7: does the page tell a story?"""
