"""Puts the deployments together, as a configuration file or ``openwaves cluster up`` asks."""

from typing import Any

from pydantic import BaseModel, Field
from ray import serve
from ray.serve.config import AutoscalingConfig, AutoscalingPolicy, RequestRouterConfig
from ray.serve.deployment import Application
from ray.serve.schema import LoggingConfig

from openwaves.assembly import without_secrets
from openwaves.cluster.gateway import Gateway
from openwaves.cluster.roster import Roster
from openwaves.cluster.scaling import by_queue_wait
from openwaves.cluster.worker import Worker
from openwaves.settings import Settings, load_settings

NAME = "openwaves"
CALLS_PER_SLOT = 4  # that a worker takes in: what gateways send at once is ordered there by due time
METRICS_EVERY_S = 1.0
NO_ACCESS_LOG = LoggingConfig(enable_access_log=False)  # a line for each call would be written before its answer leaves


class Size(BaseModel):
    """How large the fleet is, and the options of the server.

    Attributes:
        gateways: Replicas that hold connections.
        gateway_cpus: Processors of each, as Ray counts them.
        sockets: Most connections of each.
        workers: Replicas that have the networks, at least.
        most_workers: At most; as many as ``workers`` for a fleet that never changes.
        worker_cpus: Processors of each, and the pieces of work that it does at once.
        grow_after_s: How long work must wait for too long before workers are added.
        shrink_after_s: How long workers must be idle before some are taken away.
        drain_s: Longest time that a replica which is to end waits for its connections or calls.
        options: Options of ``openwaves serve``, by their names in a file.
    """

    gateways: int = Field(1, ge=1)
    gateway_cpus: float = Field(1.0, ge=0)
    sockets: int = Field(1000, ge=1)
    workers: int = Field(1, ge=1)
    most_workers: int = Field(4, ge=1)
    worker_cpus: int = Field(2, ge=1)
    grow_after_s: float = Field(3.0, ge=0)
    shrink_after_s: float = Field(120.0, ge=0)
    drain_s: float = Field(60.0, ge=0)
    options: dict[str, Any] = Field(default_factory=dict)


def build(size: Size) -> Application:
    """The application for ``serve run``, ``serve deploy`` and a file of either.

    Raises:
        pydantic.ValidationError: An option is wrong.
    """
    return deployments(size, load_settings(**size.options))


def deployments(size: Size, settings: Settings) -> Application:
    """The same for options that are read."""
    roster = serve.deployment(Roster).options(ray_actor_options={"num_cpus": 0}, max_ongoing_requests=1000).bind()
    worker = serve.deployment(Worker).options(
        ray_actor_options={"num_cpus": size.worker_cpus},
        max_ongoing_requests=CALLS_PER_SLOT * size.worker_cpus,
        graceful_shutdown_timeout_s=size.drain_s,
        graceful_shutdown_wait_loop_s=0.5,
        health_check_period_s=5,
        logging_config=NO_ACCESS_LOG,
        request_router_config=RequestRouterConfig(request_router_class="openwaves.cluster.router:LeastBusyRouter"),
        **_scaled(size),
    )
    gateway = serve.deployment(Gateway).options(
        num_replicas=size.gateways,
        ray_actor_options={"num_cpus": size.gateway_cpus},
        max_ongoing_requests=size.sockets,
        graceful_shutdown_timeout_s=size.drain_s,
        graceful_shutdown_wait_loop_s=0.5,
        health_check_period_s=5,
        logging_config=NO_ACCESS_LOG,
    )
    return gateway.bind(settings, worker.bind(without_secrets(settings)), size.worker_cpus, roster)


def _scaled(size: Size) -> dict[str, Any]:
    if size.most_workers <= size.workers:
        return {"num_replicas": size.workers}
    return {
        "autoscaling_config": AutoscalingConfig(
            min_replicas=size.workers,
            max_replicas=size.most_workers,
            metrics_interval_s=METRICS_EVERY_S,
            look_back_period_s=5 * METRICS_EVERY_S,
            upscale_delay_s=size.grow_after_s,
            downscale_delay_s=size.shrink_after_s,
            policy=AutoscalingPolicy(policy_function=by_queue_wait),
        )
    }
