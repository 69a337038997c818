"""What every training loop does alike: resume, step, follow with the averaged weights, keep a checkpoint."""

from pathlib import Path

import torch


def decayed_groups(network: torch.nn.Module) -> list[dict]:
    """Weights decay, biases and norms do not; what is frozen is left out."""
    weights = [p for p in network.parameters() if p.requires_grad and p.ndim > 1]
    plain = [p for p in network.parameters() if p.requires_grad and p.ndim <= 1]
    return [{"params": weights, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0}]


def resume(folder: Path, device: torch.device, network: torch.nn.Module, average: torch.nn.Module, optimiser) -> dict:
    """Loads `last.pt` into all three. Returns what else was kept with it, nothing when there is no checkpoint."""
    checkpoint = folder / "last.pt"
    if not checkpoint.exists():
        return {}
    state = torch.load(checkpoint, map_location=device, weights_only=True)
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    return state


def keep(folder: Path, iteration: int, network: torch.nn.Module, average: torch.nn.Module, optimiser, **more: float) -> None:
    """Writes `last.pt` for `resume`, and the averaged weights under their iteration."""
    state = {"network": network.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict()}
    torch.save(state | {"iteration": iteration} | more, folder / "last.pt")
    torch.save(average.state_dict(), folder / f"average-{iteration:06d}.pt")


def descend(total: torch.Tensor, network: torch.nn.Module, optimiser, longest: float = 10.0) -> None:
    """One step downhill, with gradients no longer than `longest`."""
    optimiser.zero_grad(set_to_none=True)
    total.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), longest)
    optimiser.step()


def follow(average: torch.nn.Module, network: torch.nn.Module, decay: float) -> None:
    """Moves the averaged parameters towards the network's."""
    with torch.no_grad():
        for mean, value in zip(average.parameters(), network.parameters(), strict=True):
            mean.lerp_(value, 1 - decay)
