"""How a figure is told to Prometheus: one value, one by a label, and states without rows as 0."""

from collections.abc import Iterable, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric


def one(name: str, what: str, value: float) -> Metric:
    """A figure of one value."""
    return GaugeMetricFamily(name, what, value=value)


def by(name: str, what: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    """A figure with a value for each of what a label says."""
    family = GaugeMetricFamily(name, what, labels=[label])
    for which, value in values:
        family.add_metric([which], value)
    return family


def with_zeros(found: Mapping[str, int], states: Iterable[str]) -> list[tuple[str, int]]:
    """A state without rows is told as 0, so that a watcher sees it come and go."""
    return [(state.lower(), found.get(state, 0)) for state in states]
