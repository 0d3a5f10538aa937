# %%
from dataclasses import dataclass, field

# %%
CURRENCY = "EUR"
FEE = 0.5

# %%
@dataclass
class Account:
    owner: str
    balance: float = 0.0
    history: list = field(default_factory=list)

    def deposit(self, amount):
        self.balance += amount
        self.history.append(amount)
        return self

    def withdraw(self, amount):
        if amount + FEE > self.balance:
            raise ValueError(f"{self.owner} has too little {CURRENCY}")
        self.balance -= amount + FEE
        self.history.append(-amount)

    @property
    def label(self):
        return f"{self.owner}: {self.balance} {CURRENCY}"

# %%
ann = Account("ann")
bob = Account("bob", 10)

# %%
ann.deposit(100).deposit(20)

# %%
def transfer(source, target, amount):
    source.withdraw(amount)
    target.deposit(amount)
    log.append((source.owner, target.owner, amount))

# %%
log = []
transfer(ann, bob, 30)

# %%
try:
    transfer(bob, ann, 1000)
except ValueError as problem:
    message = str(problem)

# %%
print(ann.label, bob.label, message)

# %%
class Savings(Account):
    rate = FEE / 100

    def grow(self):
        self.balance *= 1 + self.rate * BONUS
        return self.balance

# %%
BONUS = 2
saver = Savings("cho", 200)
saver.grow()

# %%
totals = sum(account.balance for account in (ann, bob, saver))
print(totals, len(log))
