"""Does the structures team have to go out after this bird strike?"""
