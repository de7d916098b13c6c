"""The admin API: accounts, keys and usage, for whoever has the admin key. Not there unless the settings have one."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from openwaves.api.access import UNAUTHORIZED_MESSAGE, bearer_key
from openwaves.api.dictionaries import iso
from openwaves.api.schemas import parse_object
from openwaves.api.speech import read_body
from openwaves.api.state import state_of
from openwaves.errors import AccessError, FieldError
from openwaves.storage.accounts import LIMIT_NAMES, Account, AccountLimits, Key, digest

Endpoint = Callable[[Request], Awaitable[Response]]

PREFIX = "/admin/v1"


def admin_routes(admin_key: str) -> list[BaseRoute]:
    """The routes of a server that has an admin key."""
    table: list[tuple[str, str, Endpoint]] = [
        ("GET", "/accounts", _list_accounts),
        ("POST", "/accounts", _create_account),
        ("GET", "/accounts/{account}", _get_account),
        ("PATCH", "/accounts/{account}", _change_account),
        ("GET", "/keys", _list_keys),
        ("POST", "/keys", _create_key),
        ("DELETE", "/keys/{key}", _revoke_key),
        ("POST", "/keys/{key}/rotate", _rotate_key),
        ("GET", "/usage", _usage),
    ]
    return [
        Route(PREFIX + path + slash, _guarded(endpoint, digest(admin_key)), methods=[method])
        for method, path, endpoint in table
        for slash in ("", "/")
    ]


def _guarded(endpoint: Endpoint, admin_digest: bytes) -> Endpoint:
    async def answer(request: Request) -> Response:
        if not hmac.compare_digest(digest(bearer_key(request.headers)), admin_digest):
            raise AccessError(UNAUTHORIZED_MESSAGE)
        return await endpoint(request)

    return answer


async def _list_accounts(request: Request) -> Response:
    return JSONResponse([_account(account) for account in await state_of(request).store.accounts.all()])


async def _create_account(request: Request) -> Response:
    body = parse_object(await read_body(request))
    name = body.pop("name", None)
    if not isinstance(name, str):
        raise FieldError("name", "is required")
    _check_names(body)
    account = await state_of(request).store.accounts.create(name, AccountLimits(**body))
    return JSONResponse(_account(account), 201)


async def _get_account(request: Request) -> Response:
    return JSONResponse(_account(await state_of(request).store.accounts.find(request.path_params["account"])))


async def _change_account(request: Request) -> Response:
    body = parse_object(await read_body(request))
    _check_names({name: value for name, value in body.items() if name != "name"})
    store = state_of(request).store
    account = await store.accounts.change(request.path_params["account"], body)
    await store.keys.refresh()
    return JSONResponse(_account(account))


async def _list_keys(request: Request) -> Response:
    store = state_of(request).store
    name = request.query_params.get("account")
    account_id = (await store.accounts.find(name)).id if name else None
    return JSONResponse([_key(key) for key in await store.accounts.list_keys(account_id)])


async def _create_key(request: Request) -> Response:
    body = parse_object(await read_body(request))
    name, label = body.get("account"), body.get("name") or ""
    if not isinstance(name, str):
        raise FieldError("account", "is required: the id or the name of an account")
    if not isinstance(label, str):
        raise FieldError("name", "must be a string")
    store = state_of(request).store
    key, secret = await store.accounts.create_key((await store.accounts.find(name)).id, label)
    await store.keys.refresh()
    return JSONResponse({**_key(key), "key": secret}, 201)


async def _revoke_key(request: Request) -> Response:
    store = state_of(request).store
    key = await store.accounts.revoke_key(request.path_params["key"])
    await store.keys.refresh()
    return JSONResponse(_key(key))


async def _rotate_key(request: Request) -> Response:
    store = state_of(request).store
    key, secret = await store.accounts.rotate_key(request.path_params["key"])
    await store.keys.refresh()
    return JSONResponse({**_key(key), "key": secret}, 201)


async def _usage(request: Request) -> Response:
    """Usage by day, account and key; ``?since=``, ``?until=`` and ``?account=`` choose."""
    store, query = state_of(request).store, request.query_params
    days = {name: _day(name, value) for name in ("since", "until") if (value := query.get(name))}
    name = query.get("account")
    account_id = (await store.accounts.find(name)).id if name else None
    await store.usage.flush()
    rows = await store.usage.rows(**days, account_id=account_id)
    return JSONResponse(
        [{"day": row.day, "account": row.account_id, "key": row.key_id, **asdict(row.counts)} for row in rows]
    )


def _day(name: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise FieldError(name, f"must be a day such as 2026-01-31, not {value[:20]!a}") from None


def _check_names(limits: dict[str, object]) -> None:
    if unknown := [name for name in limits if name not in LIMIT_NAMES]:
        raise FieldError(unknown[0], f"is not known; use one of name, {', '.join(LIMIT_NAMES)}")


def _account(account: Account) -> dict[str, object]:
    return {"id": account.id, "name": account.name, **asdict(account.limits)}


def _key(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "account": key.account_id,
        "name": key.name,
        "hint": key.hint,
        "createdAt": iso(key.created_ms),
        "revokedAt": iso(key.revoked_ms) if key.revoked_ms is not None else None,
    }
