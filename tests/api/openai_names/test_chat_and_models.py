"""`/v1/chat/completions` and `/v1/models` as the stock SDK uses them; another server thinks."""

from typing import Any

import openai
import pytest
import requests

from openwaves.api.chat_schemas import FIELDS, read_chat
from openwaves.api.openai.chat import HARMLESS, LABELS
from openwaves.api.openai.names import HEARING_MODELS, SPEECH_MODELS
from tests.llm.upstream import ANSWER
from tests.servers import KEY, RunningServer

CHAT = "/v1/chat/completions"
BODY: dict[str, Any] = {"model": "electron", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def client(tone_server: RunningServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=tone_server.url + "/v1", api_key=KEY, max_retries=0)


def test_an_answer_whole_and_streamed(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "Hi"}]
    whole = client.chat.completions.create(model="electron", messages=messages)
    assert whole.choices[0].message.content == ANSWER
    chunks = client.chat.completions.create(model="electron", messages=messages, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == ANSWER


async def test_the_asynchronous_client(tone_server: RunningServer) -> None:
    async with openai.AsyncOpenAI(base_url=tone_server.url + "/v1/", api_key=KEY, max_retries=0) as client:
        answer = await client.chat.completions.create(
            model="electron", messages=[{"role": "user", "content": "Hi"}], user="someone", store=False
        )
        assert answer.choices[0].message.content == ANSWER


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"reasoning_effort": "high"}, "reasoning_effort"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"audio": {"voice": "alloy", "format": "mp3"}}, "audio"),
        ({"functions": []}, "functions"),
        ({"store": True}, "store"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"web_search_options": {}}, "web_search_options"),
        ({"top_k": 3}, "top_k"),
        ({"n": 2}, "n"),
        ({"temperature": 3}, "temperature"),
        ({"messages": [{"role": "user", "content": "Hi", "weight": 1}]}, "messages[0].weight"),
    ],
)
def test_nothing_is_ignored(tone_server: RunningServer, fields: dict[str, Any], param: str) -> None:
    answer = tone_server.post(CHAT, {**BODY, **fields})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == param


def test_labels_and_what_happens_in_any_case_are_taken(tone_server: RunningServer) -> None:
    fields: dict[str, Any] = dict.fromkeys(LABELS, "a") | {name: values[0] for name, values in HARMLESS.items()}
    assert tone_server.post(CHAT, {**BODY, **fields, "reasoning_effort": None}).status_code == 200


def test_the_table_of_fields_is_what_is_read() -> None:
    asked = set()

    class Watched(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

    read_chat(Watched(BODY), ["electron"])
    assert asked == set(FIELDS)


def test_bodies_that_are_no_objects_are_told_by_the_route(tone_server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    for data in (b"{", b"[]", b"", b"\xff"):
        answer = requests.post(tone_server.url + CHAT, data=data, headers=headers, timeout=30)
        assert answer.status_code == 400, data
        assert "body" in answer.json()["error"]["message"]


def test_every_model_is_listed_and_told(client: openai.OpenAI) -> None:
    ids = [model.id for model in client.models.list()]
    assert len(ids) == len(set(ids))
    assert {"electron", *SPEECH_MODELS, *HEARING_MODELS} <= set(ids)
    for model_id in ids:
        assert client.models.retrieve(model_id).id == model_id
    with pytest.raises(openai.NotFoundError, match="gpt-5"):
        client.models.retrieve("gpt-5")


def test_models_tell_what_answers_in_their_place(tone_server: RunningServer) -> None:
    told = {model["id"]: model for model in tone_server.get("/v1/models").json()["data"]}
    assert (told["tts-1"]["root"], told["tts-1"]["capability"]) == ("lightning_v3.1", "speech")
    assert (told["whisper-1"]["root"], told["whisper-1"]["capability"]) == ("pulse", "transcription")
    assert told["electron"]["root"] == "electron"
    vendors = [model["id"] for model in tone_server.get("/waves/v1/models").json()["data"]]
    assert vendors == ["electron"]
