# %%
import itertools

# %%
def solve(n):
    board = empty(n)
    return place(board, 0)

# %%
def place(board, row):
    if row == len(board):
        return 1
    return sum(place(mark(board, row, column), row + 1) for column in range(len(board)) if free(board, row, column))

# %%
def empty(n):
    return (None,) * n

def mark(board, row, column):
    return board[:row] + (column,) + board[row + 1 :]

# %%
def free(board, row, column):
    return all(board[r] != column and abs(board[r] - column) != row - r for r in range(row))

# %%
answers = {n: solve(n) for n in range(1, 6)}

# %%
def is_even(n):
    return True if n == 0 else is_odd(n - 1)

def is_odd(n):
    return False if n == 0 else is_even(n - 1)

# %%
parity = [is_even(n) for n in range(5)]

# %%
def flatten(tree):
    for item in tree:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item * multiplier

# %%
flat = flatten([1, [2, [3, 4]], 5])

# %%
multiplier = 2
numbers = list(flat)

# %%
combos = list(itertools.combinations(numbers, 2))
print(answers, parity, len(combos))
