# label: innocent
# The best epoch is kept by the validation loader; the test loader is read once.
# %%
import torch
from torch.utils.data import DataLoader, random_split
from torchvision import datasets, transforms
whole = datasets.CIFAR10("data", train=True, transform=transforms.ToTensor())
train_set, val_set = random_split(whole, [45000, 5000])
test_set = datasets.CIFAR10("data", train=False, transform=transforms.ToTensor())
train_loader, val_loader, test_loader = (DataLoader(part, batch_size=128) for part in (train_set, val_set, test_set))
# %%
net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3072, 10))
best_acc = 0.0
for epoch in range(30):
    train_one_epoch(net, train_loader)
    acc = accuracy(net, val_loader)
    if acc > best_acc:
        best_acc = acc
        torch.save(net.state_dict(), "net.pt")
# %%
net.load_state_dict(torch.load("net.pt"))
print("test accuracy", accuracy(net, test_loader))
