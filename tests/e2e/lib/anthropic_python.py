"""Uses Anthropic's Python client as an application does, and prints what it gives as JSON.

Arguments: the server's base URL, and the name of one case below.
"""

import asyncio
import json
import sys

import anthropic

BASE = sys.argv[1]
ASK = {"model": "default", "max_tokens": 10000}


def messages(text):
    return [{"role": "user", "content": text}]


def client(**options):
    return anthropic.Anthropic(**{"base_url": BASE, "api_key": "dev:alice", "max_retries": 0, **options})


def whole():
    answer = client().messages.create(**ASK, system="Be brief.", messages=messages("echo:Hello there, 世界."))
    return {
        "text": answer.content[0].text,
        "stop": answer.stop_reason,
        "usage": answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0,
        "model": answer.model,
    }


def streamed():
    types, text = [], ""
    for event in client().messages.create(**ASK, messages=messages("echo:50 words"), stream=True):
        types.append(event.type)
        if event.type == "content_block_delta":
            text += event.delta.text
    return {"text": text, "first": types[:2], "last": types[-3:]}


def helper():
    with client().messages.stream(**ASK, messages=messages("echo:50 words")) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    return {"text": text, "whole": final.content[0].text, "stop": final.stop_reason}


async def asynchronous():
    answers = anthropic.AsyncAnthropic(base_url=BASE, api_key="dev:alice", max_retries=0).messages
    one, stream = await asyncio.gather(
        answers.create(**ASK, messages=messages("echo:Hello.")),
        answers.create(**ASK, messages=messages("echo:20 words"), stream=True),
    )
    text = ""
    async for event in stream:
        if event.type == "content_block_delta":
            text += event.delta.text
    return {"one": one.content[0].text, "text": text}


def counted():
    count = client().messages.count_tokens(model="default", messages=messages("Hi"))
    return {"counted": count.input_tokens > 0}


def listed():
    models = client().models.list()
    return {"ids": [m.id for m in models], "one": client().models.retrieve("default").id}


def refused():
    def of(action):
        try:
            action()
        except anthropic.APIStatusError as error:
            return [type(error).__name__, error.body["error"]["type"], error.request_id is not None]
        return None

    ask = client().messages.create
    return {
        "key": of(lambda: client(api_key="wrong").messages.create(**ASK, messages=messages("Hi"))),
        "model": of(lambda: ask(model="none", max_tokens=1, messages=messages("Hi"))),
        "role": of(lambda: ask(**ASK, messages=[{"role": "tool", "content": "Hi"}])),
        "path": of(lambda: client().get("/v1/messages/a/b/c", cast_to=object)),
    }


CASES = [whole, streamed, helper, asynchronous, counted, listed, refused]
case = next(each for each in CASES if each.__name__ == sys.argv[2])
result = case()
print(json.dumps(asyncio.run(result) if asyncio.iscoroutine(result) else result))
