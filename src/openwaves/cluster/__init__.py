"""The same server on Ray Serve: gateways hold the connections, workers have the networks.

``application`` puts the deployments together. ``gateway`` is the application of one process with workers elsewhere,
``worker`` does calls, ``roster`` tells gateways what other gateways need of the workers.
``place`` is how calls get from here to there, ``router`` to whom, ``queue`` in which order, ``scaling`` how many
workers there are.

Needs the extra ``openwaves[cluster]``: only this package imports ``ray``.
"""
