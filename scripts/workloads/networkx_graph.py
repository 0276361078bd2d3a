"""NetworkX: paths and centrality in a random graph."""

import networkx


def work() -> float:
    """Return a figure of the graph."""
    graph = networkx.gnp_random_graph(60, 0.1, seed=1)
    central = networkx.betweenness_centrality(graph)
    return max(central.values()) + networkx.average_clustering(graph)
