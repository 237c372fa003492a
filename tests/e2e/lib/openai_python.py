"""Uses OpenAI's and LangChain's Python clients as an application does, and prints what they give as JSON.

Arguments: the server's base URL, and the name of one case below.
"""

import asyncio
import json
import sys

import openai
from langchain_openai import ChatOpenAI

BASE = sys.argv[1] + "/v1"
MODEL = "default"


def messages(text):
    return [{"role": "user", "content": text}]


def client(**options):
    return openai.OpenAI(**{"base_url": BASE, "api_key": "dev:alice", "max_retries": 0, **options})


def whole():
    answer = client().chat.completions.create(model=MODEL, messages=messages("echo:Hello there, 世界."))
    choice = answer.choices[0]
    return {
        "text": choice.message.content,
        "finish": choice.finish_reason,
        "total": answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens,
        "model": answer.model,
    }


def streamed():
    stream = client().chat.completions.create(
        model=MODEL, messages=messages("echo:50 words"), stream=True, stream_options={"include_usage": True}
    )
    text, ids, usage = "", set(), None
    for chunk in stream:
        ids.add(chunk.id)
        usage = chunk.usage or usage
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
    return {"text": text, "ids": len(ids), "usage": usage.completion_tokens > 0}


def helper():
    with client().chat.completions.stream(model=MODEL, messages=messages("echo:50 words")) as stream:
        for _ in stream:
            pass
        return {"text": stream.get_final_completion().choices[0].message.content}


async def asynchronous():
    answers = openai.AsyncOpenAI(base_url=BASE, api_key="dev:alice", max_retries=0).chat.completions
    one, stream = await asyncio.gather(
        answers.create(model=MODEL, messages=messages("echo:Hello.")),
        answers.create(model=MODEL, messages=messages("echo:20 words"), stream=True),
    )
    text = ""
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
    return {"one": one.choices[0].message.content, "text": text}


def resumed():
    answers = client()
    chunks = list(answers.chat.completions.create(model=MODEL, messages=messages("echo:50 words"), stream=True))
    path = "/chat/completions/" + chunks[0].id
    rest = answers.get(
        path,
        cast_to=openai.types.chat.ChatCompletionChunk,
        options={"params": {"stream": True, "starting_after": 20}},
        stream=True,
        stream_cls=openai.Stream[openai.types.chat.ChatCompletionChunk],
    )
    return {"same": [c.to_dict() for c in rest] == [c.to_dict() for c in chunks[20:]], "count": len(chunks)}


def listed():
    models = client().models.list()
    return {"ids": [m.id for m in models], "one": client().models.retrieve(MODEL).id}


def refused():
    def of(action):
        try:
            action()
        except openai.APIStatusError as error:
            return [type(error).__name__, error.code, error.param, error.request_id is not None]
        return None

    ask = client().chat.completions.create
    return {
        "key": of(lambda: client(api_key="wrong").models.list()),
        "model": of(lambda: ask(model="none", messages=messages("Hi"))),
        "n": of(lambda: ask(model=MODEL, messages=messages("Hi"), n=2)),
        "path": of(lambda: client().get("/nothing", cast_to=object)),
    }


def langchain():
    llm = ChatOpenAI(model=MODEL, base_url=BASE, api_key="dev:alice", max_retries=0)
    return {
        "text": llm.invoke("echo:Hello.").content,
        "streamed": "".join(chunk.content for chunk in llm.stream("echo:20 words")),
    }


CASES = [whole, streamed, helper, asynchronous, resumed, listed, refused, langchain]
case = next(each for each in CASES if each.__name__ == sys.argv[2])
result = case()
print(json.dumps(asyncio.run(result) if asyncio.iscoroutine(result) else result))
